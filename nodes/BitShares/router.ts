import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { runOperation, type Resources } from '../shared/items/routing';
import * as account from './actions/account';
import * as asset from './actions/asset';
import * as chain from './actions/chain';
import * as claimableBalance from './actions/claimableBalance';
import * as deposit from './actions/deposit';
import * as memo from './actions/memo';
import * as proposal from './actions/proposal';
import * as transfer from './actions/transfer';

/** Every resource in the order of the editor's list. */
export const resources: Resources = {
  account,
  asset,
  chain,
  claimableBalance,
  deposit,
  memo,
  proposal,
  transfer,
};

/** Runs the operation that the node is set to. */
export async function router(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
  return runOperation(this, resources);
}
