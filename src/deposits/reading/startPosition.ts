/** Where the first reading of an account begins. */
import type { AccountStatistics, ChainReader } from '../../chain/interfaces';
import { BitSharesError } from '../../errors';
import { labels } from '../../labels';
import { keyOf, type WatchedAccount } from './accountOperation';
import { compareKeys, endOfBlock, formatKey, isEndOfBlock, type OperationKey } from './depositKey';
import { checkNotAboveHead, type FinalHeight } from './finality';
import { checkTracked, firstBehind } from './locate';
import { beginning, type Mark } from './position';

export type StartFrom =
  | { kind: 'now' }
  /** The first block that is read. */
  | { kind: 'block'; block: number }
  /** The last deposit that is not read. */
  | { kind: 'after'; key: OperationKey }
  /** Seconds since the epoch: blocks of this time and later are read. */
  | { kind: 'time'; time: number }
  | { kind: 'oldest' };

type Reader = Pick<ChainReader, 'endpoint' | 'history' | 'state' | 'statistics' | 'block'>;

/**
 * The mark behind which reading begins.
 *
 * @param height read before this call
 * @throws INVALID_PARAMETER when the start is in the future or names no operation of the account, HISTORY_MISMATCH when the
 *   node does not track the account
 */
export async function startPosition(
  reader: Reader,
  account: WatchedAccount,
  from: StartFrom,
  height: FinalHeight,
): Promise<Mark> {
  const statistics = await reader.statistics(account.statisticsId, account.id);
  checkTracked(reader.endpoint, account, statistics);
  switch (from.kind) {
    case 'now':
      return markBehind(reader, account, statistics, endOfBlock(height.reached));
    case 'block':
      checkNotAhead(from.block, height, labels.startBlock);
      return markBehind(reader, account, statistics, endOfBlock(from.block - 1));
    case 'after':
      checkNotAhead(from.key.block, height, labels.startBlock);
      return markBehind(reader, account, statistics, from.key);
    case 'time': {
      const block = await firstBlockAt(reader, from.time, height.reached);
      return markBehind(reader, account, statistics, endOfBlock(block - 1));
    }
    case 'oldest':
      return oldestMark(reader, account, statistics, height);
  }
}

async function markBehind(
  reader: Reader,
  account: WatchedAccount,
  { totalOps, removedOps }: AccountStatistics,
  key: OperationKey,
): Promise<Mark> {
  const operationAt = operationsOf(reader, account);
  const sequence = (await firstBehind(key, removedOps + 1, totalOps, operationAt)) - 1;
  if (sequence === removedOps && removedOps > 0) {
    // How many of the removed operations are behind the key is unknown, so the number must not count.
    return { position: { sequence, key }, frame: null };
  }
  if (!isEndOfBlock(key)) {
    const exact = sequence > 0 && compareKeys(keyOf(await operationAt(sequence)), key) === 0;
    if (!exact) {
      throw new BitSharesError('INVALID_PARAMETER', {
        message: `there is no operation ${formatKey(key)} in the history of ${account.name}`,
        fix: 'Copy a depositId from an item of this account, or give a block number.',
        field: labels.startBlock,
      });
    }
  }
  return { position: { sequence, key }, frame: reader.endpoint };
}

async function oldestMark(
  reader: Reader,
  account: WatchedAccount,
  { totalOps, removedOps }: AccountStatistics,
  height: FinalHeight,
): Promise<Mark> {
  if (removedOps === 0) return { position: beginning, frame: reader.endpoint };
  const oldest = totalOps > removedOps ? await operationsOf(reader, account)(removedOps + 1) : null;
  if (oldest !== null) await checkNotAboveHead(reader, oldest.blockNumber, height);
  const block = oldest === null ? height.reached : oldest.blockNumber - 1;
  return { position: { sequence: removedOps, key: endOfBlock(block) }, frame: reader.endpoint };
}

/**
 * The first block that is not older than `time`.
 *
 * @throws INVALID_PARAMETER naming the field when there is none up to `last`
 */
export async function firstBlockAt(
  reader: Pick<ChainReader, 'block' | 'endpoint'>,
  time: number,
  last: number,
  field = labels.startTime,
): Promise<number> {
  const timeOf = async (number: number): Promise<number> => {
    const block = await reader.block(number);
    if (block !== null) return block.timestamp;
    throw new BitSharesError('INVALID_ANSWER', {
      message: `The node ${reader.endpoint} does not have block ${number}`,
      fix: 'Use a node that keeps all blocks.',
    });
  };
  if (last < 1 || (await timeOf(last)) < time) {
    throw new BitSharesError('INVALID_PARAMETER', {
      message: 'the chain has no final block of that time yet',
      fix: 'Give a time in the past, with its zone. A moment ago is too late: a block takes about a minute to become irreversible.',
      field,
    });
  }
  let [low, high] = [1, last];
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    if ((await timeOf(middle)) >= time) high = middle;
    else low = middle + 1;
  }
  return low;
}

function operationsOf(reader: Reader, account: WatchedAccount) {
  return async (sequence: number) => {
    const [operation] = await reader.history(account.id, { stop: sequence, start: sequence, limit: 1 });
    if (operation !== undefined) return operation;
    throw new BitSharesError('INVALID_ANSWER', {
      message: `The node ${reader.endpoint} counts operation ${sequence} of ${account.name} and does not show it`,
      fix: 'Try again; if this goes on, use another node.',
    });
  };
}

function checkNotAhead(block: number, height: FinalHeight, field: string): void {
  if (block >= 1 && block <= height.reached + 1) return;
  throw new BitSharesError('INVALID_PARAMETER', {
    message: `block ${block} is not between 1 and the last final block ${height.reached}`,
    fix: 'Give a block that exists.',
    field,
  });
}
