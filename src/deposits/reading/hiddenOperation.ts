/** Operations that a node cannot show because of a text in them: passed when the node says that they move no value. */
import type { NodeSession } from '../../chain/interfaces';
import type { WatchedAccount } from './accountOperation';
import { movementTypes } from './movement';

/**
 * Whether the node says that the operation is of a type that moves no value, without showing it
 * (`get_account_history_by_operations`, bitshares-core `api.cpp`: it counts a window and shows what is of the given types).
 */
export async function movesNothing(
  reader: Pick<NodeSession, 'call'>,
  account: WatchedAccount,
  sequence: number,
): Promise<boolean> {
  const args = [account.id, movementTypes, sequence, 1];
  const answer = await reader.call('history', 'get_account_history_by_operations', args);
  const { total_count: counted, operation_history_objs: shown } = (answer ?? {}) as Record<string, unknown>;
  return counted === 1 && Array.isArray(shown) && shown.length === 0;
}
