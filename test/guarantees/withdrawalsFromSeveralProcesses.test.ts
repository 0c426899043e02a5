/** Guarantee: a withdrawal is paid once, whatever processes run it, at whatever moment they are killed. */
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { Devchain } from '../../devchain';
import type { TransferItem } from '../../src/withdrawals/transferItem';
import type { WithdrawalOrder } from '../../src/withdrawals/withdrawal';

let chain: Devchain;
const children = new Set<ChildProcess>();

beforeEach(async () => {
  chain = await Devchain.start({
    clock: 'real',
    blockInterval: 1,
    maintenanceInterval: 86_400,
    accounts: [{ name: 'hot-wallet', balances: { BTS: '10000' } }, { name: 'alice' }],
  });
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await chain.stop();
});

const orderOf = (withdrawalId: string, requestedAt: number): WithdrawalOrder => ({
  request: {
    kind: 'plain',
    withdrawalId,
    requestedAt,
    to: 'alice',
    asset: '1.3.0',
    amount: '1',
    memo: 'several processes',
    memoType: 'encrypted',
    receiverMemoKey: null,
    fee: null,
    feeAsset: null,
  },
  allowedAssets: [],
  allowedReceivers: [],
  maximumAmount: null,
  waitFor: 'irreversible',
  maximumWait: 60,
  maximumAge: 86_400,
});

/** Runs a worker process; null when it was killed before it had an outcome. */
function work(order: WithdrawalOrder, killAfter?: number): Promise<TransferItem | null> {
  const { keys } = chain.account('hot-wallet');
  const given = {
    trustedUrl: chain.trustedUrl,
    delayedUrl: chain.delayedUrl,
    chainId: chain.chainId,
    memo: keys.memo,
    active: keys.active,
    order,
  };
  const main = path.join(__dirname, '../withdrawals/workerMain.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', main, JSON.stringify(given)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  const killer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter);
  return new Promise((resolve) =>
    child.on('close', () => {
      clearTimeout(killer);
      children.delete(child);
      resolve(output.includes('\n') ? (JSON.parse(output) as TransferItem) : null);
    }),
  );
}

const paymentsToAlice = () =>
  chain.history('alice').filter(({ op }) => (op as unknown as [number])[0] === 0).length;

test('three processes at the same moment make one transaction', async () => {
  const order = orderOf('P-1', chain.head.seconds);
  const items = await Promise.all([work(order), work(order), work(order)]);
  expect(items.map((item) => item?.outcome)).toEqual(['irreversible', 'irreversible', 'irreversible']);
  expect(new Set(items.map((item) => item?.transactionId)).size).toBe(1);
  expect(paymentsToAlice()).toBe(1);
}, 120_000);

test('processes killed at any moment, and one that goes on, pay once', async () => {
  const requestedAt = chain.head.seconds;
  const order = orderOf('P-2', requestedAt);
  for (const killAfter of [900, 1500, 2500]) await work(order, killAfter);
  const item = await work(orderOf('P-2', requestedAt + 5));
  expect(item?.outcome).toBe('irreversible');
  expect(paymentsToAlice()).toBe(1);
}, 120_000);
