import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { Account } from '../../../../src/chain';
import { BitSharesError } from '../../../../src/errors';
import type { PrivateKey } from '../../../../src/protocol';
import { walletReader } from '../../../../src/rpc/walletReader';
import { keysOf } from '../../../shared/credentials';
import type { Keys } from '../../../shared/keysCredential';
import { requireAccount } from '../../../shared/lookup';
import { ofEachItem, shownFor, type NodeOperation } from '../../../shared/operation';
import { choices } from '../../../shared/parameterValues';
import { forEachUnlockedItem } from '../../../shared/walletItems';

/**
 * Wallet: Import Key. Hands private keys of the keys credential to the wallet and saves its file: cli_wallet by itself
 * forgets a key that is not one of the account's present keys. One item a key; the key itself never comes out.
 */
export const importKey: NodeOperation = {
  description: shownFor(
    'wallet',
    ['importKey'],
    [
      {
        displayName: 'Keys to Import',
        name: 'keysToImport',
        type: 'multiOptions',
        options: [
          { name: 'Active Key', value: 'activeKey', description: 'Moves funds' },
          { name: 'Memo Key', value: 'memoKey', description: 'Reads and writes memos' },
          {
            name: 'Older Memo Keys',
            value: 'olderMemoKeys',
            description: 'Read memos that were sent before a rotation',
          },
        ],
        default: ['activeKey'],
        required: true,
        description: 'Which keys of the BitShares Keys API credential the wallet shall hold from now on',
      },
    ],
  ),
  movesMoney: true,
  async execute(items) {
    const keysOfItem = await ofEachItem(this, items, (itemIndex) => keysOf(this, itemIndex));
    return forEachUnlockedItem(this, items, async (itemIndex, { wallet, call }) => {
      const keys = keysOfItem(itemIndex);
      const account = await requireAccount(walletReader(call), keys.account);
      const imported: IDataObject[] = [];
      for (const key of chosenKeys(this, itemIndex, keys)) {
        const wif = key.toWif();
        const isKeyOfAccount = (await call('import_key', [account.name, wif], [wif])) === true;
        const publicKey = key.publicKey.toString(wallet.chain.prefix);
        imported.push({
          account: account.name,
          accountId: account.id,
          publicKey,
          role: roleOf(account, publicKey),
          isKeyOfAccount,
          imported: true,
        });
      }
      await call('save_wallet_file', ['']);
      return imported;
    });
  },
};

function chosenKeys(context: IExecuteFunctions, itemIndex: number, keys: Keys): PrivateKey[] {
  const chosen = choices(
    context.getNodeParameter('keysToImport', itemIndex),
    ['activeKey', 'memoKey', 'olderMemoKeys'],
    'Keys to Import',
  );
  const found = [
    ...(chosen.includes('activeKey') ? [keys.activeKey] : []),
    ...(chosen.includes('memoKey') ? [keys.memoKey] : []),
    ...(chosen.includes('olderMemoKeys') ? keys.olderMemoKeys : []),
  ].filter((key) => key !== undefined);
  if (found.length > 0) return found;
  throw new BitSharesError('INVALID_PARAMETER', {
    field: 'Keys to Import',
    message: 'the keys credential holds none of these keys',
    fix: 'Enter the key in the BitShares Keys API credential, or choose another one here.',
  });
}

function roleOf(account: Account, publicKey: string): string | null {
  if (account.active.keys.some(({ key }) => key === publicKey)) return 'active';
  if (account.owner.keys.some(({ key }) => key === publicKey)) return 'owner';
  return account.memoKey === publicKey ? 'memo' : null;
}
