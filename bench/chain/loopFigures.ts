/** The figures and the target for the event loop, for all benchmarks that read a backlog. */
import type { Figures, Target } from '../bench';
import { ofOurs, type Backlog } from './backlogs';
import type { LoopReport } from './eventLoop';

const longestAllowed = 20;

/** What the readings did to the event loop, in which n8n serves its users meanwhile. */
export function loopFigures(backlog: Backlog): Figures['values'] {
  const of = (pick: (loop: LoopReport) => number) => ofOurs(backlog, ({ loop }) => pick(loop));
  return [
    { name: 'longest work on the event loop', value: of((loop) => loop.longestWorkMs), unit: 'ms' },
    { name: 'longest turn of the event loop', value: of((loop) => loop.longestTurnMs), unit: 'ms' },
    { name: '- of it collecting garbage', value: of((loop) => loop.collectingMs), unit: 'ms' },
    { name: '99 of 100 ms in turns up to', value: of((loop) => loop.p99Ms), unit: 'ms' },
  ];
}

/** Processor time is judged: how long others had the processor is not ours to say. */
export function loopTarget(backlog: Backlog): Target {
  const longest = ofOurs(backlog, ({ loop }) => loop.longestWorkMs).median;
  return { text: `no work longer than ${longestAllowed} ms at a time`, met: longest <= longestAllowed };
}
