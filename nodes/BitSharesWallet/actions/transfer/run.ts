/** The context in which transfers are signed by the wallet: everything else is as with keys in n8n. */
import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { BitSharesError } from '../../../../src/errors';
import { signWithWallet } from '../../../../src/rpc/walletSigner';
import type { WithdrawalContext } from '../../../../src/withdrawals/context';
import { connections } from '../../../BitShares/actions/transfer/run';
import { nodeSettingsOf, optionalKeysOf } from '../../../shared/credentials';
import { withNodes, type NodeSettings } from '../../../shared/nodeCredential';
import { accountOf, invalid } from '../../../shared/parameterValues';
import { walletOf, type Wallet } from '../../../shared/walletCredential';

/** Whose money it is. The keys that sign are in the wallet. */
export const from: INodeProperties = {
  displayName: 'From',
  name: 'from',
  type: 'string',
  default: '',
  required: true,
  placeholder: 'e.g. my-exchange',
  description:
    'Name or ID of the account that pays; its active key is in the wallet. The same for all items.',
};

/** Who proposes or approves: the same parameter, in the words of a proposal. */
export const signedBy: INodeProperties = {
  ...from,
  displayName: 'Signed By',
  description:
    'Name or ID of the account that proposes or approves and pays the fee; its active key is in the wallet. The same for all items.',
};

/**
 * The node credential, without which no payment can be followed to its end.
 *
 * @throws INVALID_PARAMETER when none is selected; WRONG_CHAIN when wallet and node are for different chains
 */
export async function nodeSettingsFor(context: IExecuteFunctions, wallet: Wallet): Promise<NodeSettings> {
  if (context.getNode().credentials?.bitSharesNodeApi === undefined) {
    throw new BitSharesError('INVALID_PARAMETER', {
      field: 'Credential to connect with: BitShares Node API',
      message: 'no node credential is selected',
      fix: 'Select a BitShares Node API credential in this node: what becomes of a transaction is read from your own nodes.',
    });
  }
  const settings = await nodeSettingsOf(context);
  if (settings.chain.chainId === wallet.chain.chainId) return settings;
  throw new BitSharesError('WRONG_CHAIN', {
    message: 'the wallet credential and the node credential are for different chains',
    fix: 'Choose two credentials of the same chain. Nothing was sent.',
  });
}

/**
 * Connects to wallet and nodes for the length of the work. The wallet is unlocked for each signature only, because a
 * payment is awaited for minutes.
 */
export async function withWalletWithdrawals<T>(
  context: IExecuteFunctions,
  items: INodeExecutionData[],
  work: (withdrawals: WithdrawalContext) => Promise<T>,
): Promise<T> {
  const wallet = await walletOf(context);
  const settings = await nodeSettingsFor(context, wallet);
  const keys = await optionalKeysOf(context);
  const account = payingAccount(context, items);
  return withNodes(settings, (nodes) =>
    work({
      ...connections(settings, nodes),
      signal: context.getExecutionCancelSignal(),
      keys: {
        account,
        // Only for encrypted memos. A memo key cannot move funds.
        memoKeys: [keys?.memoKey, ...(keys?.olderMemoKeys ?? [])].filter((key) => key !== undefined),
        activeKeys: [],
        signer: { sign: (transaction) => wallet.unlocked((call) => signWithWallet(call, transaction)) },
      },
    }),
  );
}

function payingAccount(context: IExecuteFunctions, items: INodeExecutionData[]): string {
  const accounts = new Set(items.map((_, i) => accountOf(context.getNodeParameter('from', i), 'From')));
  const [account] = accounts;
  if (accounts.size === 1 && account !== undefined) return account;
  throw invalid(
    'From',
    'the items pay from different accounts',
    'Enter one account; use a node for each account that pays.',
  );
}
