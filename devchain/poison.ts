/** Puts texts on the chain that are not UTF-8, as strangers can. */
import type { Devchain } from './devchain';
import { timeText } from './wire/json';
import { textOf } from './wire/text';

const defaultBytes: Uint8Array = Buffer.from([0x41, 0xff, 0x42]);

export interface Poison {
  /** The stranger who proposes and pays, by name; any account can. */
  from: string;
  /** Accounts in whose history the operation is to be, by name; the stranger's own when left out. */
  naming?: readonly string[];
  /** The text; default `41 ff 42`. */
  bytes?: Uint8Array;
}

export interface PoisonedBlock {
  /** The block that it is in. */
  block: number;
  transactionId: string;
  /** The 1.11.x id on the trusted node; undefined when that node does not keep the operation. */
  operation: string | undefined;
  proposal: string;
}

/**
 * A stranger puts a text that is not UTF-8 on the chain: as the name of workers whose owners are the named accounts,
 * in a proposal that nobody has to approve. It is in a block, and in the history of each of these accounts. Makes
 * that block.
 */
export function poison(
  chain: Devchain,
  { from, naming = [from], bytes = defaultBytes }: Poison,
): PoisonedBlock {
  const name = textOf(Buffer.from(bytes));
  const { seconds } = chain.head;
  const day = 86_400;
  const workers = naming.map((account) => ({
    op: chain.operator.withFee([
      34,
      {
        owner: chain.account(account).id,
        work_begin_date: timeText(seconds + 30 * day),
        work_end_date: timeText(seconds + 60 * day),
        daily_pay: 1,
        name,
        url: '',
        initializer: [1, { pay_vesting_period_days: 1 }],
      },
    ]),
  }));
  const stranger = chain.account(from);
  const proposal = chain.producer.state.store.nextId('1.10');
  const transactionId = chain.push(
    chain.sign(
      [
        [
          22,
          {
            fee_paying_account: stranger.id,
            expiration_time: timeText(seconds + day),
            proposed_ops: workers,
          },
        ],
      ],
      [stranger.keys.active],
    ),
  );
  const block = chain.produceBlock().number;
  const index = chain.block(block)?.transactions.findIndex(({ id }) => id === transactionId) ?? -1;
  if (index < 0) throw new Error(`block ${block} does not hold the transaction ${transactionId}`);
  return { block, transactionId, operation: chain.producer.history.ofBlock(block, index)[0]?.id, proposal };
}

/** The issuer, by name, puts such a text into the description of an asset. Makes the block that it is in, and gives its number. */
export function poisonAsset(
  chain: Devchain,
  symbol: string,
  issuer = 'nathan',
  bytes: Uint8Array = defaultBytes,
): number {
  const asset = chain.producer.state.assetBySymbolOrId(symbol);
  if (asset === undefined) throw new Error(`there is no ${symbol}`);
  const new_options = { ...asset.options, description: textOf(Buffer.from(bytes)) };
  const update = { issuer: asset.issuer, asset_to_update: asset.id, new_options };
  chain.push(chain.sign([[11, update]], [chain.account(issuer).keys.active]));
  return chain.produceBlock().number;
}
