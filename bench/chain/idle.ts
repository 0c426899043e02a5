/** What a trigger costs while nothing happens. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Bench } from '../bench';
import { exact } from '../measure';
import { ChainProcess } from './chainProcess';
import { realClock } from '../../test/support/realClock';
import { startWatching } from './watching';

/** A chain with a block every second in which nothing happens to the account: what a trigger costs all day long. */
export const idle: Bench = {
  name: 'idle',
  about: 'processor and memory of a trigger that waits',
  run: async (context) => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const { chain, facts } = await ChainProcess.start({ realTime: true });
    try {
      // A delayed node without a block is no node to watch.
      await realClock.sleep(15_000);
      const first = await startWatching(facts, () => undefined);
      await first.stop();
      collect();
      const before = process.memoryUsage().heapUsed;
      const triggers = await Promise.all(
        Array.from({ length: context.quick ? 2 : 10 }, () => startWatching(facts, () => undefined)),
      );
      await realClock.sleep(2000);
      const processor = process.cpuUsage();
      const started = performance.now();
      const seconds = context.quick ? 5 : 95;
      for (let passed = 0; passed < seconds; passed += 5) {
        context.progress(`${passed} of ${seconds} s, ${triggers.length} triggers`);
        await realClock.sleep(5000);
      }
      const used = process.cpuUsage(processor);
      const share = (used.user + used.system) / 10 / (performance.now() - started) / triggers.length;
      collect();
      const memory = (process.memoryUsage().heapUsed - before) / 1024 / triggers.length;
      await Promise.all(triggers.map((trigger) => trigger.stop()));
      return [
        {
          kind: 'figures',
          size: 'each trigger',
          values: [
            { name: 'processor', value: exact(share), unit: '% of a core' },
            { name: 'memory', value: exact(memory), unit: 'KiB of heap' },
          ],
          targets: [{ text: 'under 1 % of a core', met: share < 1 }],
        },
      ];
    } finally {
      chain.stop();
    }
  },
};
