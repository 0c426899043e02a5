/** Runs the operation that a node is set to. */
import { NodeOperationError, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';
import { toNodeError } from './nodeErrors';
import type { ResourceOperations } from './operation';

/** The resources of a node by their value. */
export type Resources = Record<string, { operations: ResourceOperations }>;

export async function runOperation(
  context: IExecuteFunctions,
  resources: Resources,
): Promise<INodeExecutionData[][]> {
  const node = context.getNode();
  const resource = context.getNodeParameter('resource', 0);
  const operation = context.getNodeParameter('operation', 0);
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
    return [await chosen.execute.call(context, context.getInputData())];
  } catch (error) {
    throw toNodeError(node, error);
  }
}
