/** The context in which transfers are signed by the wallet: everything else is as with keys in n8n. */
import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { BitSharesError } from '../../../../src/errors';
import { signWithWallet } from '../../../../src/rpc/walletSigner';
import type { ItemWithdrawals } from '../../../shared/transfer/batch';
import { connections } from '../../../BitShares/actions/transfer/run';
import { nodeSettingsOf, optionalKeysOf } from '../../../shared/credentials/credentials';
import { publicKeysOf } from '../../../shared/credentials/keysCredential';
import { withConnections, type NodeSettings } from '../../../shared/credentials/nodeCredential';
import { ofEachItem } from '../../../shared/items/operation';
import { accountOf } from '../../../shared/parameters/parameterValues';
import type { Wallet } from '../../../shared/credentials/walletCredential';
import { walletsOf } from '../../../shared/items/walletItems';

/** Whose money it is. The keys that sign are in the wallet. */
export const from: INodeProperties = {
  displayName: 'From',
  name: 'from',
  type: 'string',
  default: '',
  required: true,
  placeholder: 'e.g. my-exchange',
  description: 'Name or ID of the account that pays; its active key is in the wallet',
};

/** Who proposes or approves: the same parameter, in the words of a proposal. */
export const signedBy: INodeProperties = {
  ...from,
  displayName: 'Signed By',
  description:
    'Name or ID of the account that proposes or approves and pays the fee; its active key is in the wallet',
};

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

/** A withdrawal's context by the wallet credential of its item. */
export interface WalletWithdrawals extends ItemWithdrawals {
  /** Name or `1.2.x` of the account that the wallet signs for. */
  from: string;
}

/**
 * Reads the credentials of every item and connects to wallets and nodes for the length of the work. A wallet is unlocked for
 * each signature only, because a payment is awaited for minutes.
 */
export async function withWalletWithdrawals<T>(
  context: IExecuteFunctions,
  items: INodeExecutionData[],
  work: (withdrawalsOf: (itemIndex: number) => WalletWithdrawals) => Promise<T>,
): Promise<T> {
  const walletOf = await walletsOf(context, items);
  const credentialsOf = await ofEachItem(context, items, async (itemIndex) => ({
    settings: await nodeSettingsFor(context, itemIndex, walletOf(itemIndex)),
    keys: await optionalKeysOf(context, itemIndex),
    from: accountOf(context.getNodeParameter('from', itemIndex), 'From'),
  }));
  const signal = context.getExecutionCancelSignal();
  return withConnections((connect) =>
    work((itemIndex) => {
      const wallet = walletOf(itemIndex);
      const { settings, keys, from } = credentialsOf(itemIndex);
      const signer = JSON.stringify([
        wallet.session.settings.url,
        from,
        ...(keys === undefined ? [] : publicKeysOf(keys)),
      ]);
      return {
        from,
        signer,
        group: JSON.stringify([settings, wallet.session.settings, signer]),
        context: {
          ...connections(settings, connect(settings)),
          signal,
          keys: {
            account: from,
            // Only for encrypted memos. A memo key cannot move funds.
            memoKeys: [keys?.memoKey, ...(keys?.olderMemoKeys ?? [])].filter((key) => key !== undefined),
            activeKeys: [],
            signer: { sign: (transaction) => wallet.unlocked((call) => signWithWallet(call, transaction)) },
          },
        },
      };
    }),
  );
}
