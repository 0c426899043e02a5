import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { Account } from '../../../../src/chain/interfaces';
import { BitSharesError } from '../../../../src/errors';
import type { PrivateKey } from '../../../../src/protocol';
import { checkReceiver, Secret } from '../../../../src/rpc/secretExit';
import { walletReader } from '../../../../src/rpc/walletReader';
import { keysOf } from '../../../shared/credentials/credentials';
import { receiverOf, type Keys } from '../../../shared/credentials/keysCredential';
import { requireAccount } from '../../../shared/parameters/lookup';
import { ofEachItem, shownFor, type NodeOperation } from '../../../shared/items/operation';
import { choicesParameter } from '../../../shared/parameters/parameter';
import type { Wallet } from '../../../shared/credentials/walletCredential';
import { forEachUnlockedItem, type UnlockedWallet } from '../../../shared/items/walletItems';

const activeKeyStays =
  'The wallet has the active key now, and n8n still has it, too. Empty Active Key in the BitShares Keys API credential now: payments through cli_wallet do not need it there.';

const keysToImport = choicesParameter({
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
});

/**
 * Wallet: Import Key. Hands private keys of the keys credential to the wallet and saves its file: cli_wallet by itself
 * forgets a key that is not one of the account's present keys. One item a key; the key itself never comes out.
 */
export const importKey: NodeOperation = {
  description: shownFor('wallet', ['importKey'], [keysToImport]),
  movesMoney: true,
  async execute(items) {
    const keysOfItem = await ofEachItem(this, items, (itemIndex) => keysOf(this, itemIndex));
    const mayReceive = (itemIndex: number, { session }: Wallet): void => {
      checkReceiver(receiverOf(keysOfItem(itemIndex)), session.settings.url);
    };
    const importKeys = async (
      itemIndex: number,
      { wallet, call }: UnlockedWallet,
    ): Promise<IDataObject[]> => {
      const keys = keysOfItem(itemIndex);
      const receiver = receiverOf(keys);
      const account = await requireAccount(walletReader(call), keys.account);
      const imported: IDataObject[] = [];
      const chosen = chosenKeys(this, itemIndex, keys);
      for (const key of chosen) {
        const isKeyOfAccount = (await call('import_key', [account.name, new Secret(key, receiver)])) === true;
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
      if (chosen.some((key) => key === keys.activeKey)) {
        this.addExecutionHints({ message: activeKeyStays, type: 'warning', location: 'outputPane' });
      }
      return imported;
    };
    return forEachUnlockedItem(this, items, importKeys, mayReceive);
  },
};

function chosenKeys(context: IExecuteFunctions, itemIndex: number, keys: Keys): PrivateKey[] {
  const chosen = keysToImport.read(context, itemIndex);
  const found = [
    ...(chosen.includes('activeKey') ? [keys.activeKey] : []),
    ...(chosen.includes('memoKey') ? [keys.memoKey] : []),
    ...(chosen.includes('olderMemoKeys') ? keys.olderMemoKeys : []),
  ].filter((key) => key !== undefined);
  if (found.length > 0) return found;
  throw new BitSharesError('INVALID_PARAMETER', {
    field: keysToImport.label,
    message: 'the keys credential holds none of these keys',
    fix: 'Enter the key in the BitShares Keys API credential, or choose another one here.',
  });
}

function roleOf(account: Account, publicKey: string): string | null {
  if (account.active.keys.some(({ key }) => key === publicKey)) return 'active';
  if (account.owner.keys.some(({ key }) => key === publicKey)) return 'owner';
  return account.memoKey === publicKey ? 'memo' : null;
}
