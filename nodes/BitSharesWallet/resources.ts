/** The resources of the node, listed once: for the editor, and for what runs their operations. */
import type { Resource } from '../shared/items/routing';
import * as account from './actions/account';
import * as balance from './actions/balance';
import * as memo from './actions/memo';
import * as proposal from './actions/proposal';
import * as transfer from './actions/transfer';
import * as wallet from './actions/wallet';

/** In the order of the alphabet. */
export const resources: readonly Resource[] = [
  { name: 'Account', value: 'account', ...account },
  { name: 'Balance', value: 'balance', ...balance },
  { name: 'Memo', value: 'memo', ...memo },
  { name: 'Proposal', value: 'proposal', ...proposal },
  { name: 'Transfer', value: 'transfer', ...transfer },
  { name: 'Wallet', value: 'wallet', ...wallet },
];
