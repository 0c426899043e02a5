/**
 * The intent of a withdrawal: everything that decides a byte of its transaction, apart from irreversible chain state.
 * A workflow can store it beside the request and hand it in again; the same intent always gives the same transaction.
 */
import { createHash } from 'node:crypto';
import { BitSharesError } from '../../errors';
import { labels } from '../../labels';
import { type Chain, isObjectId, isoTime, largestAmount, maskPrivateKeys, PublicKey } from '../../protocol';
import { parseRequestedAt } from './requestedAt';

export type MemoMode = 'encrypted' | 'public';

/**
 * Versioned. Ids and base units only, so that nothing has to be looked up again. It is stored as `formatIntent` writes it, and
 * read by `parseIntent`.
 */
export interface Intent {
  v: 1;
  chainId: string;
  withdrawalId: string;
  /** ISO 8601 with `Z`. Bounds the scan; decides no byte, so it may differ between retries by up to an hour. */
  requestedAt: string;
  /** `1.2.x` */
  from: string;
  /** `1.2.x` */
  to: string;
  /** `1.3.x` */
  asset: string;
  /** Base units. */
  amount: bigint;
  /** Empty when there is no text; the memo is then a public one that only carries the nonce. */
  memo: string;
  memoMode: MemoMode;
  /** Public keys of an encrypted memo, null otherwise. A null receiver key is proved and filled in for each window. */
  senderMemoKey: string | null;
  receiverMemoKey: string | null;
  /** `auto`: the chain's fee in the core asset. Another asset needs a fixed amount, because its rate can change in any block. */
  fee: 'auto' | { amount: bigint; asset: string };
  /**
   * Base units of the core asset: the highest fee that whoever stored the intent agreed to. It decides no byte. Intents of
   * older versions have none.
   */
  maximumFee?: bigint;
}

const longestWithdrawalId = 200;
/** The chain limits the whole transaction; this keeps absurd texts away from encryption. */
const longestMemo = 4096;
const fields = [
  'v',
  'chainId',
  'withdrawalId',
  'requestedAt',
  'from',
  'to',
  'asset',
  'amount',
  'memo',
  'memoMode',
  'senderMemoKey',
  'receiverMemoKey',
  'fee',
] as const;
const optionalFields = ['maximumFee'] as const;

/**
 * A withdrawalId from a workflow: text, or a whole number written as text.
 *
 * @throws INVALID_PARAMETER for an empty or overlong one, blanks around it, control or invisible characters, and what a missing
 *   value leaves behind
 */
export function parseWithdrawalId(value: unknown, field = labels.withdrawalId): string {
  const text = wholeNumberAsText(value);
  const fault = withdrawalIdFault(text);
  if (fault !== undefined || typeof text !== 'string') {
    throw new BitSharesError('INVALID_PARAMETER', {
      field,
      message: fault ?? 'this is not text',
      fix: 'Give the id of the withdrawal in your own database: the same on every retry, another one for every withdrawal.',
    });
  }
  return text;
}

/**
 * The memo text as it will be paid with.
 *
 * @throws INVALID_MEMO, MEMO_TOO_LARGE
 */
export function parseMemoText(value: unknown, field = labels.memo): string {
  const text = value === null || value === undefined ? '' : wholeNumberAsText(value);
  if (typeof text !== 'string' || !isWellFormed(text)) {
    throw new BitSharesError('INVALID_MEMO', {
      field,
      message: 'this is not text',
      fix: 'Give the memo as text: a number may have lost digits before it arrived.',
    });
  }
  if (text.length > longestMemo) {
    throw new BitSharesError('MEMO_TOO_LARGE', {
      field,
      message: `the memo has ${text.length} characters, at most ${longestMemo} are allowed`,
      fix: 'Shorten the memo.',
    });
  }
  if (maskPrivateKeys(text).masked) {
    throw new BitSharesError('INVALID_MEMO', {
      field,
      message: 'the memo holds a private key',
      fix: 'A memo stays on the chain for ever. Tell the customer that this key is no longer safe.',
    });
  }
  return text;
}

