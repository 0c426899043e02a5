/** How fast the chain below the other benchmarks is itself. */
import { Devchain } from '../../devchain';
import { openNodeClient } from '../../src/rpc/nodeClient';
import type { Bench } from '../bench';
import { spread } from '../measure';
import { realClock } from '../../test/support/realClock';

const pageSize = 100;

/** The chain that the tests stand on: transfers with memos put in under its own rules, and read back through its API. */
export const testChain: Bench = {
  name: 'test-chain',
  about: 'transfers with memos into devchain and back through its history API',
  run: async (context) => {
    const count = context.quick ? 5_000 : 100_000;
    const chain = await Devchain.start({
      accounts: [{ name: 'exchange' }, { name: 'alice', balances: { BTS: '1000000000' } }],
    });
    try {
      context.progress(`${count} transfers into the chain`);
      const started = performance.now();
      chain.bulkTransfers({
        from: 'alice',
        to: 'exchange',
        count,
        amount: (index) => 1000n + BigInt(index),
        memo: (index) => `customer ${index}`,
      });
      const loaded = performance.now();
      context.progress('reading them back');
      const node = openNodeClient({ urls: [chain.trustedUrl], chainId: chain.chainId }, { clock: realClock });
      const account = chain.account('exchange').id;
      const starts = Array.from({ length: Math.ceil(count / pageSize) }, (_, page) => (page + 1) * pageSize);
      const pages = await Promise.all(
        starts.map((start) => node.history(account, { stop: start - pageSize + 1, start, limit: pageSize })),
      );
      node.close();
      const read = performance.now();
      const found = pages.flat().length;
      if (found !== count) throw new Error(`${count} transfers were made, ${found} were read`);
      const seconds = (from: number, to: number) => spread([(to - from) / 1000]);
      return [
        {
          kind: 'figures',
          size: `${count} transfers`,
          values: [
            { name: 'put in', value: seconds(started, loaded), unit: 's' },
            { name: 'read back', value: seconds(loaded, read), unit: 's' },
          ],
          targets: [{ text: 'both under 60 s', met: read - started < 60_000 }],
        },
      ];
    } finally {
      await chain.stop();
    }
  },
};
