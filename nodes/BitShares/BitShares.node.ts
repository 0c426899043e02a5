/** The node BitShares: queries of the chain, and what keys in n8n sign. */
import {
  NodeConnectionTypes,
  type IExecuteFunctions,
  type INodeExecutionData,
  type INodeType,
  type INodeTypeDescription,
} from 'n8n-workflow';
import { testKeysCredential, testNodeCredential } from '../shared/credentials/credentialTests';
import { propertiesOf, runOperation } from '../shared/items/routing';
import { resources } from './resources';

export class BitShares implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'BitShares',
    name: 'bitShares',
    icon: { light: 'file:bitshares.svg', dark: 'file:bitshares.dark.svg' },
    group: ['transform'],
    version: 1,
    subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
    description: 'Read accounts and memos of the BitShares blockchain and pay withdrawals once',
    defaults: { name: 'BitShares' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [
      {
        name: 'bitSharesNodeApi',
        displayName: 'Node Credential',
        required: true,
        testedBy: 'testNodeCredential',
      },
      // One entry a credential: n8n looks at the first of a name only. What sends asks for it itself.
      {
        name: 'bitSharesKeysApi',
        displayName: 'Keys Credential',
        testedBy: 'testKeysCredential',
        displayOptions: {
          show: { resource: ['claimableBalance', 'deposit', 'memo', 'proposal', 'transfer'] },
        },
      },
    ],
    properties: propertiesOf(resources),
  };

  methods = { credentialTest: { testKeysCredential, testNodeCredential } };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return runOperation(this, resources);
  }
}
