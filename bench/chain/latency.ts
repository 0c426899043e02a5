/** How soon after its block a deposit is an item. */
import type { Bench } from '../bench';
import { exact, spread } from '../measure';
import { ChainProcess } from './chainProcess';
import { startWatching } from './watching';

/** From the moment in which the delayed node has applied the block, in its process, to the item, in this one. */
export const latency: Bench = {
  name: 'latency',
  about: 'from the block on the delayed node to the item',
  run: async (context) => {
    const { chain, facts } = await ChainProcess.start({});
    const waiting = new Map<string, (at: bigint) => void>();
    const watching = await startWatching(facts, (item) => {
      waiting.get(item.memo ?? '')?.(process.hrtime.bigint());
    });
    const samples: number[] = [];
    try {
      const count = context.quick ? 20 : 200;
      // The first ones also pay for compiling the code.
      for (let index = -10; index < count; index += 1) {
        context.progress(`deposit ${Math.max(0, index)} of ${count}`);
        const memo = `customer ${index}`;
        const emitted = new Promise<bigint>((resolve) => waiting.set(memo, resolve));
        // Both processes read the clock of the machine, which starts at the same moment for all.
        const { appliedAt } = await chain.order('deposit', { memo });
        const emittedAt = await emitted;
        if (index >= 0) samples.push(Number(emittedAt - BigInt(appliedAt)) / 1e6);
      }
    } finally {
      await watching.stop();
      chain.stop();
    }
    const ordered = [...samples].sort((left, right) => left - right);
    const worst = ordered[Math.floor(ordered.length * 0.95)] ?? Number.NaN;
    const typical = spread(samples);
    return [
      {
        kind: 'figures',
        size: '',
        values: [
          { name: 'median', value: typical, unit: 'ms' },
          { name: '95 of 100 within', value: exact(worst), unit: 'ms' },
        ],
        targets: [{ text: 'median under 20 ms', met: typical.median < 20 }],
      },
    ];
  },
};
