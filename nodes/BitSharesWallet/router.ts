import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { runOperation, type Resources } from '../shared/items/routing';
import * as account from './actions/account';
import * as balance from './actions/balance';
import * as memo from './actions/memo';
import * as proposal from './actions/proposal';
import * as transfer from './actions/transfer';
import * as wallet from './actions/wallet';

/** Every resource in the order of the editor's list. */
export const resources: Resources = { account, balance, memo, proposal, transfer, wallet };

/** Runs the operation that the node is set to. */
export async function router(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
  return runOperation(this, resources);
}
