/** The resources of the node, listed once: for the editor, and for what runs them. */
import type { Resources } from '../shared/items/routing';
import * as account from './actions/account';
import * as asset from './actions/asset';
import * as chain from './actions/chain';
import * as claimableBalance from './actions/claimableBalance';
import * as deposit from './actions/deposit';
import * as memo from './actions/memo';
import * as proposal from './actions/proposal';
import * as transfer from './actions/transfer';

/** In the order of the editor's list. */
export const resources: Resources = { account, asset, chain, claimableBalance, deposit, memo, proposal, transfer };
