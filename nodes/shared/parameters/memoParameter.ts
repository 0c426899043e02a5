/** The field Memo of Memo: Decode, and where the memo of an item is when nobody says otherwise. */
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { BitSharesError } from '../../../src/errors';
import type { Memo } from '../../../src/protocol';
import { rawParameter } from './parameter';

/** Shown as it is; what it stands for is `memoOfItem`. */
const defaultExpression = '={{ $json.operation?.memo ?? $json.memo }}';

export const memoField = rawParameter({
  displayName: 'Memo',
  name: 'memoObject',
  type: 'json',
  default: defaultExpression,
  required: true,
  description: 'The memo object of an operation: from, to, nonce and message',
});

const field = memoField.label;

/**
 * Expressions that mean the memo of the item, without blanks and question marks. An operation without a memo has no such
 * field, so an expression for it gives nothing, which must not be taken for a mistake, nor a mistake for it. Workflows that
 * were stored with an earlier default hold that one.
 */
const ofItem: readonly string[] = ['={{$json.memo}}', '={{$json.operation.memo}}', plain(defaultExpression)];

function plain(expression: string): string {
  return expression.replace(/[\s?]/g, '');
}

/**
 * The memo that an item is about; null when its operation has none.
 *
 * @throws INVALID_MEMO when there is nothing to be found, or something else than a memo
 */
export function memoParameterOf(context: IExecuteFunctions, itemIndex: number): Memo | null {
  const written = context.getNodeParameter(memoField.name, itemIndex, '', { rawExpressions: true });
  if (typeof written === 'string' && ofItem.includes(plain(written))) {
    return memoOfItem(context.getInputData()[itemIndex]?.json ?? {});
  }
  const value = memoField.read(context, itemIndex);
  if (value !== undefined) return readMemo(value);
  throw new BitSharesError('INVALID_MEMO', {
    field,
    message: 'the expression gives no value',
    fix: 'Correct the name in it. Where an operation without a memo is meant, let it give null: {{ $json.field ?? null }}.',
  });
}

/** Of a history item, of a deposit with its raw operation, or of an item that holds a memo object. */
function memoOfItem(item: IDataObject): Memo | null {
  const { memo, memoStatus, operation } = item;
  if (isRecord(memo)) return readMemo(memo);
  const isOurs = typeof memoStatus === 'string';
  // Account: Get History gives the fields of the operation, Include Raw Operation its type as well.
  const fields: unknown = Array.isArray(operation) ? operation[1] : operation;
  if (isRecord(fields) && (fields['memo'] !== undefined || memo === undefined || isOurs)) {
    return readMemo(fields['memo'] ?? null);
  }
  if (isOurs && memoStatus !== 'none') throw decodedAlready(memoStatus);
  if (memo !== undefined) return readMemo(memo);
  throw new BitSharesError('INVALID_MEMO', {
    field,
    message: 'this item has no field memo and no field operation',
    fix: 'Enter an expression that gives the memo object, or null where there is none.',
  });
}

/** The memo object of a value; null where there is none. */
function readMemo(value: unknown): Memo | null {
  let memo = value;
  if (typeof memo === 'string') {
    if (memo.trim() === '') return null;
    try {
      memo = JSON.parse(memo);
    } catch {
      throw notAMemo();
    }
  }
  if (memo === null) return null;
  if (!isRecord(memo)) throw notAMemo();
  const { from, to, nonce, message } = memo;
  const isNonce = typeof nonce === 'string' || typeof nonce === 'number';
  if (typeof from !== 'string' || typeof to !== 'string' || typeof message !== 'string' || !isNonce)
    throw notAMemo();
  return { from, to, nonce, message };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function decodedAlready(memoStatus: string): BitSharesError {
  return new BitSharesError('INVALID_MEMO', {
    field,
    message: `this item holds what was read of its memo already (memoStatus ${memoStatus}), and not the memo object`,
    fix: 'Use its field memo. To read it with other keys, choose them in the node that gave the item, or turn on Include Raw Operation there.',
  });
}

function notAMemo(): BitSharesError {
  return new BitSharesError('INVALID_MEMO', {
    field,
    message: 'this is not a memo object',
    fix: 'Pass the memo of an operation as the node returns it: an object with from, to, nonce and message.',
  });
}
