/** Approving a proposal. It moves no money twice: a proposal executes once, and approving again changes nothing. */
import { nodesDisagree } from '../../chain/disagreement';
import { checkFit, paying } from '../../chain/health';
import type { Account, Proposal } from '../../chain/interfaces';
import { unknownAccount } from '../../chain/references';
import { BitSharesError } from '../../errors';
import { labels } from '../../labels';
import {
  chainInt64,
  isOperation,
  isoTime,
  operationTypes,
  type Operation,
  toBigInt,
  transactionId,
} from '../../protocol';
import { sameValue } from '../../chain/sameValue';
import { delayedOf, parameterDisagreement, usedByApproval } from '../proof/agreedParameters';
import { broadcast } from '../../payments/broadcast';
import { agreedLookupOf, lookupOf, type WithdrawalContext } from './context';
import { withOwnFee } from '../../payments/fees';
import { readHistory } from '../proof/evidence';
import { checkMaximumFee, maximumFeeOf, type LimitSettings } from '../transaction/limits';
import { coreAssetBy } from '../transaction/request';
import { pays, transfersIn } from '../proof/senderIndex';
import { signFor } from '../../payments/signing';
import { coreAssetId, transactionOf } from '../transaction/transactionBuilder';
import { factsOf, readView, type ChainView } from '../proof/view';

/** A short life: an approval that was not included can simply be made again. In seconds. */
const approvalLifetime = 120;

/** A type, not an interface, so that it is plain JSON for n8n. */
export type ApprovalItem = {
  proposalId: string;
  outcome: 'already_approved' | 'in_mempool' | 'unknown';
  nextStep: string;
  approvedAs: string | null;
  transactionId: string | null;
  expirationTime: string;
};

/**
 * Adds the approval of the credential's account to a proposal that concerns `account` (the account that would act).
 * The account's active authority decides in what form: as an account, or as a key.
 *
 * @throws UNKNOWN_ACCOUNT, UNKNOWN_OBJECT, KEY_WITHOUT_AUTHORITY, SEVERAL_SIGNATURES_NEEDED, NODE_OUT_OF_SYNC, NODES_DISAGREE,
 *   LIMIT_EXCEEDED for its fee; INVALID_ACCOUNT for a proposal that acts for other accounts too; WINDOW_NOT_OPEN while only one node
 *   shows it; where something else pays the same withdrawal PROPOSAL_IN_FLIGHT, WITHDRAWAL_CONFLICT
 */
export async function approveProposal(
  request: { proposalId: string; account: string } & Partial<Pick<LimitSettings, 'maximumFee'>>,
  context: WithdrawalContext,
): Promise<ApprovalItem> {
  const { chain, nodes, keys, clock } = context;
  const view = await readView(nodes, clock, context.caches.blocks);
  const { session, state } = view;
  checkFit(factsOf(view), paying, clock.now());
  const lookup = agreedLookupOf(view, lookupOf(view));
  const signer = await lookup.account(keys.account);
  const owner = await lookup.account(request.account);
  if (signer === null) throw unknownAccount(keys.account, labels.account);
  if (owner === null) throw unknownAccount(request.account, labels.account);
  const proposal = (await session.proposals(owner.id)).find(({ id }) => id === request.proposalId);
  if (proposal === undefined) {
    throw new BitSharesError('UNKNOWN_OBJECT', {
      field: labels.proposalId,
      message: `${owner.name} has no open proposal ${request.proposalId}`,
      fix: 'It may have been executed or have expired: look at Transfer: Get Status of the withdrawal.',
    });
  }
  refuseOtherActors(proposal, owner);
  const form = approvalForm(proposal, signer.id, owner.active, keysAtHand(signer, keys, chain.prefix));
  const item = (outcome: ApprovalItem['outcome'], nextStep: string, id: string | null): ApprovalItem => ({
    proposalId: proposal.id,
    outcome,
    nextStep,
    approvedAs: form.value,
    transactionId: id,
    expirationTime: isoTime(proposal.expirationTime),
  });
  if (form.already) return item('already_approved', 'Nothing to do: this approval is there.', null);
  await refusePaymentBeside(proposal, view, context);
  await refuseUnconfirmed(proposal, owner, view);
  const disagreement = parameterDisagreement(view, usedByApproval);
  if (disagreement !== null) throw disagreement;
  const update = (amount: bigint): Operation => [
    operationTypes.proposal_update,
    {
      fee: { amount: chainInt64(amount), asset_id: coreAssetId },
      fee_paying_account: signer.id,
      proposal: proposal.id,
      active_approvals_to_add: form.kind === 'account' ? [form.value] : [],
      active_approvals_to_remove: [],
      owner_approvals_to_add: [],
      owner_approvals_to_remove: [],
      key_approvals_to_add: form.kind === 'key' ? [form.value] : [],
      key_approvals_to_remove: [],
      extensions: [],
    },
  ];
  const { operation, fee } = withOwnFee(update, state.fees, chain.prefix);
  const coreAsset = await coreAssetBy(lookup);
  const maximumFee = maximumFeeOf(request.maximumFee ?? null, coreAsset);
  checkMaximumFee({ amount: fee, assetId: coreAssetId }, coreAsset, coreAsset, maximumFee);
  const window = { start: state.headTime, end: state.headTime + approvalLifetime };
  const transaction = transactionOf(operation, window, state.headBlockId);
  const signed = await signFor(transaction, signer, keys, chain);
  const id = transactionId(transaction, chain.prefix);
  if (context.signal?.aborted === true)
    return item('unknown', 'The execution was stopped, and nothing was sent. Approving again is safe.', null);
  const answer = await broadcast(session, signed);
  if (answer.result === 'accepted')
    return item('in_mempool', 'Sent. The proposal executes when enough signers have approved it.', id);
  return item('unknown', `${answer.reason.message}. Approving again is safe.`, id);
}

