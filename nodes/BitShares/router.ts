import { NodeOperationError, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';
import { toNodeError } from '../shared/nodeErrors';
import type { ResourceOperations } from '../shared/operation';
import * as account from './actions/account';
import * as asset from './actions/asset';
import * as chain from './actions/chain';
import * as claimableBalance from './actions/claimableBalance';
import * as memo from './actions/memo';
import * as transfer from './actions/transfer';

/** Every resource in the order of the editor's list. */
export const resources: Record<string, { operations: ResourceOperations }> = {
  account,
  asset,
  chain,
  claimableBalance,
  memo,
  transfer,
};

/** Runs the operation that the node is set to. */
export async function router(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
  const node = this.getNode();
  const resource = this.getNodeParameter('resource', 0);
  const operation = this.getNodeParameter('operation', 0);
  const chosen = resources[resource]?.operations[operation];
  if (chosen === undefined)
    throw new NodeOperationError(node, `There is no operation ${operation} for ${resource}`);
  // n8n runs the tool twin of a node (its type ends in "Tool") for AI agents, and reports no tool execution then.
  if (chosen.movesMoney && node.type.endsWith('Tool')) {
    throw new NodeOperationError(
      node,
      'This operation moves money, so it cannot be used as a tool of an AI agent',
      {
        description: 'Let the agent write a request, and pay it in a workflow with an approval.',
      },
    );
  }
  try {
    return [await chosen.execute.call(this, this.getInputData())];
  } catch (error) {
    throw toNodeError(node, error);
  }
}
