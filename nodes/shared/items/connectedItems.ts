/** Work on items with the nodes that the credential of each item names. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { nodeSettingsOf } from '../credentials/credentials';
import { withConnections, type Nodes, type NodeSettings } from '../credentials/nodeCredential';
import { forEachItem, ofEachItem } from './operation';

/** The nodes of an item's credential. */
export interface ConnectedItem extends Nodes {
  settings: NodeSettings;
}

/** As `forEachItem`, with all credentials resolved before the first item and the connections closed after the last. */
export async function forEachConnectedItem(
  context: IExecuteFunctions,
  items: INodeExecutionData[],
  work: (itemIndex: number, connected: ConnectedItem) => Promise<IDataObject | IDataObject[]>,
): Promise<INodeExecutionData[]> {
  const settingsOf = await ofEachItem(context, items, (itemIndex) => nodeSettingsOf(context, itemIndex));
  return withConnections((connect) =>
    forEachItem(context, items, async (itemIndex) => {
      const settings = settingsOf(itemIndex);
      return work(itemIndex, { settings, ...connect(settings) });
    }),
  );
}
