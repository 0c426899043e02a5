import {
  NodeConnectionTypes,
  type IExecuteFunctions,
  type INodeExecutionData,
  type INodeType,
  type INodeTypeDescription,
} from 'n8n-workflow';
import { testKeysCredential, testNodeCredential } from '../shared/credentials/credentialTests';
import * as account from './actions/account';
import * as asset from './actions/asset';
import * as chain from './actions/chain';
import * as claimableBalance from './actions/claimableBalance';
import * as deposit from './actions/deposit';
import * as memo from './actions/memo';
import * as proposal from './actions/proposal';
import * as transfer from './actions/transfer';
import { router } from './router';

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
    properties: [
      {
        displayName: 'Resource',
        name: 'resource',
        type: 'options',
        noDataExpression: true,
        options: [
          { name: 'Account', value: 'account' },
          { name: 'Asset', value: 'asset' },
          { name: 'Chain', value: 'chain' },
          { name: 'Claimable Balance', value: 'claimableBalance' },
          { name: 'Deposit', value: 'deposit' },
          { name: 'Memo', value: 'memo' },
          { name: 'Proposal', value: 'proposal' },
          { name: 'Transfer', value: 'transfer' },
        ],
        default: 'account',
      },
      ...account.description,
      ...asset.description,
      ...chain.description,
      ...claimableBalance.description,
      ...deposit.description,
      ...memo.description,
      ...proposal.description,
      ...transfer.description,
    ],
  };

  methods = { credentialTest: { testKeysCredential, testNodeCredential } };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return router.call(this);
  }
}
