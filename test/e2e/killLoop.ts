/**
 * Deposits arrive at random moments while n8n is killed (kill -9) at random moments, again and again. At the end the ledger that n8n's
 * workflow wrote must hold exactly the deposits of the chain's blocks.
 *
 *     npx tsx test/e2e/killLoop.ts --rounds 10 --seed 1
 */

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { Cleanup, type Exchange, startExchange, waitUntilActive } from '../../demo/exchange';
import { DemoFailure } from '../../demo/failure';
import { agrees, compareLedger } from '../../demo/ledgerComparison';
import type { N8nProcess } from '../../demo/n8nProcess';
import { Report } from '../../demo/report';
import { pause, waitFor } from '../../demo/waiting';

/** Numbers in [0, 1) that depend on the seed alone (mulberry32), so that a failing run can be tried again. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function killLoop(
  exchange: Exchange,
  rounds: number,
  random: () => number,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const { api, chain, n8n, workflows } = exchange;
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
    await n8n.kill();
    report.event(`Round ${round}: killed ${alive.toFixed(2)} s after the first of ${count} deposits.`);
    await paying;
    await n8n.start(signal);
    await waitUntilActive(exchange, signal);
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

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '5' }, seed: { type: 'string', default: '1' } },
  });
  const report = new Report(process.stdout);
  const stopped = new AbortController();
  process.on('SIGINT', () => stopped.abort());
  process.on('SIGTERM', () => stopped.abort());
  const cleanup = new Cleanup();
  let n8n: N8nProcess | undefined;
  let exitCode = 0;
  try {
    const exchange = await startExchange(
      {
        repository: resolve(__dirname, '../..'),
        environment: process.env,
        report,
        signal: stopped.signal,
        onProcess: (started) => {
          n8n = started;
        },
      },
      cleanup,
    );
    await killLoop(
      exchange,
      Number(values.rounds),
      randomNumbers(Number(values.seed)),
      report,
      stopped.signal,
    );
  } catch (error) {
    report.line(`FAILED (seed ${values.seed}): ${error instanceof Error ? error.message : String(error)}`);
    report.line(n8n?.logTail);
    exitCode = 1;
  }
  await cleanup.run();
  return exitCode;
}

main().then(
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
