/** From domain errors to what n8n shows: the message says what happened, the description what to do. */
import {
  NodeApiError,
  NodeOperationError,
  type IDataObject,
  type INode,
  type JsonObject,
} from 'n8n-workflow';
import { isBitSharesError, type BitSharesError, type ErrorCode } from '../../../src/errors';
import { maskPrivateKeys } from '../../../src/protocol';

/** Errors that come from a node or wallet and not from what the user entered. */
const fromOutside: ReadonlySet<ErrorCode> = new Set([
  'ACCESS_DENIED',
  'CONNECTION_LOST',
  'INVALID_ANSWER',
  'NODES_DISAGREE',
  'NODE_ERROR',
  'NODE_OUT_OF_SYNC',
  'NODE_UNREACHABLE',
  'REQUEST_TIMEOUT',
  'STALE_NODE',
  'WALLET_ERROR',
  'WALLET_LOCKED',
]);

/** Wraps any thrown value for n8n. Values that are not ours are passed on by their message alone. */
export function toNodeError(
  node: INode,
  error: unknown,
  itemIndex?: number,
): NodeApiError | NodeOperationError {
  if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
  const position = itemIndex === undefined ? {} : { itemIndex };
  if (!isBitSharesError(error)) {
    const message = maskedText(error);
    return new NodeOperationError(node, message, position);
  }
  const message = maskedText(error);
  const options = { message, description: describe(error), ...position };
  return fromOutside.has(error.code)
    ? new NodeApiError(node, { message, errorCode: error.code } satisfies JsonObject, options)
    : new NodeOperationError(node, message, options);
}

/**
 * The fields of an item that stands for an error ("continue on fail"). n8n moves an item to the error output of a node only
 * when it holds nothing but `error`, which must not be empty, and `message`; else it would pass for a success.
 */
export function errorItem(node: INode, error: unknown): IDataObject {
  const text = maskedText(error);
  const { code, field, fix } = isBitSharesError(error) ? error : internalError;
  if (node.onError === 'continueErrorOutput') {
    return { error: text || code, message: fix === undefined ? `(${code})` : `${fix} (${code})` };
  }
  return { error: text || code, errorCode: code, errorField: field ?? null, whatToDo: fix ?? null };
}

/** The last guard: whatever wrote the message, and whatever a node or wallet repeated, no private key is shown. */
function maskedText(error: unknown): string {
  return maskPrivateKeys(error instanceof Error ? error.message : String(error)).text;
}

const internalError: Pick<BitSharesError, 'code' | 'field' | 'fix'> = {
  code: 'INTERNAL',
  field: undefined,
  fix: undefined,
};

function describe(error: BitSharesError): string {
  return error.fix === undefined ? `Code ${error.code}` : `${error.fix} (${error.code})`;
}
