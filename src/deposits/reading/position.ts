/**
 * Where the reading of an account's history stands. The key is the position; the sequence number is only the place at
 * which one node lists it, and is checked or searched again on every connection.
 */
import { endOfBlock, formatKey, type OperationKey } from '../../chain/operationKey';
import { BitSharesError } from '../../errors';
import { parseKey } from './depositKey';

/** Everything up to and including `key` was handled. */
export interface Position {
  /** The account's own sequence number of the last handled operation on the node that was read last; 0 before the first. */
  sequence: number;
  /** The last handled operation, or the end of a block when the reading began at a block or a time. */
  key: OperationKey;
}

/** A place in the history, and the endpoint whose sequence numbers it uses. */
export interface Mark {
  position: Position;
  frame: string | null;
}

/** The position as it is stored. */
export interface StoredPosition {
  sequence: number;
  key: string;
}

/** Before the first operation of an account. */
export const beginning: Position = { sequence: 0, key: endOfBlock(0) };

export function storePosition(position: Position): StoredPosition {
  return { sequence: position.sequence, key: formatKey(position.key) };
}

/**
 * The position in stored data.
 *
 * @throws POSITION_CORRUPT when it is not one
 */
export function readStoredPosition(value: unknown): Position {
  const { sequence, key: text } = (typeof value === 'object' && value !== null ? value : {}) as Partial<
    Record<keyof StoredPosition, unknown>
  >;
  const key = parseKey(text);
  if (!isCount(sequence) || key === null) throw positionCorrupt('the position');
  return { sequence, key };
}

export function positionCorrupt(what: string): BitSharesError {
  return new BitSharesError('POSITION_CORRUPT', {
    message: `The stored state of this trigger cannot be read: ${what} is damaged`,
    fix: 'Something else wrote into the static data of this workflow. Set Start From to a block or a time before the last deposit that you have recorded and publish again: what arrives twice has the same depositId.',
  });
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