/**
 * Reads a stored intent, strictly: unknown fields and other spellings are refused, so that what is paid is what was stored.
 *
 * @throws INVALID_PARAMETER naming the member at fault; WRONG_CHAIN for the intent of another chain
 */
export function parseIntent(value: unknown, chain: Chain, field = labels.intent): Intent {
  const refuse = (name: string | null, message: string): BitSharesError =>
    new BitSharesError('INVALID_PARAMETER', {
      field,
      message: name === null ? message : `${name}: ${message}`,
      fix: 'Hand in the intent exactly as Transfer: Quote returned it.',
    });
  const json = objectOf(value) ?? raise(refuse(null, 'this is not an intent'));
  const known: readonly string[] = [...fields, ...optionalFields];
  const unknown = Object.keys(json).find((name) => !known.includes(name));
  if (unknown !== undefined) throw refuse(unknown, 'an intent has no such member');
  if (json.v !== 1) throw refuse('v', 'this version is not known');
  if (json.chainId !== chain.chainId) {
    throw new BitSharesError('WRONG_CHAIN', {
      field,
      message: 'the intent was made for another chain',
      fix: 'Use the node credential of the chain that it was quoted on.',
    });
  }
  const text = (name: (typeof fields)[number]): string => {
    const member = json[name];
    if (typeof member !== 'string') throw refuse(name, 'this is not text');
    return member;
  };
  const id = (name: 'from' | 'to' | 'asset', kind: 'account' | 'asset'): string => {
    const member = text(name);
    if (!isObjectId(member, kind)) throw refuse(name, `this is not the id of an ${kind}`);
    return member;
  };
  const key = (name: 'senderMemoKey' | 'receiverMemoKey'): string | null => {
    if (json[name] === null) return null;
    return PublicKey.fromString(text(name), chain.prefix, `${field} ${name}`).toString(chain.prefix);
  };
  const memoMode = text('memoMode');
  if (memoMode !== 'encrypted' && memoMode !== 'public') throw refuse('memoMode', 'this is not a mode');
  const intent: Intent = {
    v: 1,
    chainId: chain.chainId,
    withdrawalId: parseWithdrawalId(text('withdrawalId'), `${field} withdrawalId`),
    requestedAt: isoTime(parseRequestedAt(text('requestedAt'), `${field} requestedAt`)),
    from: id('from', 'account'),
    to: id('to', 'account'),
    asset: id('asset', 'asset'),
    amount: baseUnits(text('amount'), false) ?? raise(refuse('amount', 'this is not a number of base units')),
    memo: parseMemoText(text('memo'), `${field} memo`),
    memoMode,
    senderMemoKey: key('senderMemoKey'),
    receiverMemoKey: key('receiverMemoKey'),
    fee:
      readFee(json.fee) ??
      raise(refuse('fee', 'this is neither "auto" nor an amount in base units with an asset')),
    ...(json.maximumFee === undefined
      ? {}
      : {
          maximumFee:
            baseUnits(json.maximumFee, true) ??
            raise(refuse('maximumFee', 'this is not a number of base units')),
        }),
  };
  const fault = contentFault(intent);
  if (fault !== undefined) throw refuse(...fault);
  return intent;
}

/** The stored form of an intent, in JSON. Base units are text in it: a number of JSON could lose digits. */
export function formatIntent(intent: Intent): string {
  return JSON.stringify(intent, baseUnitsAsText);
}

/** What must hold between the members of an intent. Returns the member and the sentence, or undefined. */
export function contentFault(intent: Intent): [string, string] | undefined {
  if (intent.from === intent.to) return ['to', 'the receiver is the sending account itself'];
  if (intent.memoMode === 'public') {
    return intent.senderMemoKey !== null || intent.receiverMemoKey !== null
      ? ['memoMode', 'a public memo has no keys']
      : undefined;
  }
  if (intent.memo === '') return ['memoMode', 'a memo without text is public'];
  return intent.senderMemoKey === null ? ['senderMemoKey', 'an encrypted memo needs it'] : undefined;
}

