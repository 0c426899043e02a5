/** Chains, signed operations and refusals for the tests of devchain itself. */
import { ChainError, Devchain } from '../../devchain';
import type { DevchainOptions, TransactionJson } from '../../devchain';

// A shared machine can be slow; nothing here waits for wall time.
jest.setTimeout(60_000);

export const people: NonNullable<DevchainOptions['accounts']> = [
  { name: 'exchange', balances: { BTS: '1000' } },
  { name: 'alice', balances: { BTS: '100000', USDX: '500', GATED: '50', OURS: '50' } },
  { name: 'bob', balances: { BTS: '100000' } },
  { name: 'carol', balances: { BTS: '100000' } },
];

export const assets: NonNullable<DevchainOptions['assets']> = [
  { symbol: 'USDX', precision: 4, feePool: 5000000n, ratePerCore: 10000n },
  { symbol: 'GATED', precision: 3, flags: 2 },
  { symbol: 'OURS', precision: 2, flags: 4 | 8 },
];

const running: Devchain[] = [];

/** A devchain with a few accounts and the first block made; it is stopped after the test. */
export async function startedChain(options: DevchainOptions = {}): Promise<Devchain> {
  const chain = await Devchain.start({ accounts: people, assets, ...options });
  running.push(chain);
  chain.produceBlock();
  return chain;
}

export async function stopChains(): Promise<void> {
  await Promise.all(running.splice(0).map((chain) => chain.stop()));
}

/** The code and text of the ChainError that a function throws; fails the test when there is none. */
export function refusal(run: () => unknown): { code: number; text: string } {
  try {
    run();
  } catch (error) {
    if (error instanceof ChainError) return { code: error.code, text: error.text() };
    throw error;
  }
  throw new Error('it was not refused');
}

type OperationJson = readonly [number, Readonly<Record<string, unknown>>];

export function signedBy(
  chain: Devchain,
  names: readonly string[],
  ...operations: OperationJson[]
): TransactionJson {
  return chain.sign(
    operations,
    names.map((name) => chain.account(name).keys.active),
  );
}

export function send(chain: Devchain, names: readonly string[], ...operations: OperationJson[]): string {
  return chain.push(signedBy(chain, names, ...operations));
}

export function transferOperation(
  chain: Devchain,
  from: string,
  to: string,
  amount: number | string,
  assetId = '1.3.0',
): OperationJson {
  return [
    0,
    { from: chain.account(from).id, to: chain.account(to).id, amount: { amount, asset_id: assetId } },
  ];
}
