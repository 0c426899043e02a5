/** Runs the operation that a node is set to. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { BitSharesError } from '../../../src/errors';
import { errorItem, toNodeError } from './nodeErrors';
import type { NodeOperation, ResourceOperations } from './operation';

/** The resources of a node by their value. */
export type Resources = Record<string, { operations: ResourceOperations }>;

export async function runOperation(
  context: IExecuteFunctions,
  resources: Resources,
): Promise<INodeExecutionData[][]> {
  const node = context.getNode();
  const items = context.getInputData();
  try {
    return [await chosenOperation(context, resources).execute.call(context, items)];
  } catch (error) {
    if (!context.continueOnFail()) throw toNodeError(node, error);
    // What a node throws here n8n would replace by the input, as if that were the result.
    return [items.map((_, item) => ({ json: errorItem(node, error), pairedItem: { item } }))];
  }
}

function chosenOperation(context: IExecuteFunctions, resources: Resources): NodeOperation {
  const resource = context.getNodeParameter('resource', 0);
  const operation = context.getNodeParameter('operation', 0);
  // Only what stands in the lists itself: "constructor" is a member of every object.
  const operations = Object.hasOwn(resources, resource) ? resources[resource]?.operations : undefined;
  const chosen =
    operations !== undefined && Object.hasOwn(operations, operation) ? operations[operation] : undefined;
  if (chosen === undefined) {
    throw new BitSharesError('INVALID_PARAMETER', {
      field: 'Operation',
      message: 'there is no such operation of this resource',
      fix: 'Choose the operation again.',
    });
  }
  // n8n runs the tool twin of a node (its type ends in "Tool") for AI agents, and reports no tool execution then.
  if (chosen.movesMoney && context.getNode().type.endsWith('Tool')) {
    throw new BitSharesError('INVALID_PARAMETER', {
      field: 'Operation',
      message: 'this operation moves money, so it cannot be used as a tool of an AI agent',
      fix: 'Let the agent write a request, and pay it in a workflow with an approval.',
    });
  }
  return chosen;
}
