/** Withdrawals that the keys of the keys credential sign. */
import { keysOf, nodeSettingsOf } from '../credentials/credentials';
import { publicKeysOf, type Keys } from '../credentials/keysCredential';
import { openWithdrawals, type OpenWithdrawals, type Signer } from './withdrawals';

export const openWithKeys: OpenWithdrawals = (context, items, work) =>
  openWithdrawals(
    context,
    items,
    async (itemIndex) => ({
      settings: await nodeSettingsOf(context, itemIndex),
      signer: signerOf(await keysOf(context, itemIndex)),
    }),
    work,
  );

function signerOf(keys: Keys): Signer {
  const { account, memoKey, olderMemoKeys, activeKey } = keys;
  return {
    keys: {
      account,
      memoKeys: [memoKey, ...olderMemoKeys].filter((key) => key !== undefined),
      activeKeys: activeKey === undefined ? [] : [activeKey],
    },
    memoKey: memoKey?.publicKey,
    identity: JSON.stringify([account, ...publicKeysOf(keys)]),
  };
}