/**
 * Two requests with one withdrawalId are the same withdrawal when these are equal. Neither requestedAt counts nor maximumFee:
 * an intent from before it existed and one with it pay the same.
 */
export function contentFingerprint(intent: Intent): string {
  const content = fields.filter((name) => name !== 'requestedAt').map((name) => intent[name]);
  return createHash('sha256').update(JSON.stringify(content, baseUnitsAsText)).digest('hex');
}

/** An object as n8n hands it in: itself, or as JSON. Null for anything else. */
export function objectOf(value: unknown): Record<string, unknown> | null {
  let json = value;
  if (typeof json === 'string') {
    try {
      json = JSON.parse(json);
    } catch {
      return null;
    }
  }
  return typeof json === 'object' && !Array.isArray(json) ? (json as Record<string, unknown> | null) : null;
}

/** A larger number would be another one in its text, and NaN would be a word. */
function wholeNumberAsText(value: unknown): unknown {
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
}

function readFee(value: unknown): Intent['fee'] | undefined {
  if (value === 'auto') return 'auto';
  if (typeof value !== 'object' || value === null) return undefined;
  const { amount, asset, ...rest } = value as Record<string, unknown>;
  const raw = baseUnits(amount, true);
  if (raw === undefined || !isObjectId(asset, 'asset') || Object.keys(rest).length > 0) return undefined;
  return { amount: raw, asset };
}

function baseUnits(value: unknown, zeroToo: boolean): bigint | undefined {
  if (typeof value !== 'string' || !/^(?:0|[1-9]\d{0,18})$/.test(value)) return undefined;
  const raw = BigInt(value);
  return raw > largestAmount || (raw === 0n && !zeroToo) ? undefined : raw;
}

/** For JSON.stringify, which knows no bigint. */
function baseUnitsAsText(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

function withdrawalIdFault(text: unknown): string | undefined {
  if (text === undefined || text === null) return 'there is no value: the expression gives nothing';
  if (typeof text !== 'string') return 'this is not text';
  if (text === '') return 'no withdrawal id is given';
  if (text !== text.trim()) return 'there are blanks around the id';
  if (text.length > longestWithdrawalId) {
    return `the id has ${text.length} characters, at most ${longestWithdrawalId} are allowed`;
  }
  if (maskPrivateKeys(text).masked) return 'the id holds a private key';
  if (unseen.test(text)) return 'the id holds control characters or invisible ones';
  if (!isWellFormed(text)) return 'the id holds characters that cannot be stored safely';
  if (text !== text.normalize('NFC')) {
    return 'the id holds an accent or a similar mark as a character of its own, so that another id can look the same (it is not in Unicode form NFC)';
  }
  if (!/[\p{L}\p{N}]/u.test(text)) return 'the id holds neither a letter nor a digit';
  const mistake = mistakes.find((pattern) => pattern.test(text))?.exec(text)?.[0];
  return mistake === undefined ? undefined : `the id holds "${mistake}": an expression found nothing`;
}

/**
 * What a program writes where a value is missing. Every request with that mistake would have the same id, and only the first of
 * them would be paid. Words count alone ("w-null"), not as a part of another word ("annulled").
 */
const mistakes: readonly RegExp[] = [
  /undefined/,
  /(?<![\p{L}\p{N}])(?:null|NaN)(?![\p{L}\p{N}])/u,
  /^(?:null|nan|none|nil|true|false)$/i,
  /\[object\b[^\]]*\]/i,
  /Invalid Date(?:Time)?/,
];

/** Half a surrogate pair has no UTF-8 form: two such texts could become the same bytes. */
function isWellFormed(text: string): boolean {
  return Buffer.from(text, 'utf8').toString('utf8') === text;
}

/**
 * Control and formatting characters, line and paragraph separators. A bidirectional override in an id would turn round the amount that
 * a person reads behind it.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

function raise(error: BitSharesError): never {
  throw error;
}
