/** Follows claim transactions from the broadcast to a block that is irreversible, or to proof that they are dead. */
import type { BlockStore } from '../chain/blocks';
import type { ChainReader } from '../chain/interfaces';
import type { BitSharesError } from '../errors';
import { isReached, type WaitFor } from '../payments/waitFor';
import { isOperation, transactionId, type SignedTransaction } from '../protocol';

export type ClaimOutcome =
  /** Nothing was sent, as asked. */
  | 'dry_run'
  /** An earlier transaction claimed these balances into the account. */
  | 'already_claimed'
  /** None of the keys owns a balance of which something can be claimed now. */
  | 'nothing_to_claim'
  | 'unknown'
  | 'in_mempool'
  | 'in_block'
  | 'irreversible'
  | 'expired'
  /** The node refused it, so it was not spread. */
  | 'rejected';

/** Where a claim transaction is. */
export interface Sent {
  transaction: SignedTransaction;
  transactionId: string;
  /** Seconds. */
  expiration: number;
  /** The node accepted it, or holds it. */
  accepted: boolean;
  refused: boolean;
  reason: BitSharesError | null;
  place: { blockNumber: number; blockTime: number; trxInBlock: number; irreversible: boolean } | null;
  dead: boolean;
}

export function claimOutcome(sent: Sent): ClaimOutcome {
  if (sent.place !== null) return sent.place.irreversible ? 'irreversible' : 'in_block';
  if (sent.refused) return 'rejected';
  if (sent.dead) return 'expired';
  return sent.accepted ? 'in_mempool' : 'unknown';
}

/** Whether the caller wants no more to be known of it. */
export function isWaitOver({ refused, dead, accepted, place }: Sent, waitFor: WaitFor): boolean {
  if (refused || dead) return true;
  return isReached(waitFor, {
    isBroadcast: accepted,
    isInBlock: place !== null,
    isIrreversible: place?.irreversible === true,
  });
}

type ClaimReader = Pick<ChainReader, 'block' | 'endpoint' | 'recentTransaction' | 'state'>;

/**
 * Looks for the transactions in every block after `afterBlock`, which was irreversible before they were built.
 *
 * What is called irreversible is in the chain of the head that the node named together with its last irreversible block. When it rejects, what was known stays as it was.
 */
export async function look(
  reader: ClaimReader,
  sent: readonly Sent[],
  afterBlock: number,
  prefix: string,
  blocks: BlockStore,
): Promise<void> {
  const state = await reader.state();
  const open = sent.filter(({ place, refused }) => place?.irreversible !== true && !refused);
  if (open.length === 0) return;
  const places = new Map<Sent, Sent['place']>();
  let irreversibleTime = 0;
  for (const block of await blocks.upToHead(reader, afterBlock + 1, state)) {
    const { number } = block;
    const irreversible = number <= state.lastIrreversibleBlock;
    if (irreversible) irreversibleTime = block.timestamp;
    for (const [trxInBlock, transaction] of block.transactions.entries()) {
      const one = open.find((candidate) => isSame(candidate, transaction, prefix));
      if (one === undefined) continue;
      places.set(one, { blockNumber: number, blockTime: block.timestamp, trxInBlock, irreversible });
    }
  }
  for (const one of open) {
    one.place = places.get(one) ?? null;
    if (one.place !== null) continue;
    // Expiration is compared with the time of the block before, so the first block past it is the last that can hold it.
    one.dead = irreversibleTime > one.expiration;
    if (!one.dead) one.accepted = (await reader.recentTransaction(one.transactionId)) !== null;
  }
}

/** The id is computed only where the first claim is the same: most transactions of a block are none of ours. */
function isSame(sent: Sent, transaction: SignedTransaction, prefix: string): boolean {
  const [ours] = sent.transaction.operations;
  const [theirs] = transaction.operations;
  if (ours === undefined || theirs === undefined) return false;
  if (!isOperation(ours, 'balance_claim') || !isOperation(theirs, 'balance_claim')) return false;
  if (ours[1].balance_to_claim !== theirs[1].balance_to_claim) return false;
  try {
    return transactionId(transaction, prefix) === sent.transactionId;
  } catch {
    return false;
  }
}
