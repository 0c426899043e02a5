/** The resources of the node, listed once: for the editor, and for what runs them. */
import type { Resources } from '../shared/items/routing';
import * as account from './actions/account';
import * as balance from './actions/balance';
import * as memo from './actions/memo';
import * as proposal from './actions/proposal';
import * as transfer from './actions/transfer';
import * as wallet from './actions/wallet';

/** In the order of the editor's list. */
export const resources: Resources = { account, balance, memo, proposal, transfer, wallet };
