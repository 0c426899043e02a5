/** What a caller asks for, and how it becomes an intent with ids and base units. */
import type { Account, Asset } from '../../chain/interfaces';
import { accountReference, assetReference } from '../../chain/references';
import { BitSharesError } from '../../errors';
import { type Chain, isObjectId, isoTime, parseAmount, type PrivateKey, PublicKey } from '../../protocol';
import { labels } from '../../labels';

import { contentFault, parseMemoText, type Intent, type MemoMode } from './intent';
import type { Signing } from '../../payments/signing';
import { coreAssetId } from './transactionBuilder';

/** A withdrawal in a user's terms. */
export interface PlainRequest {
  kind: 'plain';
  withdrawalId: string;
  /** Seconds since the epoch. */
  requestedAt: number;
  /** Name or `1.2.x`. */
  to: string;
  /** Symbol or `1.3.x`. */
  asset: string;
  /** In units of the asset. */
  amount: string | number;
  memo: unknown;
  memoType: MemoMode;
  receiverMemoKey: string | null;
  /** In units of the fee asset; null for the chain's fee. */
  fee: string | number | null;
  /** Symbol or `1.3.x`; null for the core asset. */
  feeAsset: string | null;
}

/** A withdrawal whose intent was stored. */
export interface IntentRequest {
  kind: 'intent';
  intent: Intent;
}

export type WithdrawalRequest = PlainRequest | IntentRequest;

/** The account that signs, and the keys of its credential. */
export interface SenderKeys extends Signing {
  /** Name or `1.2.x`. It pays, unless it only proposes that another account pays. */
  account: string;
  /** The present memo key first, then older ones. */
  memoKeys: PrivateKey[];
}

/** Who pays, as far as an intent needs it. */
export interface Payer {
  /** Name or `1.2.x`. */
  account: string;
  /** The one that must pay, in the same form; null where any account may. */
  mustBe: string | null;
  /** The credential's memo key; undefined when it has none; null to take the account's present one (nothing is signed). */
  memoKey: PublicKey | null | undefined;
  /** False where somebody else writes the memo for the account: a proposer with a key of its own. */
  memoKeyOfAccount: boolean;
}

/** What the chain says about the parties of a withdrawal. */
export interface Parties {
  sender: Account;
  receiver: Account;
  asset: Asset;
  feeAsset: Asset;
  coreAsset: Asset;
}

/** Codes that are faults of a request itself, whatever the chain's state: no attempt with this content was ever signed. */
const faultsOfRequest: ReadonlySet<string> = new Set([
  'INVALID_ACCOUNT',
  'INVALID_AMOUNT',
  'INVALID_ASSET',
  'INVALID_MEMO',
  'INVALID_PUBLIC_KEY',
  'MEMO_TOO_LARGE',
]);
/** The fields that are the customer's; the others are the operator's, who may change them between two attempts. */
const fieldsOfRequest: ReadonlySet<string | undefined> = new Set([
  labels.to,
  labels.asset,
  labels.amount,
  labels.memo,
  labels.receiverMemoKey,
]);

/** Whether an error of `formIntent` means that the request can never be paid. */
export function isFaultOfRequest(error: BitSharesError): boolean {
  return faultsOfRequest.has(error.code) && fieldsOfRequest.has(error.field);
}

/** Whether an error of `formIntent` means that the account of the keys is not the one that must pay. */
export function isOtherPayer({ code, field }: BitSharesError): boolean {
  return code === 'KEY_WITHOUT_AUTHORITY' && field === labels.payingAccount;
}

/**
 * Why the account of the keys may not pay where the caller names the one that must, as far as the texts alone tell: two names or
 * two ids that differ are two accounts. Null where it may.
 */
export function otherPayerByText(named: string | null, account: string): BitSharesError | null {
  const isSameKind = named !== null && isObjectId(named, 'account') === isObjectId(account, 'account');
  return isSameKind && named !== account ? wrongPayer(named, account) : null;
}

function wrongPayer(named: string, account: string): BitSharesError {
  return new BitSharesError('KEY_WITHOUT_AUTHORITY', {
    field: labels.payingAccount,
    message: `${named} has to pay, and the keys credential is for ${account}`,
    fix: `Nothing was sent. Choose the keys credential of ${named} in this node, or correct Paying Account.`,
  });
}

/** Finds accounts and assets for a request; null where there is none. Rejects with NODES_DISAGREE where two nodes differ. */
export interface Lookup {
  account(nameOrId: string): Promise<Account | null>;
  /** The receiver, from irreversible state: an account of a pending transaction has no lasting id. */
  receiver(nameOrId: string): Promise<Account | null>;
  asset(symbolOrId: string): Promise<Asset | null>;
}

/**
 * Turns a request into an intent. The memo key of an encrypted memo stays null where the request gives none.
 *
 * @throws faults of the request (`isFaultOfRequest`); UNKNOWN_ACCOUNT, UNKNOWN_ASSET, NODES_DISAGREE, MEMO_KEY_MISMATCH;
 *   KEY_WITHOUT_AUTHORITY for another payer (`isOtherPayer`)
 */
