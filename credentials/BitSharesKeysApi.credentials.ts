/** The keys of one account. */
import type { ICredentialType, INodeProperties } from 'n8n-workflow';

export class BitSharesKeysApi implements ICredentialType {
  name = 'bitSharesKeysApi';

  displayName = 'BitShares Keys API';

  icon = {
    light: 'file:../nodes/BitShares/bitshares.svg',
    dark: 'file:../nodes/BitShares/bitshares.dark.svg',
  } as const;

  documentationUrl = 'https://github.com/n8n-nodes-bitshares/n8n-nodes-bitshares/blob/main/docs/security.md';

  /** Keys leave n8n's store only into our own nodes; not even the HTTP Request node can read them. */
  restrictToSupportedNodes = true as const;

  supportedNodes = ['bitShares', 'bitSharesTrigger', 'bitSharesWallet'];

  properties: INodeProperties[] = [
    {
      displayName: 'Account',
      name: 'account',
      type: 'string',
      default: '',
      required: true,
      placeholder: 'e.g. my-exchange or 1.2.345',
      description: 'The account that these keys belong to. A node refuses to work for any other.',
    },
    {
      displayName: 'Memo Key',
      name: 'memoKey',
      type: 'string',
      typeOptions: { password: true },
      default: '',
      placeholder: 'e.g. 5K…',
      description: 'Private key (WIF) that reads memos. It cannot move funds.',
    },
    {
      displayName: 'Older Memo Keys',
      name: 'olderMemoKeys',
      type: 'string',
      typeOptions: { password: true },
      default: '',
      description:
        'Private keys (WIF) that were memo keys before, separated by commas: memos sent to them stay readable',
    },
    {
      displayName: 'Active Key',
      name: 'activeKey',
      type: 'string',
      typeOptions: { password: true },
      default: '',
      placeholder: 'e.g. 5J…',
      description: 'Private key (WIF) that moves funds. Only for sending; leave empty to watch.',
    },
    {
      displayName: 'Balance Keys',
      name: 'balanceKeys',
      type: 'string',
      typeOptions: { password: true },
      default: '',
      description:
        'Private keys (WIF) that own claimable balances, separated by commas. Only for importing balances.',
    },
    {
      displayName: 'BitShares 1 Wallet Password',
      name: 'walletPassword',
      type: 'string',
      typeOptions: { password: true },
      default: '',
      description: 'Opens the keys of a BitShares 1 wallet export. Only for importing balances.',
    },
    {
      displayName: 'Wallet That May Receive These Keys',
      name: 'keyReceivingWallet',
      type: 'string',
      noDataExpression: true,
      default: '',
      placeholder: 'e.g. http://127.0.0.1:8092',
      description:
        'Address of the cli_wallet to which BitShares Wallet may hand these keys (Wallet: Import Key and Balance: Import). Leave empty so that no key leaves n8n.',
    },
    {
      displayName: 'Node for the Connection Test',
      name: 'testNodeUrl',
      type: 'string',
      default: 'ws://127.0.0.1:8090',
      placeholder: 'e.g. ws://127.0.0.1:8090',
      description:
        'Testing this credential compares its keys with the account on this node. Public keys only are compared; nothing is sent. Leave empty to check the form of the keys alone.',
    },
  ];
}
