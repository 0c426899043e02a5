/** The resources of the node, listed once: for the editor, and for what runs their operations. */
import type { Resource } from '../shared/items/routing';
import * as account from './actions/account';
import * as asset from './actions/asset';
import * as chain from './actions/chain';
import * as claimableBalance from './actions/claimableBalance';
import * as deposit from './actions/deposit';
import * as memo from './actions/memo';
import * as proposal from './actions/proposal';
import * as transfer from './actions/transfer';

/** In the order of the alphabet. */
export const resources: readonly Resource[] = [
  { name: 'Account', value: 'account', ...account },
  { name: 'Asset', value: 'asset', ...asset },
  { name: 'Chain', value: 'chain', ...chain },
  { name: 'Claimable Balance', value: 'claimableBalance', ...claimableBalance },
  { name: 'Deposit', value: 'deposit', ...deposit },
  { name: 'Memo', value: 'memo', ...memo },
  { name: 'Proposal', value: 'proposal', ...proposal },
  { name: 'Transfer', value: 'transfer', ...transfer },
];
