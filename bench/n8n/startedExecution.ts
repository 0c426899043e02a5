/** How soon after its block a deposit's execution has started in a real n8n. */
import { existsSync } from 'node:fs';
import { Cleanup, startExchange, type Exchange } from '../../demo/exchange';
import { installationFolder, n8nVersion } from '../../demo/n8nInstallation';
import { Report } from '../../demo/report';
import type { Bench } from '../bench';
import { realClock } from '../../test/support/realClock';
import { projectRoot } from '../environment';
import { spread } from '../measure';

/** How often it is looked whether the block is there, in milliseconds: the error of each figure. */
const lookEvery = 2;
const patience = 60_000;

/** The same way as `latency`, through a real n8n: the whole demo, of which the deposit workflow is measured. */
export const startedExecution: Bench = {
  name: 'n8n-latency',
  about: 'from the block on the delayed node to the execution that n8n started (needs the n8n of npm start)',
  run: async (context) => {
    if (!existsSync(installationFolder(process.env))) {
      return [
        {
          kind: 'figures',
          size: 'not measured: n8n is not on this machine, npm start installs it',
          values: [],
          targets: [],
        },
      ];
    }
    const cleanup = new Cleanup();
    const samples: number[] = [];
    try {
      const exchange = await startExchange(
        {
          repository: projectRoot,
          environment: process.env,
          report: new Report({ write: (text) => context.progress(text.trim()) }),
          signal: AbortSignal.timeout(600_000),
          onProcess: () => undefined,
        },
        cleanup,
      );
      const count = context.quick ? 3 : 15;
      for (let index = -1; index < count; index += 1) {
        context.progress(`deposit ${Math.max(0, index)} of ${count}`);
        const sample = await oneDeposit(exchange, `customer ${index}`);
        // The first one also pays for compiling the code.
        if (index >= 0) samples.push(sample);
      }
    } finally {
      await cleanup.run();
    }
    const typical = spread(samples);
    return [
      {
        kind: 'figures',
        size: `n8n ${n8nVersion}`,
        values: [{ name: 'median', value: typical, unit: 'ms' }],
        targets: [{ text: 'median under 150 ms', met: typical.median < 150 }],
      },
    ];
  },
};

/** Milliseconds between the moments in which the block was there and in which n8n's execution began. */
async function oneDeposit({ api, chain, workflows }: Exchange, memo: string): Promise<number> {
  const { id } = workflows['deposits-to-ledger'];
  const latest = async () => {
    const filter = encodeURIComponent(JSON.stringify({ workflowId: id }));
    const answer = (await api.call('GET', `/executions?filter=${filter}&limit=1`)) as {
      results: { id: string; startedAt: string | null }[];
    };
    return answer.results[0];
  };
  const before = (await latest())?.id;
  const { customer, deposits } = chain.accounts;
  const transactionId = await chain.pay({ from: customer, to: deposits, amount: '1', memo });
  const block = await until(() => chain.transfers().find((paid) => paid.transactionId === transactionId));
  await until(() => (chain.lastIrreversible() >= block.blockNumber ? true : undefined));
  const appliedAt = Date.now();
  const execution = await until(async () => {
    const found = await latest();
    return found !== undefined && found.id !== before && found.startedAt !== null ? found : undefined;
  }, 100);
  return Date.parse(execution.startedAt ?? '') - appliedAt;
}

async function until<T>(look: () => T | undefined | Promise<T | undefined>, every = lookEvery): Promise<T> {
  const end = performance.now() + patience;
  while (performance.now() < end) {
    const found = await look();
    if (found !== undefined) return found;
    await realClock.sleep(every);
  }
  throw new Error('What was waited for did not happen within a minute.');
}
