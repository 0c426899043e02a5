/** What blocks and history show about a withdrawal: paid, proposed, paid with other content, or nothing. */
import { BlockStore } from '../../chain/blocks';
import type { Account } from '../../chain/interfaces';
import { BitSharesError } from '../../errors';
import { labels } from '../../labels';
import { formatAmount, isoTime, type MemoKeyring, toBigInt, type TransferOperation } from '../../protocol';
import type { Intent } from '../transaction/intent';
import { withdrawalNonce } from '../transaction/nonce';
import { ScannedBlocks } from './scan';
import { SenderHistory, type HistoryReading, type HistoryTransfer } from './senderHistory';
import { pays, type FoundProposal, type Place, type SenderIndex } from './senderIndex';
import { SharedViews, type ChainView } from './view';

/**
 * How far before requestedAt the scan begins: retries of one withdrawal may carry times that differ by an hour, and a
 * first attempt is accepted up to five minutes before its requestedAt.
 */
const scanBefore = 3600 + 300;
/** How far back the sender's history is looked at, in case a requestedAt changed by more. */
const historyGuard = 7 * 24 * 3600;

/**
 * What may be kept between calls in one process, of the nodes of one credential. Only caches: without them everything is
 * read again.
 */
export class WithdrawalCaches {
  readonly blocks = new BlockStore();
  readonly views = new SharedViews(this.blocks);
  private readonly scans = new Map<string, ScannedBlocks>();
  private readonly histories = new Map<string, SenderHistory>();

  /**
   * @param most Above this many remembered operations blocks or history of a sender are read anew, which only costs time.
   * @param mostBlocks The same for blocks, of which two months are kept: an older request may have been allowed.
   */
  constructor(
    private readonly most = 200_000,
    private readonly mostBlocks = 2_000_000,
  ) {}

  /**
   * The blocks read for this sender so far. When they have grown too large, those before `from` are left out; when they end so
   * long before it that the blocks between would be read for nothing, a new, empty stretch begins. A run that holds the old one
   * keeps it whole, because it proves absence from it.
   */
  scanOf(chainId: string, senderId: string, prefix: string, from: number): ScannedBlocks {
    const key = `${chainId} ${senderId}`;
    const present = this.scans.get(key);
    if (present !== undefined && present.first !== 0) {
      const { first, last, index } = present;
      const isOutgrown = index.size > this.most || last - first >= this.mostBlocks;
      if (present.isContradicted || last + 1 < from) this.scans.delete(key);
      else if (isOutgrown && first < from) this.scans.set(key, present.since(from));
    }
    return kept(this.scans, key, () => new ScannedBlocks(senderId, prefix, this.blocks));
  }

  /** Number of the block from which the scan of a request starts. The answer is irreversible, so it can be kept. */
  scanStart(view: ChainView, chainId: string, senderId: string, requestedAt: number): Promise<number> {
    const { session, state } = view;
    const time = requestedAt - scanBefore;
    const guess =
      state.headBlockNumber - Math.ceil((state.headTime - time) / Math.max(1, state.blockInterval));
    const present = this.scans.get(`${chainId} ${senderId}`);
    const isUsable = present !== undefined && !present.isContradicted;
    const scanned = isUsable ? present : new ScannedBlocks(senderId, '', this.blocks);
    return scanned.firstSince(session, time, state.lastIrreversibleBlock, guess);
  }

  historyOf(chainId: string, senderId: string): SenderHistory {
    const key = `${chainId} ${senderId}`;
    if ((this.histories.get(key)?.size ?? 0) > this.most) this.histories.delete(key);
    return kept(this.histories, key, () => new SenderHistory(senderId));
  }
}

const mostKept = 20;

function kept<T>(map: Map<string, T>, key: string, make: () => T): T {
  const present = map.get(key);
  if (present !== undefined) return present;
  if (map.size >= mostKept) map.clear();
  const made = make();
  map.set(key, made);
  return made;
}

/** The payment of a withdrawal, wherever it was found. */
export interface Payment extends Place {
  operation: TransferOperation;
  expiration: number | null;
  final: boolean;
}

/** Everything read about one sender for one view. */
export interface Evidence {
  view: ChainView;
  scanned: ScannedBlocks;
  /** Blocks above the last irreversible one. */
  reversible: SenderIndex;
  /** Null when it was not read. */
  history: HistoryReading | null;
}

/**
 * Reads the irreversible blocks from `from` on, and checks that those above, which are in the view, follow them. The history is what the
 * caller read last.
 *
 * @throws NODE_OUT_OF_SYNC when blocks of another node are of another chain; the next stretch of `scanOf` is without them
 */
export async function gatherEvidence(
  view: ChainView,
  from: number,
  scanned: ScannedBlocks,
  history: HistoryReading | null,
): Promise<Evidence> {
  const { session, state } = view;
  const { lastIrreversibleBlock, headBlockNumber, headBlockId } = state;
  await scanned.cover(session, Math.max(1, from), lastIrreversibleBlock);
  const nothingAbove = headBlockNumber === lastIrreversibleBlock ? headBlockId : undefined;
  const id = view.reversible[0]?.previous ?? nothingAbove;
  if (id !== undefined) scanned.checkHold(session, lastIrreversibleBlock, id);
  return { view, scanned, reversible: scanned.reversible(view.reversible), history };
}

