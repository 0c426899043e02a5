/**
 * Deposits arrive at random moments while n8n is killed (kill -9) at random moments, again and again. At the end the ledger that n8n's
 * workflow wrote must hold exactly the deposits of the chain's blocks. With workers n8n runs in queue mode, and each kill takes the main
 * process or one of the workers.
 *
 *     npx tsx test/e2e/depositKillLoop.ts --rounds 10 --seed 1
 */

import { parseArgs } from 'node:util';

import type { Exchange } from '../../demo/exchange';
import { DemoFailure } from '../../demo/failure';
import { agrees, compareLedger } from '../../demo/ledgerComparison';
import type { Report } from '../../demo/report';
import { pause, waitFor } from '../../demo/waiting';
import { randomNumbers } from '../support/randomNumbers';
import { runOnExchange, wholeNumber } from './exchangeRun';
import { startAgain } from './startAgain';

async function killLoop(
  exchange: Exchange,
  rounds: number,
  random: () => number,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const { api, chain, n8n, workers, workflows } = exchange;
  const { customer, deposits } = chain.accounts;
  let paid = 0;
  const payInTheBackground = async (count: number, seconds: number) => {
    for (let index = 0; index < count; index += 1) {
      await pause((random() * seconds * 1000) / count, signal);
      paid += 1;
      await chain.pay({
        from: customer,
        to: deposits,
        amount: `1.${String(paid).padStart(5, '0')}`,
        memo: `deposit ${paid}`,
      });
    }
  };
  for (let round = 1; round <= rounds; round += 1) {
    const count = 1 + Math.floor(random() * 8);
    const alive = random() * 12;
    const paying = payInTheBackground(count, 14);
    await pause(alive * 1000, signal);
    const victim = Math.floor(random() * (1 + workers.length));
    const killed = workers[victim - 1] ?? n8n;
    await killed.kill();
    const name = killed === n8n ? 'n8n' : `worker ${victim}`;
    report.event(
      `Round ${round}: killed ${name} ${alive.toFixed(2)} s after the first of ${count} deposits.`,
    );
    await paying;
    await startAgain(killed, exchange, report, signal);
  }
  const comparison = await waitFor(
    async () => {
      const seen = await compareLedger(exchange);
      return seen.deposits === paid && seen.missed.length === 0 ? seen : undefined;
    },
    { what: `all ${paid} deposits in the ledger`, deadline: 180_000, every: 1000, signal },
  );
  const executions = await api.executions(workflows['deposits-to-ledger'].id, 100);
  report.event(
    `${paid} deposits, ${executions.length} executions, ${rounds} kills: ${JSON.stringify(comparison)}`,
  );
  if (!agrees(comparison)) throw new DemoFailure('The ledger and the blocks differ.');
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    workers: { type: 'string', default: '0' },
  },
});
const rounds = wholeNumber(values.rounds, 'rounds', 1, 1000);
const seed = wholeNumber(values.seed, 'seed', 0, 2 ** 31 - 1);
const workers = wholeNumber(values.workers, 'workers', 0, 8);
runOnExchange({ seed, workers }, (exchange, report, signal) =>
  killLoop(exchange, rounds, randomNumbers(seed), report, signal),
);
