/** The shape of an operation of a node, and what every operation does the same way. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { descriptionOf, type Field } from '../parameters/parameter';
import { errorItem, toNodeError } from './nodeErrors';

/** One operation: a file with its fields and what it does with all input items. */
export interface NodeOperation {
  /** The fields, shown by `displayOptions` of the resource and operation. */
  description: INodeProperties[];
  /** True for what signs or sends: an AI agent may not use it. */
  movesMoney?: true;
  execute(this: IExecuteFunctions, items: INodeExecutionData[]): Promise<INodeExecutionData[]>;
}

/** The operations of one resource by their value. */
export type ResourceOperations = Record<string, NodeOperation>;

/**
 * Runs `work` for one item after another. An error becomes an item when the node is set to continue on fail, and ends
 * the execution otherwise; it is always tied to its item. n8n does not end what a node does when it stops an execution, so
 * no item is begun after that.
 */
export async function forEachItem(
  context: IExecuteFunctions,
  items: INodeExecutionData[],
  work: (itemIndex: number) => Promise<IDataObject | IDataObject[]>,
): Promise<INodeExecutionData[]> {
  const output: INodeExecutionData[] = [];
  const signal = context.getExecutionCancelSignal();
  for (let itemIndex = 0; itemIndex < items.length && signal?.aborted !== true; itemIndex++) {
    try {
      for (const json of [await work(itemIndex)].flat())
        output.push({ json, pairedItem: { item: itemIndex } });
    } catch (error) {
      if (!context.continueOnFail()) throw toNodeError(context.getNode(), error, itemIndex);
      output.push({ json: errorItem(context.getNode(), error), pairedItem: { item: itemIndex } });
    }
  }
  return output;
}

/**
 * Resolves something for every item before anything is done for any of them, such as its credentials. What it returns
 * gives it by the index of the item, or throws why that item has none.
 */
export async function ofEachItem<T>(
  context: Pick<IExecuteFunctions, 'continueOnFail' | 'getNode'>,
  items: readonly unknown[],
  resolve: (itemIndex: number) => Promise<T>,
): Promise<(itemIndex: number) => T> {
  const resolved: ({ value: T } | { error: unknown })[] = [];
  for (let itemIndex = 0; itemIndex < items.length; itemIndex++) {
    try {
      resolved.push({ value: await resolve(itemIndex) });
    } catch (error) {
      if (!context.continueOnFail()) throw toNodeError(context.getNode(), error, itemIndex);
      resolved.push({ error });
    }
  }
  return (itemIndex) => {
    const found = resolved[itemIndex];
    if (found !== undefined && 'value' in found) return found.value;
    throw found?.error;
  };
}

/** Adds to every field where it is shown. */
export function shownFor(
  resource: string,
  operations: string[],
  fields: readonly Field[],
): INodeProperties[] {
  return fields.map(descriptionOf).map((field) => ({
    ...field,
    displayOptions: {
      ...field.displayOptions,
      show: { resource: [resource], operation: operations, ...field.displayOptions?.show },
    },
  }));
}