/** Reads the history as this view's node has it now, back over the days that it guards. */
export function readHistory(
  { session, state }: ChainView,
  history: SenderHistory,
  sender: Account,
): Promise<HistoryReading> {
  return history.read(session, sender, state.headTime - historyGuard, state.lastIrreversibleBlock);
}

/** The proposals with the nonce of this withdrawal that blocks show, over or not. */
export function proposalsOf(
  { scanned, reversible }: Evidence,
  senderId: string,
  withdrawalId: string,
): FoundProposal[] {
  const nonce = withdrawalNonce(senderId, withdrawalId);
  return [...scanned.index.proposalsWith(nonce), ...reversible.proposalsWith(nonce)];
}

/**
 * The payment with the nonce of this withdrawal, whatever its content. History may show one that the scan does not reach,
 * or that a proposal executed; a block that should hold it is asked.
 */
export async function findPayment(
  evidence: Evidence,
  senderId: string,
  withdrawalId: string,
): Promise<Payment | null> {
  const { view, scanned, reversible, history } = evidence;
  const nonce = withdrawalNonce(senderId, withdrawalId);
  const inBlocks = scanned.index.transfersWith(nonce)[0] ?? reversible.transfersWith(nonce)[0];
  if (inBlocks !== undefined) return { ...inBlocks, final: inBlocks.blockNumber <= view.finalBlock };
  for (const transfer of history?.with(nonce) ?? []) {
    const payment = await paymentOf(transfer, view, scanned.forReversible(), nonce);
    if (payment !== null) return payment;
  }
  return null;
}

/** Looks into the block that should hold a transfer of the history. Null when that block was replaced. */
async function paymentOf(
  transfer: HistoryTransfer,
  { session, finalBlock }: ChainView,
  index: SenderIndex,
  nonce: bigint,
): Promise<Payment | null> {
  const { blockNumber, trxInBlock, opInTrx, operation, isVirtual, isIrreversible } = transfer;
  const block = await session.block(blockNumber);
  if (block !== null) {
    index.add(block);
    const [inBlock] = isVirtual === true ? [] : index.transfersWith(nonce);
    if (inBlock !== undefined) return { ...inBlock, final: blockNumber <= finalBlock };
    // Nodes older than 6.1 show what ran at the end of a block, after its last transaction, as if it were an operation of it.
    if (isVirtual ?? trxInBlock >= block.transactions.length) {
      return {
        blockNumber,
        blockTime: block.timestamp,
        trxInBlock,
        opInTrx,
        // The transaction that approved the proposal has another id; a payment at the proposal's expiration has none.
        transactionId: '',
        operation,
        expiration: null,
        // No block shows it, so it is final only if the block that it was read from could not be replaced then.
        final: isIrreversible && blockNumber <= finalBlock,
      };
    }
  }
  if (!isIrreversible) return null;
  throw new BitSharesError('INVALID_ANSWER', {
    message: `${session.endpoint} does not show the payment of this withdrawal in block ${blockNumber}, which was irreversible`,
    fix: 'Wait until the node has caught up. It may be behind other nodes of yours.',
    data: { block: blockNumber },
  });
}

/** A proposal that may still pay a withdrawal. */
export interface ProposalInFlight {
  proposal: FoundProposal;
  /** `1.10.x`; null where the node's history does not tell it. */
  proposalId: string | null;
  /** Its time is over, irreversibly, and only an execution that nobody showed could still have paid. */
  over: boolean;
  /** Its creation is irreversible. */
  final: boolean;
}

/**
 * A proposal that may still pay this withdrawal, or null.
 *
 * It is over only when an irreversible block exists at or after its expiration (or one with a proposal_delete) and a history
 * that reaches back to the proposal itself shows no execution. A failed execution is not the end: the chain tries again
 * at the expiration.
 */
export function proposalInFlight(
  evidence: Evidence,
  senderId: string,
  withdrawalId: string,
): ProposalInFlight | null {
  const { view, scanned, history } = evidence;
  for (const proposal of proposalsOf(evidence, senderId, withdrawalId)) {
    const proposalId = history?.proposalIdAt(proposal) ?? null;
    const removed = proposalId !== null && scanned.index.deletionOf(proposalId) !== undefined;
    const over =
      removed || (view.lastIrreversibleTime !== null && view.lastIrreversibleTime >= proposal.expirationTime);
    if (!over || history?.reachesBackTo(proposal) !== true) {
      return { proposal, proposalId, over, final: proposal.blockNumber <= view.finalBlock };
    }
  }
  return null;
}

/**
 * Refuses while the node holds a proposal that no block shows yet, as that of another proposer a moment ago.
 *
 * @throws PROPOSAL_IN_FLIGHT
 */