/**
 * Refuses a proposal that needs other accounts beside the named one. The approval of a signer counts wherever the proposal needs
 * that signer: a transfer of the signer's own money in the same proposal would be approved along with it.
 *
 * @throws INVALID_ACCOUNT
 */
function refuseOtherActors({ id, requiredActive, requiredOwner }: Proposal, owner: Account): void {
  const others = [...requiredActive, ...requiredOwner].filter((accountId) => accountId !== owner.id);
  if (others.length === 0) return;
  throw new BitSharesError('INVALID_ACCOUNT', {
    field: labels.account,
    message: `the proposal ${id} does not act for ${owner.name} alone: it needs ${[...new Set(others)].join(', ')} as well`,
    fix: 'Nothing was signed. Look at everything that it would do. Where that is meant, approve it in a wallet that shows the whole proposal.',
    data: { proposalId: id },
  });
}

/**
 * The number of a proposal and what stands behind it are in no block, so with a delayed node both nodes have to show the same.
 *
 * @throws WINDOW_NOT_OPEN while the delayed node does not have it yet; NODES_DISAGREE
 */
async function refuseUnconfirmed(proposal: Proposal, owner: Account, view: ChainView): Promise<void> {
  const delayed = delayedOf(view);
  if (delayed === null) return;
  const settled = (await delayed.session.proposals(owner.id)).find(({ id }) => id === proposal.id);
  if (settled === undefined) {
    throw new BitSharesError('WINDOW_NOT_OPEN', {
      field: labels.proposalId,
      message: `${delayed.session.endpoint} does not show the proposal ${proposal.id} yet, and one node alone is not believed`,
      fix: 'Nothing was signed. Approve it about a minute after it was made, when its block is irreversible.',
    });
  }
  const content = ({ operations, expirationTime, requiredActive, requiredOwner }: Proposal): unknown => [
    operations,
    expirationTime,
    [...requiredActive].sort(),
    [...requiredOwner].sort(),
  ];
  if (sameValue(content(proposal), content(settled))) return;
  const says = (shown: Proposal): string => JSON.stringify(proposalFields(shown));
  throw nodesDisagree(
    `the proposal ${proposal.id}`,
    [
      { endpoint: view.session.endpoint, says: says(proposal) },
      { endpoint: delayed.session.endpoint, says: says(settled) },
    ],
    { field: labels.proposalId },
  );
}

/**
 * Two proposers at the same moment see nothing of each other, and make two proposals of one withdrawal. Refuses both while both are
 * open, and the other one when one has paid.
 *
 * @throws PROPOSAL_IN_FLIGHT, WITHDRAWAL_CONFLICT
 */
