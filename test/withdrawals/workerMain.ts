/**
 * A worker of its own process: sends one withdrawal and prints its outcome as a line of JSON. Arguments: a JSON object with
 * the addresses, the chain, the keys and the order. The test kills it whenever it likes.
 */
import type { Clock } from '../../src/chain';
import { customChain, PrivateKey } from '../../src/protocol';
import { openNodeClient } from '../../src/rpc/nodeClient';
import { WithdrawalCaches } from '../../src/withdrawals/evidence';
import { runWithdrawals } from '../../src/withdrawals/runner';
import type { WithdrawalOrder } from '../../src/withdrawals/withdrawal';

interface WorkerArguments {
  trustedUrl: string;
  delayedUrl: string;
  chainId: string;
  memo: string;
  active: string;
  order: WithdrawalOrder;
}

async function main(): Promise<void> {
  const given = JSON.parse(process.argv[2] ?? '{}') as WorkerArguments;
  const clock: Clock = {
    now: () => Date.now(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
  const open = (url: string) => openNodeClient({ urls: [url], chainId: given.chainId }, { clock });
  const trusted = open(given.trustedUrl);
  const delayed = open(given.delayedUrl);
  const [result] = await runWithdrawals(
    [given.order],
    {
      chain: customChain({ chainId: given.chainId, prefix: 'BTS' }),
      nodes: { trusted: () => trusted.session(), delayed: () => delayed.session() },
      clock,
      caches: new WithdrawalCaches(),
      keys: {
        account: 'hot-wallet',
        memoKeys: [PrivateKey.fromWif(given.memo)],
        activeKeys: [PrivateKey.fromWif(given.active)],
      },
    },
    { mode: 'send', refuseBatchOnConflict: true },
  );
  process.stdout.write(`${JSON.stringify(result?.item)}\n`);
  trusted.close();
  delayed.close();
}

void main();
