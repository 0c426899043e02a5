/** The node BitShares Wallet: the money operations with the keys of a cli_wallet. */
import {
  NodeConnectionTypes,
  type IExecuteFunctions,
  type INodeExecutionData,
  type INodeType,
  type INodeTypeDescription,
} from 'n8n-workflow';
import { testKeysCredential, testNodeCredential } from '../shared/credentials/credentialTests';
import { testWalletCredential } from '../shared/credentials/walletCredentialTest';
import { propertiesOf, runOperation } from '../shared/items/routing';
import { resources } from './resources';

export class BitSharesWallet implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'BitShares Wallet',
    name: 'bitSharesWallet',
    icon: { light: 'file:../BitShares/bitshares.svg', dark: 'file:../BitShares/bitshares.dark.svg' },
    group: ['transform'],
    version: 1,
    subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
    description: 'Pay withdrawals and import balances with keys that stay in cli_wallet',
    defaults: { name: 'BitShares Wallet' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [
      {
        name: 'bitSharesWalletApi',
        displayName: 'Wallet Credential',
        required: true,
        testedBy: 'testWalletCredential',
      },
      // One entry a credential: n8n looks at the first of a name only. What needs one of these asks for it itself.
      {
        name: 'bitSharesNodeApi',
        displayName: 'Node Credential',
        testedBy: 'testNodeCredential',
        displayOptions: { show: { resource: ['balance', 'proposal', 'transfer'] } },
      },
      {
        name: 'bitSharesKeysApi',
        displayName: 'Keys Credential',
        testedBy: 'testKeysCredential',
        displayOptions: { show: { resource: ['balance', 'proposal', 'transfer', 'wallet'] } },
      },
    ],
    properties: propertiesOf(resources),
  };

  methods = { credentialTest: { testKeysCredential, testNodeCredential, testWalletCredential } };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return runOperation(this, resources);
  }
}
