/**
 * Payments per withdrawalId are never more than one, whatever interleaves, crashes, lies in a pool or is taken back; and
 * exactly one once the world is healthy. `MODEL_RUNS` histories are generated; a few hundred in the ordinary tests.
 */
import fc from 'fast-check';
import type * as ProtocolModule from '../../src/protocol';
import type { SignedTransaction, Transaction } from '../../src/protocol';
import { runHistory } from './modelHistory';
import { themes } from './subjects';

// Signatures decide nothing in the model, and they would take most of the time.
jest.mock('../../src/protocol', () => ({
  ...jest.requireActual<typeof ProtocolModule>('../../src/protocol'),
  signTransaction: (transaction: Transaction): SignedTransaction => ({ ...transaction, signatures: [] }),
}));

const runs = Number(process.env.MODEL_RUNS ?? 150);

jest.setTimeout(4 * 3_600_000);

test(`${runs} histories: every withdrawal is paid once, and every final outcome is true`, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        seed: fc.integer(),
        events: fc.integer({ min: 100, max: 400 }),
        theme: fc.constantFrom(...themes),
      }),
      async (history) => {
        expect(await runHistory(history)).toEqual([]);
      },
    ),
    {
      numRuns: runs,
      ...(process.env.MODEL_SEED === undefined
        ? { seed: 20261122 }
        : { seed: Number(process.env.MODEL_SEED) }),
    },
  );
});
