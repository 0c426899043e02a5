/** What withdrawals ask of a node. A session of a node client is one; a test can write its own. */
import type { LeavableSession } from '../../chain/furtherAddresses';
import type { ChainReader, NodeSession } from '../../chain/interfaces';

export type WithdrawalReader = Pick<
  ChainReader,
  | 'account'
  | 'accounts'
  | 'assets'
  | 'balances'
  | 'block'
  | 'endpoint'
  | 'history'
  | 'proposals'
  | 'recentTransaction'
  | 'state'
  | 'statistics'
>;

/** A connection of which one look at the chain is made. */
export type WithdrawalSession = WithdrawalReader & LeavableSession & Partial<Pick<NodeSession, 'connection'>>;
