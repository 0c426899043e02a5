import {
  NodeConnectionTypes,
  type IExecuteFunctions,
  type INodeExecutionData,
  type INodeType,
  type INodeTypeDescription,
} from 'n8n-workflow';
import { testKeysCredential, testNodeCredential } from '../shared/credentials/credentialTests';
import { testWalletCredential } from '../shared/credentials/walletCredentialTest';
import * as account from './actions/account';
import * as balance from './actions/balance';
import * as memo from './actions/memo';
import * as proposal from './actions/proposal';
import * as transfer from './actions/transfer';
import * as wallet from './actions/wallet';
import { router } from './router';

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
    properties: [
      {
        displayName: 'Resource',
        name: 'resource',
        type: 'options',
        noDataExpression: true,
        options: [
          { name: 'Account', value: 'account' },
          { name: 'Balance', value: 'balance' },
          { name: 'Memo', value: 'memo' },
          { name: 'Proposal', value: 'proposal' },
          { name: 'Transfer', value: 'transfer' },
          { name: 'Wallet', value: 'wallet' },
        ],
        default: 'account',
      },
      ...account.description,
      ...balance.description,
      ...memo.description,
      ...proposal.description,
      ...transfer.description,
      ...wallet.description,
    ],
  };

  methods = { credentialTest: { testKeysCredential, testNodeCredential, testWalletCredential } };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return router.call(this);
  }
}
