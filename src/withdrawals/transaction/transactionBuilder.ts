/**
 * From an intent and a window to the one transaction that may exist for it. Every input is a function of the intent and
 * of irreversible chain state, so any number of processes build the same bytes.
 */
import type { FeeSchedule } from '../../chain/interfaces';
import { BitSharesError } from '../../errors';
import { labels } from '../../labels';
import {
  chainInt64,
  encryptMemo,
  formatChainTime,
  operationTypes,
  packedMemoSize,
  publicMemo,
  PublicKey,
  referenceBlock,
  type Memo,
  type Operation,
  type PrivateKey,
  type Transaction,
  type TransferOperation,
} from '../../protocol';
import { transferFee, withOwnFee } from '../../payments/fees';
import type { Intent } from './intent';
import { withdrawalNonce } from './nonce';
import { windowLength, type Window } from './window';

/** The core asset, in which the chain computes fees. */
export const coreAssetId = '1.3.0';

/** What the chain adds to an intent: all of it irreversible, or constant between two maintenance blocks. */
export interface WindowInputs {
  window: Window;
  /** Id of the last block at or before the window's start (of the first block on a chain that began later). */
  referenceBlockId: string;
  /** Fee schedule of the maintenance interval that holds the window. */
  fees: FeeSchedule;
}

/** What the builder needs of the sender. */
export interface BuilderKeys {
  /** All memo keys of the credential; an encrypted memo uses the one that the intent names. */
  memoKeys: PrivateKey[];
  prefix: string;
}

/** The fee of a transfer in base units, and the asset it is paid in. */
export interface Fee {
  amount: bigint;
  assetId: string;
}

/** The one transaction of an intent in a window, without signatures, and what it costs. */
export interface BuiltTransaction {
  transaction: Transaction;
  /** Of the transfer. */
  fee: Fee;
  /** What the chain asks for, in the core asset. */
  requiredFee: bigint;
  /** What the account that signs needs: base units of the withdrawal's asset, and a fee; of a proposal only its own. */
  cost: { amount: bigint; fee: Fee };
}

/**
 * The memo of a withdrawal. There always is one: its nonce tells this withdrawal from an equal one, and finds it.
 *
 * @throws MEMO_KEY_MISMATCH when the credential lacks the sender's memo key; MEMO_KEY_UNPROVEN without the receiver's
 */
export function buildMemo(intent: Intent, { memoKeys, prefix }: BuilderKeys): Memo {
  const nonce = withdrawalNonce(intent.from, intent.withdrawalId);
  if (intent.memoMode === 'public') return publicMemo({ nonce, text: intent.memo, prefix });
  const from = memoKeys.find((key) => key.publicKey.toString(prefix) === intent.senderMemoKey);
  if (from === undefined) {
    throw new BitSharesError('MEMO_KEY_MISMATCH', {
      field: labels.memoKey,
      message: `the keys credential does not hold the memo key ${intent.senderMemoKey} with which this withdrawal began`,
      fix: 'Put that key into the credential: under Memo Key, or under Older Memo Keys after a rotation.',
    });
  }
  if (intent.receiverMemoKey === null) {
    throw new BitSharesError('MEMO_KEY_UNPROVEN', {
      field: labels.receiverMemoKey,
      message: 'the memo key of the receiver is not known',
      fix: 'Give Receiver Memo Key, or set Memo Type to Public.',
    });
  }
  const to = PublicKey.fromString(intent.receiverMemoKey, prefix, labels.receiverMemoKey);
  return encryptMemo({ from, to, nonce, text: intent.memo, prefix });
}

/** The fee that the intent pays with this memo, and what the chain asks for in the core asset. */
export function feeOf(
  intent: Intent,
  memo: Memo,
  fees: FeeSchedule,
  prefix: string,
): { fee: Fee; required: bigint } {
  const required = transferFee(fees, packedMemoSize(memo, prefix));
  const fee =
    intent.fee === 'auto'
      ? { amount: required, assetId: coreAssetId }
      : { amount: intent.fee.amount, assetId: intent.fee.asset };
  return { fee, required };
}

/** The transfer operation of a withdrawal. */
export function buildTransfer(intent: Intent, memo: Memo, fee: Fee): TransferOperation {
  return {
    fee: { amount: chainInt64(fee.amount), asset_id: fee.assetId },
    from: intent.from,
    to: intent.to,
    amount: { amount: chainInt64(intent.amount), asset_id: intent.asset },
    memo,
    extensions: [],
  };
}

/**
 * The transaction of an intent in a window. Errors as `buildMemo`.
 *
 * Its expiration is the window's end and its reference block lies at the window's start: neither depends on when, where
 * or how often it is built.
 */
export function buildTransferTransaction(
  intent: Intent,
  { window, referenceBlockId, fees }: WindowInputs,
  keys: BuilderKeys,
): BuiltTransaction {
  const { operation, ...built } = transferOf(intent, fees, keys);
  return { ...built, transaction: transactionOf(operation, window, referenceBlockId) };
}

function transferOf(intent: Intent, fees: FeeSchedule, keys: BuilderKeys) {
  const memo = buildMemo(intent, keys);
  const { fee, required } = feeOf(intent, memo, fees, keys.prefix);
  const operation: Operation = [operationTypes.transfer, buildTransfer(intent, memo, fee)];
  return { operation, fee, requiredFee: required, cost: { amount: intent.amount, fee } };
}

/** One operation in the only transaction that a window allows for it. */
export function transactionOf(operation: Operation, window: Window, referenceBlockId: string): Transaction {
  return {
    ...referenceBlock(referenceBlockId),
    expiration: formatChainTime(window.end),
    operations: [operation],
    extensions: [],
  };
}

/** How long a proposal of version 1 stays open after its window, in seconds, where the chain allows it. */
const proposalLifetime = 3 * 24 * 3600;

/** What a proposal needs beside the intent. */
export interface ProposalInputs extends WindowInputs {
  /** `1.2.x`: pays the fee of the proposal and signs it. */
  proposerId: string;
  /** `maximum_proposal_lifetime` of the chain. */
  maximumProposalLifetime: number;
}

/** When the proposal of a window ends: it depends on the window and on parameters that change only at maintenance. */
function proposalExpiration({ window, maximumProposalLifetime }: ProposalInputs): number {
  // The chain counts from the head block, which may still stand at the window's start.
  const allowed = maximumProposalLifetime - (window.end - window.start) - windowLength;
  return window.end + Math.max(0, Math.min(proposalLifetime, allowed));
}

/**
 * The proposal_create of an intent in a window: built like a transfer, with the same memo and nonce inside, and without a
 * review period, because executions after one show in no block. Errors as `buildMemo`.
 */
export function buildProposalTransaction(
  intent: Intent,
  inputs: ProposalInputs,
  keys: BuilderKeys,
): BuiltTransaction {
  const transfer = transferOf(intent, inputs.fees, keys);
  const create = (amount: bigint): Operation => [
    operationTypes.proposal_create,
    {
      fee: { amount: chainInt64(amount), asset_id: coreAssetId },
      fee_paying_account: inputs.proposerId,
      expiration_time: formatChainTime(proposalExpiration(inputs)),
      proposed_ops: [{ op: transfer.operation }],
      extensions: [],
    },
  ];
  const { operation, fee } = withOwnFee(create, inputs.fees, keys.prefix);
  return {
    transaction: transactionOf(operation, inputs.window, inputs.referenceBlockId),
    fee: transfer.fee,
    requiredFee: transfer.requiredFee,
    cost: { amount: 0n, fee: { amount: fee, assetId: coreAssetId } },
  };
}