async function refusePaymentBeside(
  proposal: Proposal,
  view: ChainView,
  { chain, caches }: WithdrawalContext,
): Promise<void> {
  for (const { from, memo } of transfersIn(proposal.operations)) {
    if (memo === undefined) continue;
    const nonce = toBigInt(memo.nonce);
    // An execution that waits for a block shows in no history, and has taken the proposal from the trusted node's list.
    const settled = (await view.delayed?.session.proposals(from)) ?? [];
    const open = [...(await view.session.proposals(from)), ...settled];
    const other = open.find(({ id, operations }) => id !== proposal.id && pays(operations, from, nonce));
    if (other !== undefined) {
      throw new BitSharesError('PROPOSAL_IN_FLIGHT', {
        field: labels.proposalId,
        message: `the open proposal ${other.id} pays the same withdrawal as ${proposal.id}: both approved would pay it twice`,
        fix: `Let the signers remove one of the two with the authority of the paying account, or wait until one has expired (${other.id}: ${isoTime(other.expirationTime)}).`,
        data: { proposalId: other.id, expirationTime: other.expirationTime },
      });
    }
    const sender = await view.session.account(from);
    if (sender === null) continue;
    const history = await readHistory(view, caches.historyOf(chain.chainId, from), sender);
    const [paid] = history.with(nonce);
    if (paid !== undefined) {
      throw new BitSharesError('WITHDRAWAL_CONFLICT', {
        field: labels.proposalId,
        message: `the withdrawal of the proposal ${proposal.id} was paid in block ${paid.blockNumber} already`,
        fix: 'Do not approve it: it would pay twice. Let it expire.',
        data: { blockNumber: paid.blockNumber },
      });
    }
  }
}

/** Public keys that can approve: those of the credential, or the account's own where a wallet signs. */
function keysAtHand(signer: Account, keys: WithdrawalContext['keys'], prefix: string): string[] {
  if (keys.signer !== undefined) return signer.active.keys.map(({ key }) => key);
  return keys.activeKeys.map((key) => key.publicKey.toString(prefix));
}

function approvalForm(
  proposal: Proposal,
  signerId: string,
  authority: { keys: { key: string }[]; accounts: { accountId: string }[] },
  own: string[],
): { kind: 'account' | 'key'; value: string; already: boolean } {
  if (
    authority.accounts.some(({ accountId }) => accountId === signerId) ||
    proposal.requiredActive.includes(signerId)
  ) {
    return { kind: 'account', value: signerId, already: proposal.availableActive.includes(signerId) };
  }
  const key = own.find((text) => authority.keys.some((entry) => entry.key === text));
  if (key !== undefined) return { kind: 'key', value: key, already: proposal.availableKeys.includes(key) };
  throw new BitSharesError('KEY_WITHOUT_AUTHORITY', {
    field: labels.activeKey,
    message:
      'neither the account nor the active key of the credential is in the active authority of that account',
    fix: 'Choose the keys credential of one of the signers.',
  });
}

/** What an open proposal would do, flat: the transfer where it is nothing else, and who approved. */
export function proposalFields(proposal: Proposal): Record<string, string | number | null> {
  // Of several operations none is shown: a person would take it for all that is approved.
  const [only, ...more] = proposal.operations;
  const transfer =
    only !== undefined && more.length === 0 && isOperation(only, 'transfer') ? only : undefined;
  const fields = transfer?.[1] as
    { from: string; to: string; amount: { amount: string | number; asset_id: string } } | undefined;
  return {
    proposalId: proposal.id,
    proposerId: proposal.proposer,
    expirationTime: isoTime(proposal.expirationTime),
    operations: proposal.operations.length,
    operationTypes: proposal.operations.map(([type]) => type).join(','),
    fromId: fields?.from ?? null,
    toId: fields?.to ?? null,
    assetId: fields?.amount.asset_id ?? null,
    amountRaw: fields === undefined ? null : toBigInt(fields.amount.amount).toString(),
    approvedByAccounts: [...proposal.availableActive, ...proposal.availableOwner].join(','),
    approvedByKeys: proposal.availableKeys.join(','),
    failReason: proposal.failReason === '' ? null : proposal.failReason,
  };
}
