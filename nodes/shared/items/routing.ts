/** The resources of a node: what the editor shows of them, and which operation runs. */
import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { BitSharesError } from '../../../src/errors';
import { labels } from '../../../src/labels';
import { errorItem, toNodeError } from './nodeErrors';
import type { NodeOperation, ResourceOperations } from './operation';

export interface Resource {
  name: string;
  value: string;
  operations: ResourceOperations;
  /** The field Operation, and those of all operations. */
  description: INodeProperties[];
}

/** Everything that the editor shows of a node: the choice of a resource, and the fields of each. */
export function propertiesOf(resources: readonly Resource[]): INodeProperties[] {
  return [
    {
      displayName: 'Resource',
      name: 'resource',
      type: 'options',
      noDataExpression: true,
      options: resources.map(({ name, value }) => ({ name, value })),
      default: 'account',
    },
    ...resources.flatMap(({ description }) => description),
  ];
}

/** Runs the operation that the node is set to. */
export async function runOperation(
  context: IExecuteFunctions,
  resources: readonly Resource[],
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

function chosenOperation(context: IExecuteFunctions, resources: readonly Resource[]): NodeOperation {
  const resource = context.getNodeParameter('resource', 0);
  const operation = context.getNodeParameter('operation', 0);
  const operations = resources.find(({ value }) => value === resource)?.operations;
  // Only what is in the list itself: "constructor" is a member of every object.
  const chosen =
    operations !== undefined && Object.hasOwn(operations, operation) ? operations[operation] : undefined;
  if (chosen === undefined) {
    throw new BitSharesError('INVALID_PARAMETER', {
      field: labels.operation,
      message: 'there is no such operation of this resource',
      fix: 'Choose the operation again.',
    });
  }
  // n8n runs the tool twin of a node (its type ends in "Tool") for AI agents, and reports no tool execution then.
  if (chosen.movesMoney && context.getNode().type.endsWith('Tool')) {
    throw new BitSharesError('INVALID_PARAMETER', {
      field: labels.operation,
      message: 'this operation moves money, so it cannot be used as a tool of an AI agent',
      fix: 'Let the agent write a request, and pay it in a workflow with an approval.',
    });
  }
  return chosen;
}
