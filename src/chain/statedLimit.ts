/** The most entries that a node gives in one answer, where it refused to give more: "limit can not be greater than 100". */
import { isBitSharesError } from '../errors';

/** The limit that a refusal names, at least 1; null when it was refused for something else. */
export function statedLimit(error: unknown): number | null {
  if (!isBitSharesError(error, 'NODE_ERROR')) return null;
  const stated = /greater than (\d+)/.exec(`${error.message} ${String(error.data['nodeMessage'] ?? '')}`);
  return stated === null ? null : Math.max(1, Number(stated[1]));
}
