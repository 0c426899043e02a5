import { BitSharesError, type ErrorCode } from '../../src/errors';
import { explainWalletError } from '../../src/rpc/walletErrors';
import claims from '../transcripts/claims.json';
import transactions from '../transcripts/transactions.json';
import wallet from '../transcripts/wallet.json';

interface Exchange {
  note?: string;
  over: string;
  request?: { method: string; params: unknown[] };
  reply?: { error?: { code: number; message: string } };
}
const recorded = (exchanges: unknown[]) =>
  (exchanges as Exchange[]).flatMap(({ note, over, request, reply }) =>
    request === undefined || reply?.error === undefined
      ? []
      : [
          {
            title: `${request.method} ${JSON.stringify(note ?? request.params)}`,
            over,
            request,
            error: reply.error,
          },
        ],
  );
const asWalletError = (method: string, code: number, message: string) =>
  new BitSharesError('WALLET_ERROR', {
    message: `The wallet refused ${method}: ${message}`,
    data: { method, nodeMessage: message, nodeCode: code },
  });

/** Every refusal of the recorded wallet, in its order. */
const expected: Record<string, ErrorCode> = {
  'get_account ["nosuch"]': 'UNKNOWN_ACCOUNT',
  'get_asset ["NOSUCH"]': 'UNKNOWN_ASSET',
  'transfer "too many decimals"': 'INVALID_AMOUNT',
  'transfer ["alice","nosuch","1","BTS","",false]': 'UNKNOWN_ACCOUNT',
  'transfer ["alice","bob","1","NOSUCH","",false]': 'UNKNOWN_ASSET',
  'transfer "balance too small"': 'INVALID_AMOUNT',
  'import_key ["alice","5notakey"]': 'INVALID_KEY',
  'nope []': 'WALLET_ERROR',
  'transfer "missing arguments"': 'WALLET_ERROR',
  'transfer "locked"': 'WALLET_LOCKED',
  'import_balance "locked"': 'WALLET_LOCKED',
  'unlock ["wrong"]': 'ACCESS_DENIED',
  'import_balance "not a key"': 'INVALID_KEY',
  'import_balance "no such account"': 'UNKNOWN_ACCOUNT',
};

describe('what cli_wallet means', () => {
  const refusals = recorded([...wallet.exchanges, ...claims.exchanges]);

  test('every recorded refusal of the wallet is looked at', () => {
    expect(refusals.map(({ title }) => title)).toEqual(Object.keys(expected));
  });

  test.each(refusals)('$title has its code and says what to do', ({ title, request, error }) => {
    const explained = explainWalletError(asWalletError(request.method, error.code, error.message));
    expect(explained.code).toBe(expected[title]);
    if (title !== 'transfer "missing arguments"') expect(explained.fix).toEqual(expect.any(String));
  });

  const ofNode = recorded(transactions.exchanges).filter(
    ({ error, title }) => error.code !== 0 && !/get_transaction\b|malformed/.test(title) && error.code !== 10,
  );
  test.each(ofNode)(
    'a refusal that the node tells with code $error.code keeps it through the wallet: $title',
    ({ error }) => {
      // As cli_wallet passes it on: the text without the code (fc state.cpp).
      const text = `Execution error: unspecified: ${error.message}`;
      const explained = explainWalletError(asWalletError('broadcast_transaction', 0, text));
      expect([explained.code, explained.data.nodeCode]).toEqual(['NODE_ERROR', error.code]);
    },
  );

  test.each([
    'now <= trx.expiration',
    'trx.ref_block_prefix == tapos',
    'insufficient_balance: Insufficient',
    'from != to',
  ])('an assertion of the node (%s) is told as one', (text) => {
    const explained = explainWalletError(
      asWalletError(
        'broadcast_transaction',
        0,
        `Execution error: unspecified: Execution error: Assert Exception: ${text}`,
      ),
    );
    expect([explained.code, explained.data.nodeCode]).toEqual(['NODE_ERROR', 10]);
  });

  test('an error that is not the wallet’s own stays as it is', () => {
    const lost = new BitSharesError('CONNECTION_LOST', { message: 'gone' });
    expect(explainWalletError(lost)).toBe(lost);
  });
});
