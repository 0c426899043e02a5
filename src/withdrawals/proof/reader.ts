/** What withdrawals ask of a node. A session of a node client is one; a test can write its own. */
import type { Broadcaster, ChainReader } from '../../chain/interfaces';
import type * as views from '../../chain/view';

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

export type WithdrawalNodes = views.ViewNodes<WithdrawalReader & Broadcaster, WithdrawalReader>;
export type ChainView = views.ChainView<WithdrawalReader & Broadcaster, WithdrawalReader>;
export type SharedViews = views.SharedViews<WithdrawalReader & Broadcaster, WithdrawalReader>;
