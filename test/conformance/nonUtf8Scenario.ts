/** Makes on devchain what was made on the private chain when texts that are not UTF-8 were recorded. */
import type { Devchain, TransactionJson } from '../../devchain';
import { bytesOf, textOf } from '../../devchain';
import { stringify } from '../../devchain/wire/json';
import { asJson } from '../../devchain/rpc/api';
import { post } from './connection';
import { addressOf } from './replay';
import { produceTo, startChain } from './recordedChain';
import { readKeys } from './transcripts';

/**
 * The private chain on which the texts that are not UTF-8 were recorded. Its genesis is that of the other recordings,
 * with another time: block 101 came at 19:48:42.
 */
const chainId = 'd745fbd62e3e48c409b92916543ea33aa420d7287e77e6cc8e0c06573e6f99d9';
const genesisTime = '2026-11-27T19:45:55Z';

const ids = { nathan: '1.2.17', exchange: '1.2.18', alice: '1.2.20' };
const core = (amount: number | string) => ({ amount, asset_id: '1.3.0' });

type OperationJson = [number, Record<string, unknown>];

function key(name: string): { wif: string; pub: string } {
  const found = readKeys()[name];
  if (!found) throw new Error(`no key ${name}`);
  return found;
}

/** A text of these bytes, given in hex. */
export const textOfHex = (hex: string): string => textOf(Buffer.from(hex, 'hex'));

/** A body or frame that holds a value's texts as their bytes. */
export const bytesOfJson = (value: unknown): Buffer => bytesOf(stringify(asJson(value)));

/** The proposal that was recorded: alice proposes that the exchange's deposit account make a worker of this name. */
export function proposalOfWorker(name: string): OperationJson {
  const worker = {
    fee: core(500000000),
    owner: ids.exchange,
    work_begin_date: '2027-01-01T00:00:00',
    work_end_date: '2027-02-01T00:00:00',
    daily_pay: 1,
    name,
    url: '',
    initializer: [1, { pay_vesting_period_days: 1 }],
  };
  return [
    22,
    {
      fee: core(3000000),
      fee_paying_account: ids.alice,
      expiration_time: '2026-11-27T20:48:41',
      proposed_ops: [{ op: [34, worker] }],
    },
  ];
}

/** Options of the asset BADUTF with this description. */
function badAssetOptions(description: string): Record<string, unknown> {
  return {
    max_supply: 1000000,
    market_fee_percent: 0,
    max_market_fee: 0,
    issuer_permissions: 79,
    flags: 0,
    core_exchange_rate: { base: core(1), quote: { amount: 1, asset_id: '1.3.1' } },
    description,
  };
}

export const badAsset = (description: string): OperationJson => [
  10,
  { issuer: ids.alice, symbol: 'BADUTF', precision: 2, common_options: badAssetOptions(description) },
];

export const badAssetUpdate = (description: string): OperationJson => [
  11,
  { issuer: ids.alice, asset_to_update: '1.3.1', new_options: badAssetOptions(description) },
];

export const deposit = (amount: number): OperationJson => [
  0,
  { from: ids.alice, to: ids.exchange, amount: core(amount) },
];

export function byAlice(chain: Devchain, operation: OperationJson): TransactionJson {
  return chain.sign([operation], [key('alice-active').wif], { expiration: 60 });
}

export const send = (chain: Devchain, operation: OperationJson): string =>
  chain.push(byAlice(chain, operation));

/** The chain at its head 100: three claims and one deposit have happened. */
export async function recordedChain(): Promise<Devchain> {
  const chain = await startChain(addressOf, {
    chainId,
    startTime: genesisTime,
    maintenanceInterval: 600,
  });
  produceTo(chain, 50);
  for (const [name, account, balance, amount] of [
    ['nathan', ids.nathan, '1.15.0', '900000000000000'],
    ['alice-active', ids.alice, '1.15.3', '1000000000000'],
    ['exchange-deposit-active', ids.exchange, '1.15.1', '1000000000000'],
  ] as const) {
    const claim = {
      deposit_to_account: account,
      balance_to_claim: balance,
      balance_owner_key: key(name).pub,
      total_claimed: core(amount),
    };
    chain.push(chain.sign([[37, claim]], [key(name).wif]));
  }
  produceTo(chain, 98);
  send(chain, deposit(1001));
  produceTo(chain, 100);
  return chain;
}

/** As recorded: broadcast over HTTP, with the raw bytes in the body. */
export async function broadcastOverHttp(
  chain: Devchain,
  id: number,
  operation: OperationJson,
): Promise<{ transaction: TransactionJson; status: number; text: string }> {
  const transaction = byAlice(chain, operation);
  const body = { id, method: 'call', params: ['network_broadcast', 'broadcast_transaction', [transaction]] };
  const { status, bytes } = await post(chain.trusted.httpUrl, bytesOfJson(body));
  return { transaction, status, text: bytes.toString('latin1') };
}
