/** Withdrawals that cli_wallet signs: everything else is as with keys in n8n. */
import type { IExecuteFunctions } from 'n8n-workflow';
import { BitSharesError } from '../../../src/errors';
import { signWithWallet } from '../../../src/rpc/walletSigner';
import { nodeSettingsOf, optionalKeysOf } from '../credentials/credentials';
import { publicKeysOf, type Keys } from '../credentials/keysCredential';
import type { NodeSettings } from '../credentials/nodeCredential';
import type { Wallet } from '../credentials/walletCredential';
import { walletsOf } from '../items/walletItems';
import { accountParameter, type Parameter } from '../parameters/parameter';
import { openWithdrawals, type OpenWithdrawals, type Signer } from './withdrawals';

/** Whose money it is. The keys that sign are in the wallet. */
export const from = accountParameter({
  displayName: 'From',
  name: 'from',
  type: 'string',
  default: '',
  required: true,
  placeholder: 'e.g. my-exchange',
  description: 'Name or ID of the account that pays; its active key is in the wallet',
});

/**
 * A wallet is unlocked for each signature only, because a payment is awaited for minutes.
 *
 * @param signing the account that the wallet signs for
 */
export function openWithWallet(signing: Parameter<string>): OpenWithdrawals {
  return async (context, items, work) => {
    const walletOf = await walletsOf(context, items);
    const resolve = async (itemIndex: number) => {
      const wallet = walletOf(itemIndex);
      const settings = await nodeSettingsFor(context, itemIndex, wallet);
      const keys = await optionalKeysOf(context, itemIndex);
      return { settings, signer: signerOf(wallet, signing.read(context, itemIndex), keys) };
    };
    return openWithdrawals(context, items, resolve, work);
  };
}

/** @param keys only for encrypted memos: a memo key cannot move funds */
function signerOf(wallet: Wallet, account: string, keys: Keys | undefined): Signer {
  const { settings } = wallet.session;
  return {
    keys: {
      account,
      memoKeys: [keys?.memoKey, ...(keys?.olderMemoKeys ?? [])].filter((key) => key !== undefined),
      activeKeys: [],
      signer: { sign: (transaction) => wallet.unlocked((call) => signWithWallet(call, transaction)) },
    },
    memoKey: keys?.memoKey?.publicKey,
    identity: JSON.stringify([settings.url, account, ...(keys === undefined ? [] : publicKeysOf(keys))]),
    credential: settings,
  };
}

/**
 * The node credential, without which no payment can be followed to its end.
 *
 * @throws INVALID_PARAMETER when none is selected; WRONG_CHAIN when wallet and node are for different chains
 */
export async function nodeSettingsFor(
  context: IExecuteFunctions,
  itemIndex: number,
  wallet: Wallet,
): Promise<NodeSettings> {
  if (context.getNode().credentials?.bitSharesNodeApi === undefined) {
    throw new BitSharesError('INVALID_PARAMETER', {
      field: 'Credential to connect with: BitShares Node API',
      message: 'no node credential is selected',
      fix: 'Select a BitShares Node API credential in this node: what becomes of a transaction is read from your own nodes.',
    });
  }
  const settings = await nodeSettingsOf(context, itemIndex);
  if (settings.chain.chainId === wallet.chain.chainId) return settings;
  throw new BitSharesError('WRONG_CHAIN', {
    message: 'the wallet credential and the node credential are for different chains',
    fix: 'Choose two credentials of the same chain. Nothing was sent.',
  });
}
