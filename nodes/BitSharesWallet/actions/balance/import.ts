import type { IExecuteFunctions } from 'n8n-workflow';
import { checkAgreedAccount } from '../../../../src/chain/disagreement';
import { earlierClaims, type EarlierTransaction } from '../../../../src/balances/earlierClaims';
import { sendClaims } from '../../../../src/balances/claimSending';
import type { Account } from '../../../../src/chain/interfaces';
import { checkReceiver } from '../../../../src/rpc/secretExit';
import { walletReader } from '../../../../src/rpc/walletReader';
import {
  importFields,
  importOptions,
  importOptionsOf,
  isDryRun,
  type ImportOptions,
} from '../../../shared/claims/importFields';
import { balanceKeysOf, keysFrom, receiverOfBalanceKeys } from '../../../shared/claims/balanceKeys';
import { importItems, type ShownClaim } from '../../../shared/claims/claimImportItems';
import { systemClock } from '../../../shared/clock';
import { keysOf } from '../../../shared/credentials/credentials';
import { requireAccount } from '../../../shared/parameters/lookup';
import { withConnections, type Nodes } from '../../../shared/credentials/nodeCredential';
import { ofEachItem, shownFor, type NodeOperation } from '../../../shared/items/operation';
import { payingSession } from '../../../shared/claims/payingSession';
import type { Wallet } from '../../../shared/credentials/walletCredential';
import { forEachWalletItem } from '../../../shared/items/walletItems';
import { walletClaims, type BalanceKeys } from '../../walletClaims';
import { nodeSettingsFor } from '../../../shared/transfer/signedByWallet';
import { labels } from '../../../../src/labels';

/**
 * Balance: Import through cli_wallet. The wallet builds and signs the claims and never sends them itself, because it would
 * hide what it sent when one of them fails; they are sent one by one and followed through the node credential.
 */
export const importOperation: NodeOperation = {
  description: shownFor('balance', ['import'], importFields),
  movesMoney: true,
  async execute(items) {
    const keysOfItem = await ofEachItem(this, items, (itemIndex) => keysOf(this, itemIndex));
    return forEachWalletItem(this, items, async (itemIndex, wallet) => {
      const keys = keysOfItem(itemIndex);
      const reader = walletReader(wallet.session.call, wallet.chain);
      const account = await requireAccount(reader, keys.account);
      const dryRun = isDryRun(this, itemIndex, account.name);
      const source = keysFrom.read(this, itemIndex);
      const options = importOptionsOf(this, itemIndex);
      const receiver = receiverOfBalanceKeys(source, keys);
      checkReceiver(receiver, wallet.session.settings.url);
      const balanceKeys = {
        keys: await balanceKeysOf(this, itemIndex, source, keys, importOptions),
        receiver,
      };
      const shown = { keyCount: balanceKeys.keys.length, keysWithoutBalance: null, skipped: [] };
      const context = { reader, account, dryRun };
      if (dryRun) {
        const built = await wallet.unlocked((call) => walletClaims(call, account, balanceKeys, wallet.chain));
        return importItems({ ...shown, earlier: [], transactions: built }, context);
      }
      const settings = await nodeSettingsFor(this, itemIndex, wallet);
      return withConnections(async (connect) => {
        const nodes = connect(settings);
        // The wallet has it from one node. Another account may list our key among its own, and would be paid with our signature.
        const byWallet = { endpoint: 'the wallet', account };
        await checkAgreedAccount(keys.account, byWallet, nodes.delayed ?? nodes.trusted, labels.account);
        const sent = await sendFor(this, options, { account, balanceKeys, wallet, nodes });
        return importItems({ ...shown, ...sent }, context);
      });
    });
  },
};

interface Sending {
  account: Account;
  balanceKeys: BalanceKeys;
  wallet: Wallet;
  nodes: Nodes;
}

async function sendFor(
  context: IExecuteFunctions,
  options: ImportOptions,
  { account, balanceKeys, wallet, nodes: { trusted } }: Sending,
): Promise<{ transactions: ShownClaim[]; earlier: EarlierTransaction[] }> {
  const { chain } = wallet;
  // One session: what one node calls irreversible says nothing about the claims that another shows.
  const session = payingSession(trusted);
  const node = await session();
  const state = await node.state();
  const build = () => wallet.unlocked((call) => walletClaims(call, account, balanceKeys, chain));
  const found = await build();
  const claiming = new Set(found.flatMap(({ claims }) => claims.map(({ ownerKey }) => ownerKey)));
  const owners = balanceKeys.keys.map((key) => key.publicKey.toString(chain.prefix));
  const allClaim = owners.every((owner) => claiming.has(owner));
  const earlier = allClaim
    ? []
    : await earlierClaims(node, account, new Set(owners), {
        prefix: chain.prefix,
        mostOperations: options.historyOperations,
        lastIrreversibleBlock: state.lastIrreversibleBlock,
      });
  // What the wallet built expires after half a minute, and the look through the history may take longer.
  const built = allClaim ? found : await build();
  const transactions = await sendClaims(
    built,
    options,
    {
      chain,
      node: session,
      clock: systemClock,
      signal: context.getExecutionCancelSignal(),
    },
    state.lastIrreversibleBlock,
  );
  return { earlier, transactions };
}