export async function formIntent(
  request: WithdrawalRequest,
  payer: Payer,
  chain: Chain,
  lookup: Lookup,
): Promise<{ intent: Intent; parties: Parties }> {
  const sender = await found(lookup.account(payer.account), 'UNKNOWN_ACCOUNT', labels.account, payer.account);
  const { mustBe } = payer;
  if (mustBe !== null && mustBe !== sender.name && mustBe !== sender.id) {
    throw wrongPayer(mustBe, `${sender.name} (${sender.id})`);
  }
  if (request.kind === 'intent') {
    const { intent } = request;
    if (intent.from !== sender.id) {
      throw new BitSharesError('KEY_WITHOUT_AUTHORITY', {
        field: labels.account,
        message: `the intent pays from ${intent.from}, the keys credential is for ${sender.name} (${sender.id})`,
        fix: 'Choose the keys credential of the account that the intent was quoted for.',
      });
    }
    const feeAssetId = intent.fee === 'auto' ? coreAssetId : intent.fee.asset;
    return {
      intent,
      parties: {
        sender,
        receiver: await found(lookup.receiver(intent.to), 'UNKNOWN_ACCOUNT', labels.intent, intent.to),
        asset: await found(lookup.asset(intent.asset), 'UNKNOWN_ASSET', labels.intent, intent.asset),
        feeAsset: await found(lookup.asset(feeAssetId), 'UNKNOWN_ASSET', labels.intent, feeAssetId),
        coreAsset: await coreAssetBy(lookup),
      },
    };
  }
  const memo = parseMemoText(request.memo);
  const givenKey = request.receiverMemoKey === null ? null : readMemoKey(request.receiverMemoKey, chain);
  const to = accountReference(request.to, labels.to);
  const symbolOrId = assetReference(request.asset, labels.asset);
  const feeAssetReference =
    request.feeAsset === null ? coreAssetId : assetReference(request.feeAsset, labels.feeAsset);
  const receiver = await found(lookup.receiver(to), 'UNKNOWN_ACCOUNT', labels.to, to);
  const asset = await found(lookup.asset(symbolOrId), 'UNKNOWN_ASSET', labels.asset, symbolOrId);
  const feeAsset = await found(
    lookup.asset(feeAssetReference),
    'UNKNOWN_ASSET',
    labels.feeAsset,
    feeAssetReference,
  );
  const encrypted = request.memoType === 'encrypted' && memo !== '';
  const intent: Intent = {
    v: 1,
    chainId: chain.chainId,
    withdrawalId: request.withdrawalId,
    requestedAt: isoTime(request.requestedAt),
    from: sender.id,
    to: receiver.id,
    asset: asset.id,
    amount: parseAmount(request.amount, asset.precision, labels.amount),
    memo,
    memoMode: encrypted ? 'encrypted' : 'public',
    senderMemoKey: encrypted ? senderMemoKey(payer, sender, chain) : null,
    receiverMemoKey: encrypted ? givenKey : null,
    fee: readFee(request, feeAsset),
  };
  const fault = contentFault(intent);
  if (fault !== undefined) {
    throw new BitSharesError('INVALID_ACCOUNT', {
      field: labels.to,
      message: fault[1],
      fix: 'Pay to another account.',
    });
  }
  const coreAsset = await coreAssetBy(lookup);
  return { intent, parties: { sender, receiver, asset, feeAsset, coreAsset } };
}

/** The asset in which fees are limited. */
export function coreAssetBy(lookup: Pick<Lookup, 'asset'>): Promise<Asset> {
  return found(lookup.asset(coreAssetId), 'UNKNOWN_ASSET', labels.fee, coreAssetId);
}

/** The account's present memo key: customers look for it. The credential's, where given, must be the same. */
function senderMemoKey({ memoKey, memoKeyOfAccount }: Payer, sender: Account, chain: Chain): string {
  if (memoKey === null) return sender.memoKey;
  const own = memoKey?.toString(chain.prefix);
  if (own === undefined || (memoKeyOfAccount && own !== sender.memoKey)) {
    throw new BitSharesError('MEMO_KEY_MISMATCH', {
      field: labels.memoKey,
      message:
        own === undefined
          ? 'the keys credential has no memo key, which an encrypted memo needs'
          : `the memo key of the credential is not the memo key of ${sender.name}`,
      fix: 'Enter the present memo key of the account in the keys credential, or set Memo Type to Public.',
    });
  }
  return own;
}

function readFee(request: PlainRequest, feeAsset: Asset): Intent['fee'] {
  if (request.fee === null) {
    if (feeAsset.id === coreAssetId) return 'auto';
    throw new BitSharesError('INVALID_PARAMETER', {
      field: labels.fee,
      message: `a fee in ${feeAsset.symbol} has to be a fixed amount: its exchange rate can change between two attempts, and two fees are two payments`,
      fix: 'Give Fee in that asset, or leave Fee Asset empty.',
    });
  }
  const amount = parseAmount(request.fee, feeAsset.precision, labels.fee, { allowZero: true });
  return { amount, asset: feeAsset.id };
}

function readMemoKey(text: string, chain: Chain): string {
  return PublicKey.fromString(text.trim(), chain.prefix, labels.receiverMemoKey).toString(chain.prefix);
}

async function found<T>(
  lookup: Promise<T | null>,
  code: 'UNKNOWN_ACCOUNT' | 'UNKNOWN_ASSET',
  field: string,
  reference: string,
): Promise<T> {
  const object = await lookup;
  if (object !== null) return object;
  const kind = code === 'UNKNOWN_ACCOUNT' ? 'account' : 'asset';
  throw new BitSharesError(code, {
    field,
    message: `there is no ${kind} ${reference} in irreversible blocks of this chain`,
    fix: `Check the name. An ${kind} that was made just now can be used in about a minute.`,
  });
}
