/**
 * What cli_wallet means. It tells its own refusals by assertion texts, and passes those of its node on as text without
 * their code; here both become the codes that the rest of the package knows.
 */
import { BitSharesError, type BitSharesErrorParts, type ErrorCode } from '../errors';
import { labels } from '../labels';
import { quoted } from './foreignText';

interface Meaning {
  text: RegExp;
  /** Only when this method was called. */
  method?: string;
  code: ErrorCode;
  parts: BitSharesErrorParts;
}

/** The first that matches counts. Sources: libraries/wallet/*.cpp, and the recorded wallet in `test/transcripts`. */
const meanings: readonly Meaning[] = [
  {
    text: /cipher_keys\.size\(\) > 0/,
    method: 'unlock',
    code: 'WALLET_LOCKED',
    parts: {
      message: 'the wallet is new and has no password yet',
      fix: 'Run Wallet: Set Password once, which sets the Wallet Password of the credential.',
    },
  },
  {
    text: /AES error|aes_exception|checksum == pw|password\.size\(\) > 0/,
    method: 'unlock',
    code: 'ACCESS_DENIED',
    parts: {
      field: labels.walletPassword,
      message: 'the wallet does not open with this password',
      fix: 'Correct Wallet Password in the BitShares Wallet API credential.',
    },
  },
  {
    text: /!(?:self\.)?is_locked\(\)/,
    code: 'WALLET_LOCKED',
    parts: {
      message: 'the wallet is locked',
      fix: 'Run this again. Another program may lock the wallet: let only one use it at a time.',
    },
  },
  {
    text: /Assert Exception: rec(?::| &&)|account_name_or_id\.size\(\) > 0/,
    code: 'UNKNOWN_ACCOUNT',
    parts: {
      message: 'the wallet finds no account of this name',
      fix: 'Enter the name as it is registered (lower case) or the id, such as 1.2.345.',
    },
  },
  {
    text: /Unable to find asset|Assert Exception: opt:/,
    code: 'UNKNOWN_ASSET',
    parts: {
      message: 'the wallet finds no asset of this symbol',
      fix: 'Enter the symbol in capitals (BTS) or the id (1.3.0).',
    },
  },
  {
    text: /max_rhs_size|GRAPHENE_MAX_SHARE_SUPPLY|found_decimal|amount_from_string/,
    code: 'INVALID_AMOUNT',
    parts: {
      message: 'the wallet does not take this amount',
      fix: 'Give digits with at most one dot and no more decimals than the asset has.',
    },
  },
  {
    text: /Invalid private key|key\.valid\(\)/,
    code: 'INVALID_KEY',
    parts: {
      message: 'the wallet does not take this private key',
      fix: 'Give the private key in wallet import format (WIF), as the wallet that made it shows it.',
    },
  },
  {
    text: /it != _keys\.end\(\)/,
    code: 'KEY_WITHOUT_AUTHORITY',
    parts: {
      message: 'the wallet does not hold a private key that is needed for this',
      fix: 'Import the key with Wallet: Import Key.',
    },
  },
];

/** Codes of the node (bitshares-core exceptions), which the wallet leaves out, by what it passes on. */
const nodeCodes: readonly (readonly [RegExp, number])[] = [
  [/is already in the database|duplicate transaction/i, 3030001],
  [/missing (?:required )?active authority/i, 4010001],
  [/missing (?:required )?owner authority/i, 4010002],
  [/missing (?:required )?(?:other )?authority/i, 4010003],
  [/irrelevant signature|Unnecessary signature/i, 4010004],
  [/duplicate signature/i, 4010005],
  [/insufficient fee/i, 4010007],
  [/claimed too often|claimed more than once per day/i, 3053701],
  [/invalid claim amount|more than available/i, 3053702],
  [/owner mismatch/i, 3053703],
  [
    /now <= trx\.expiration|trx\.expiration <= now|ref_block_prefix ==|insufficient_balance|from != to|Unable to find Object|amount\.amount > 0|maximum transaction size/i,
    10,
  ],
];

const methodNotFound = /^Method not found/i;

/**
 * What this file knows of a text, and nothing else of it: the parts that its patterns match, as they are usually spelled.
 * For refusals of calls that held a secret, which the other side may repeat in any form.
 */
export function knownParts(text: string): string {
  const patterns = [methodNotFound, ...nodeCodes.map(([pattern]) => pattern), ...meanings.map((m) => m.text)];
  return patterns
    .map((pattern) => {
      const [part = ''] = pattern.exec(text) ?? [];
      // Where case does not matter it could still be a message.
      return pattern.ignoreCase ? part.charAt(0).toUpperCase() + part.slice(1).toLowerCase() : part;
    })
    .filter((part) => part !== '')
    .join('; ');
}

/** The same error with the code that its text means; errors that are not the wallet's own stay as they are. */
export function explainWalletError(error: BitSharesError): BitSharesError {
  if (error.code !== 'WALLET_ERROR') return error;
  const method = String(error.data.method ?? '');
  const text = String(error.data.nodeMessage ?? '');
  if (methodNotFound.test(text)) {
    return new BitSharesError('WALLET_ERROR', {
      message: `this wallet has no method ${method}`,
      fix: 'Use cli_wallet of bitshares-core 6 or later.',
      data: error.data,
    });
  }
  const nodeCode = nodeCodes.find(([pattern]) => pattern.test(text))?.[1];
  if (nodeCode !== undefined) {
    return new BitSharesError('NODE_ERROR', {
      message: `the node of the wallet refused: ${quoted(text)}`,
      fix: 'Read what the node says, correct it, then run this again.',
      data: { ...error.data, nodeCode },
    });
  }
  const meaning = meanings.find(
    (candidate) =>
      candidate.text.test(text) && (candidate.method === undefined || candidate.method === method),
  );
  return meaning === undefined
    ? error
    : new BitSharesError(meaning.code, { ...meaning.parts, data: error.data });
}
