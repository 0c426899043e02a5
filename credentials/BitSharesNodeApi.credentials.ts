/** Which chain, and the nodes of it that are asked. */
import type { ICredentialType, INodeProperties } from 'n8n-workflow';

export class BitSharesNodeApi implements ICredentialType {
  name = 'bitSharesNodeApi';

  displayName = 'BitShares Node API';

  icon = {
    light: 'file:../nodes/BitShares/bitshares.svg',
    dark: 'file:../nodes/BitShares/bitshares.dark.svg',
  } as const;

  documentationUrl =
    'https://github.com/n8n-nodes-bitshares/n8n-nodes-bitshares/blob/main/docs/operating-nodes.md';

  properties: INodeProperties[] = [
    {
      displayName: 'Chain',
      name: 'chain',
      type: 'options',
      options: [
        { name: 'Mainnet', value: 'mainnet' },
        { name: 'Testnet', value: 'testnet' },
        { name: 'Custom', value: 'custom' },
      ],
      default: 'mainnet',
      description: 'A node on any other chain is refused before anything is read or signed',
    },
    {
      displayName: 'Chain ID',
      name: 'chainId',
      type: 'string',
      default: '',
      required: true,
      placeholder: 'e.g. 4e4fc2ce5d32dbcaa22e776c8ef9a606e96684287027b44a54e43fa239d7a5fa',
      description: 'The 64 hexadecimal digits that the node gives for get_chain_id',
      displayOptions: { show: { chain: ['custom'] } },
    },
    {
      displayName: 'Address Prefix',
      name: 'addressPrefix',
      type: 'string',
      default: 'BTS',
      required: true,
      description: 'What public keys of the chain start with',
      displayOptions: { show: { chain: ['custom'] } },
    },
    {
      displayName: 'Trusted Node URLs',
      name: 'trustedUrls',
      type: 'string',
      default: 'ws://127.0.0.1:8090',
      required: true,
      placeholder: 'e.g. ws://127.0.0.1:8090',
      description:
        'Your own full node in real time: transactions go out here. Several addresses, separated by commas, are used in this order when one fails.',
    },
    {
      displayName: 'Delayed Node URLs',
      name: 'delayedUrls',
      type: 'string',
      default: 'ws://127.0.0.1:8091',
      placeholder: 'e.g. ws://127.0.0.1:8091',
      description:
        'Your node with the delayed_node plugin: it shows irreversible blocks only, and deposits are read here. Leave empty to read the trusted node up to its last irreversible block.',
    },
    {
      displayName: 'User',
      name: 'user',
      type: 'string',
      default: '',
      description: 'Only for nodes with an API access file; leave empty otherwise',
    },
    {
      displayName: 'Password',
      name: 'password',
      type: 'string',
      typeOptions: { password: true },
      default: '',
      description: 'Only for nodes with an API access file; leave empty otherwise',
    },
  ];
}
