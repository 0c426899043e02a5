/** What a stranger can do to a node's answers with texts that are not UTF-8 (see the README beside this file). */
import type { Devchain } from './devchain';
import { timeText } from './wire/json';
import { textOf } from './wire/text';

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
export function poison(chain: Devchain, { from, naming = [from], bytes }: Poison): PoisonedBlock {
  const name = textOf(Buffer.from(bytes ?? [0x41, 0xff, 0x42]));
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
