/** A cli_wallet that holds the keys, and the password that unlocks it. */
import type { ICredentialType, INodeProperties } from 'n8n-workflow';

export class BitSharesWalletApi implements ICredentialType {
  name = 'bitSharesWalletApi';

  displayName = 'BitShares Wallet API';

  icon = {
    light: 'file:../nodes/BitShares/bitshares.svg',
    dark: 'file:../nodes/BitShares/bitshares.dark.svg',
  } as const;

  documentationUrl =
    'https://github.com/n8n-nodes-bitshares/n8n-nodes-bitshares/blob/main/docs/cli-wallet.md';

  /** The password opens the keys of the wallet: it leaves n8n's store only into our own node. */
  restrictToSupportedNodes = true as const;

  supportedNodes = ['bitSharesWallet'];

  properties: INodeProperties[] = [
    {
      displayName: 'Wallet URL',
      name: 'walletUrl',
      type: 'string',
      default: 'http://127.0.0.1:8092',
      required: true,
      placeholder: 'e.g. http://127.0.0.1:8092',
      description:
        'The address given to cli_wallet with -H. It asks for no login, so keep it on this machine or a private network.',
    },
    {
      displayName: 'Wallet Password',
      name: 'walletPassword',
      type: 'string',
      typeOptions: { password: true },
      default: '',
      description: 'Unlocks the wallet for the length of a call',
    },
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
      description: 'A wallet on any other chain is refused before anything is asked of it',
    },
    {
      displayName: 'Chain ID',
      name: 'chainId',
      type: 'string',
      default: '',
      required: true,
      placeholder: 'e.g. 4e4fc2ce5d32dbcaa22e776c8ef9a606e96684287027b44a54e43fa239d7a5fa',
      description: 'The 64 hexadecimal digits that the wallet shows as chain_id in info',
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
  ];
}
