import type { IExecuteFunctions } from 'n8n-workflow';
import { earlierClaims, sendClaims, type EarlierTransaction, type Sent } from '../../../../src/balances';
import type { Account, AssetAmount } from '../../../../src/chain';
import { BitSharesError } from '../../../../src/errors';
import {
  decodeSignedTransaction,
  encodeSignedTransaction,
  isOperation,
  parseChainTime,
  toBigInt,
  transactionId,
  type Chain,
  type PrivateKey,
  type SignedTransaction,
} from '../../../../src/protocol';
import { Answer } from '../../../../src/rpc/answer';
import { walletReader } from '../../../../src/rpc/walletReader';
import type { WalletCall } from '../../../../src/rpc/walletSession';
import { checkInSync } from '../../../../src/withdrawals/checks';
import {
  importFields,
  importOptionsOf,
  isDryRun,
} from '../../../BitShares/actions/claimableBalance/importFields';
import { balanceKeysOf, type KeySource } from '../../../shared/balanceKeys';
import { importItems, type ShownClaim } from '../../../shared/claimImportItems';
import type { ClaimLine } from '../../../shared/claimItems';
import { systemClock } from '../../../shared/clock';
import { keysOf } from '../../../shared/credentials';
import { requireAccount } from '../../../shared/lookup';
import { withNodes, type Nodes } from '../../../shared/nodeCredential';
import { forEachItem, shownFor, type NodeOperation } from '../../../shared/operation';
import { walletOf, type Wallet } from '../../../shared/walletCredential';
import { nodeSettingsFor } from '../transfer/run';

/**
 * Balance: Import through cli_wallet. The wallet builds and signs the claims and never sends them itself, because it would
 * hide what it sent when one of them fails; they are sent one by one and followed through the node credential.
 */
export const importOperation: NodeOperation = {
  description: shownFor('balance', ['import'], importFields),
  movesMoney: true,
  async execute(items) {
    const keys = await keysOf(this);
    const wallet = await walletOf(this);
    return forEachItem(this, items, async (itemIndex) => {
      const reader = walletReader(wallet.session.call);
      const account = await requireAccount(reader, keys.account);
      const dryRun = isDryRun(this, itemIndex, account.name);
      const keysFrom = this.getNodeParameter('keysFrom', itemIndex) as KeySource;
      const balanceKeys = await balanceKeysOf(this, itemIndex, keysFrom, keys);
      const shown = { keyCount: balanceKeys.length, keysWithoutBalance: null, skipped: [] };
      const context = { reader, account, dryRun };
      if (dryRun) {
        const built = await wallet.unlocked((call) => buildClaims(call, account, balanceKeys, wallet.chain));
        return importItems({ ...shown, earlier: [], transactions: built }, context);
      }
      const settings = await nodeSettingsFor(this, wallet);
      return withNodes(settings, async (nodes) => {
        const sent = await sendFor(this, itemIndex, { account, balanceKeys, wallet, nodes });
        return importItems({ ...shown, ...sent }, context);
      });
    });
  },
};

interface Sending {
  account: Account;
  balanceKeys: readonly PrivateKey[];
  wallet: Wallet;
  nodes: Nodes;
}

async function sendFor(
  context: IExecuteFunctions,
  itemIndex: number,
  { account, balanceKeys, wallet, nodes: { trusted } }: Sending,
): Promise<{ transactions: ShownClaim[]; earlier: EarlierTransaction[] }> {
  const { chain } = wallet;
  const state = await trusted.state();
  checkInSync(trusted.endpoint, state, systemClock.now());
  const options = importOptionsOf(context, itemIndex);
  const built = await wallet.unlocked((call) => buildClaims(call, account, balanceKeys, chain));
  const claiming = new Set(built.flatMap(({ claims }) => claims.map(({ ownerKey }) => ownerKey)));
  const others = balanceKeys
    .map((key) => key.publicKey.toString(chain.prefix))
    .filter((key) => !claiming.has(key));
  const earlier =
    others.length === 0
      ? []
      : await earlierClaims(trusted, account, new Set(others), {
          prefix: chain.prefix,
          mostOperations: options.historyOperations,
          lastIrreversibleBlock: state.lastIrreversibleBlock,
        });
  const sent: Sent[] = await sendClaims(
    built,
    options,
    { chain, node: () => Promise.resolve(trusted), clock: systemClock },
    state.lastIrreversibleBlock,
  );
  return { earlier, transactions: built.map((claim, i) => ({ ...claim, sent: sent[i] ?? null })) };
}

/** The claims as the wallet builds and signs them. It is told not to send. */
async function buildClaims(
  call: WalletCall,
  account: Account,
  balanceKeys: readonly PrivateKey[],
  chain: Chain,
): Promise<ShownClaim[]> {
  const wifs = balanceKeys.map((key) => key.toWif());
  const answer = new Answer(
    await call('import_balance', [account.name, wifs, false], wifs),
    'import_balance',
  );
  // Through its bytes and back: nothing that is not a transaction, and one spelling whoever built it.
  const transactions = answer
    .list()
    .map((entry) => encodeSignedTransaction(entry.object() as unknown as SignedTransaction, chain.prefix))
    .map((bytes) => decodeSignedTransaction(bytes, chain.prefix));
  return transactions.map((transaction) => ({
    transactionId: transactionId(transaction, chain.prefix),
    transaction,
    expiration: parseChainTime(transaction.expiration),
    claims: transaction.operations.map((operation) => claimLine(operation, account)),
    sent: null,
  }));
}

/** Only claims into this account may stand in what the wallet wants to be sent. */
function claimLine(operation: SignedTransaction['operations'][number], account: Account): ClaimLine {
  if (!isOperation(operation, 'balance_claim') || operation[1].deposit_to_account !== account.id) {
    throw new BitSharesError('INVALID_ANSWER', {
      message: `The wallet built something else than claims into ${account.name}`,
      fix: 'Check that the Wallet URL is your own cli_wallet. Nothing was sent.',
    });
  }
  const [, claim] = operation;
  const amount: AssetAmount = {
    amount: toBigInt(claim.total_claimed.amount),
    assetId: claim.total_claimed.asset_id,
  };
  return {
    balanceId: claim.balance_to_claim,
    owner: null,
    ownerKey: claim.balance_owner_key,
    amount,
    vesting: null,
  };
}