export async function refuseBesidePending({ session }: ChainView, intent: Intent): Promise<void> {
  const nonce = withdrawalNonce(intent.from, intent.withdrawalId);
  const open = (await session.proposals(intent.from)).find(({ operations }) =>
    pays(operations, intent.from, nonce),
  );
  if (open === undefined) return;
  throw new BitSharesError('PROPOSAL_IN_FLIGHT', {
    message: `somebody else has just proposed this withdrawal (${open.id})`,
    fix: 'Let the signers approve that one.',
    data: { proposalId: open.id, expirationTime: open.expirationTime },
  });
}

/**
 * Why a withdrawal cannot be judged by the payments of this account: a proposal lets another one pay it, and the credential may
 * be that of a proposer or signer. Null where none does.
 */
export function otherPayerProposed(
  { scanned, reversible }: Evidence,
  withdrawalId: string,
): BitSharesError | null {
  const payerId = scanned.index.otherPayerOf(withdrawalId) ?? reversible.otherPayerOf(withdrawalId);
  if (payerId === undefined) return null;
  return new BitSharesError('INVALID_ACCOUNT', {
    field: labels.account,
    message: `a proposal lets this withdrawal be paid from ${payerId}, and this asks for ${scanned.senderId}`,
    fix: `Ask with a keys credential of ${payerId} (its active key is not needed), or run Proposal: Create again, which makes no second proposal.`,
    data: { accountId: payerId },
  });
}

/** Why nothing else may be made while a proposal for the withdrawal is open. */
export function proposalReason({ proposal, proposalId, over }: ProposalInFlight): BitSharesError {
  const name = proposalId ?? `of block ${proposal.blockNumber}`;
  return new BitSharesError('PROPOSAL_IN_FLIGHT', {
    message: over
      ? `the proposal ${name} for this withdrawal is over, but this node's history cannot show whether it was executed`
      : `the proposal ${name} for this withdrawal can be executed until ${isoTime(proposal.expirationTime)}`,
    fix: over
      ? 'Use a node that tracks the account (track-account, max-ops-per-account = 1000000), and run this again. One week or 20,000 operations of history are read.'
      : 'Let the signers approve it, delete it, or wait until it has expired.',
    data: { proposalId, expirationTime: proposal.expirationTime },
  });
}

/** What a withdrawalId stands for. */
type PaidContent = Pick<Intent, 'to' | 'asset' | 'amount' | 'memo'>;

/** What the transfer of a prepared transaction pays. A memo that our keys cannot read has no text. */
export function contentOf({ to, amount, memo }: TransferOperation, keyring: MemoKeyring): PaidContent {
  const text = keyring.decode(memo).details.text ?? '';
  return { to, asset: amount.asset_id, amount: toBigInt(amount.amount), memo: text };
}

/**
 * Refuses a withdrawalId that was used for something else.
 *
 * @throws WITHDRAWAL_CONFLICT
 */
export function checkSameContent(
  intent: PaidContent,
  found: { operation: TransferOperation; blockNumber: number | null },
  keyring: MemoKeyring,
  precision: number,
): void {
  const { operation } = found;
  const difference =
    operation.to !== intent.to
      ? `to ${operation.to} instead of ${intent.to}`
      : operation.amount.asset_id !== intent.asset
        ? `in asset ${operation.amount.asset_id} instead of ${intent.asset}`
        : toBigInt(operation.amount.amount) !== intent.amount
          ? `of ${formatAmount(toBigInt(operation.amount.amount), precision)} instead of ${formatAmount(intent.amount, precision)}`
          : memoDiffers(operation, intent, keyring)
            ? 'with another memo'
            : undefined;
  if (difference === undefined) return;
  throw new BitSharesError('WITHDRAWAL_CONFLICT', {
    field: labels.withdrawalId,
    message: `a payment with this withdrawal id ${found.blockNumber === null ? 'is on its way' : `is in block ${found.blockNumber}`}, ${difference}`,
    fix: 'Nothing more is sent for this request. Look up the withdrawal in your database: one id must always mean the same payment.',
    data: { blockNumber: found.blockNumber },
  });
}

/** A payment under the id of a request that can never be paid as it stands: it was another request then. */
export function paidBeforeFault(payment: Payment, fault: BitSharesError): BitSharesError {
  return new BitSharesError('WITHDRAWAL_CONFLICT', {
    field: labels.withdrawalId,
    message: `a payment with this withdrawal id is in block ${payment.blockNumber}, and the request now has a fault (${fault.code}: ${fault.message})`,
    fix: 'Do not refund it. Look up the withdrawal in your database: its content was changed after it had been sent.',
    data: { blockNumber: payment.blockNumber },
  });
}

/** A memo that our keys cannot read any more proves no difference. */
function memoDiffers(operation: TransferOperation, intent: PaidContent, keyring: MemoKeyring): boolean {
  const { status, details } = keyring.decode(operation.memo);
  const readable = status === 'decoded' || status === 'plain';
  return readable && (details.text ?? '') !== intent.memo;
}
