import { BitSharesError } from '../../src/errors';
import type { Account, Asset } from '../../src/chain/interfaces';
import { broadcast, reasonOf } from '../../src/payments/broadcast';
import { signingKeys } from '../../src/payments/signing';
import { checkAssetRules, checkFee } from '../../src/withdrawals/sending/checks';
import { nextStep, settle, type Attempts } from '../../src/payments/settlement';
import { PrivateKey, type SignedTransaction } from '../../src/protocol';
import restrictions from '../transcripts/restrictions.json';
import transactions from '../transcripts/transactions.json';

/** Recorded refusals of a broadcast by a real node. */
const refusals = [...transactions.exchanges, ...restrictions.exchanges].flatMap((exchange) => {
  const { note, request, reply } = exchange as unknown as {
    note?: string;
    request: { params?: unknown[] };
    reply: { error?: { code: number; message: string } };
  };
  if (reply.error === undefined || !String(request.params?.[1]).startsWith('broadcast_transaction'))
    return [];
  return [{ note: note ?? '', code: reply.error.code, message: reply.error.message }];
});

const refuse = (error: BitSharesError) => ({ broadcast: () => Promise.reject(error) });
const refused = (code: number, message: string) =>
  new BitSharesError('NODE_ERROR', { message, data: { nodeCode: code, nodeMessage: message } });
const none = {} as SignedTransaction;

describe('what a node says to a broadcast is never an outcome of the withdrawal', () => {
  test('there are recordings to go by', () => {
    expect(refusals.length).toBeGreaterThan(12);
  });
  test.each(refusals.map(({ note, code, message }) => [note, code, message] as const))(
    '%s',
    async (_, code, message) => {
      const answer = await broadcast(refuse(refused(code, message)), none);
      const isOfTheMoment = /now <= trx.expiration|ref_block_prefix ==/.test(message);
      expect(answer.result).toBe(
        code === 3030001
          ? 'accepted'
          : // A node that cannot even read a transaction says so without a code, as a proxy does: nobody knows whose word it is.
            code === 0
            ? 'unanswered'
            : isOfTheMoment
              ? 'refused for now'
              : 'refused',
      );
      if (answer.result.startsWith('refused'))
        expect(reasonOf(answer)?.message).toContain('the node refused the transaction');
    },
  );
  test.each(['REQUEST_TIMEOUT', 'CONNECTION_LOST'] as const)(
    '%s is nothing known, and worth another try',
    async (code) => {
      const reason = new BitSharesError(code, { message: 'x' });
      expect(await broadcast(refuse(reason), none)).toEqual({ result: 'unanswered', reason });
    },
  );
  test('an error without a code, as a proxy makes it, is nothing known either', async () => {
    const reason = refused(0, 'upstream request timeout');
    expect(await broadcast(refuse(reason), none)).toEqual({ result: 'unanswered', reason });
  });
});

describe('the outcome follows from what is proved', () => {
  const place = { blockNumber: 7 };
  const of = (lastExpiration: number | null, isFaulty = false): Attempts => ({ lastExpiration, isFaulty });
  const absent = (through: number) => ({ at: 'absent', through }) as const;
  test.each<[string, Parameters<typeof settle>[0], Attempts, string, boolean, boolean]>([
    ['nothing known', { at: 'unseen' }, of(100), 'unknown', false, false],
    ['a node has it', { at: 'pending' }, of(100), 'in_mempool', false, false],
    ['in a block', { at: 'in block', place }, of(100), 'in_block', false, false],
    ['in an irreversible block', { at: 'irreversible', place }, of(100), 'irreversible', true, true],
    ['a proposal may pay it', { at: 'proposed' }, of(100), 'unknown', false, false],
    ['a fault: its id may have been used before', { at: 'unseen' }, of(100, true), 'unknown', false, false],
    ['a fault, absent at the end of every attempt', absent(100), of(100, true), 'unknown', false, false],
    ['a fault, absent after the end of every attempt', absent(101), of(100, true), 'rejected', false, true],
    [
      'a fault, and paid all the same',
      { at: 'irreversible', place },
      of(1, true),
      'irreversible',
      true,
      true,
    ],
    ['absent before its expiration', absent(99), of(100), 'unknown', false, false],
    ['absent at its expiration: the next block may hold it', absent(100), of(100), 'unknown', false, false],
    ['absent after its expiration', absent(101), of(100), 'expired', false, true],
    ['absent, and another attempt may follow', absent(101), of(null), 'unknown', false, false],
  ])('%s', (_, standing, attempts, outcome, paid, final) => {
    const settlement = settle(standing, attempts);
    expect(settlement).toEqual({ outcome, paid, final });
    expect(nextStep(settlement, { reason: null, expiration: null, repeat: 'Again.' })).not.toBe('');
  });
});

describe('the rules of an asset, as the recorded node applied them', () => {
  const account = (name: string, more: Partial<Account> = {}): Account => ({
    id: `1.2.${name.length}`,
    name,
    memoKey: '',
    owner: { threshold: 1, keys: [], accounts: [] },
    active: { threshold: 1, keys: [], accounts: [] },
    statisticsId: '2.6.1',
    whitelistingAccounts: [],
    blacklistingAccounts: [],
    whitelistedAccounts: [],
    blacklistedAccounts: [],
    allowedAssets: null,
    ...more,
  });
  const asset = (more: Partial<Asset> = {}): Asset => ({
    id: '1.3.5',
    symbol: 'GATED',
    precision: 3,
    issuerId: '1.2.17',
    flags: 2,
    whitelistAuthorities: ['1.2.17'],
    blacklistAuthorities: ['1.2.17'],
    coreExchangeRate: {
      base: { amount: 100000n, assetId: '1.3.0' },
      quote: { amount: 1000n, assetId: '1.3.5' },
    },
    ...more,
  });
  const listed = { whitelistingAccounts: ['1.2.17'] };
  test.each<[string, Asset, Account, Account, boolean]>([
    ['both on the white list', asset(), account('al', listed), account('bob', listed), true],
    ['receiver not on the list', asset(), account('al', listed), account('bob'), false],
    ['sender not on the list', asset(), account('al'), account('bob', listed), false],
    [
      'white- and blacklisted',
      asset(),
      account('al', listed),
      account('bob', { ...listed, blacklistingAccounts: ['1.2.17'] }),
      false,
    ],
    ['no flag, no list', asset({ flags: 0 }), account('al'), account('bob'), true],
    ['a flag without authorities', asset({ whitelistAuthorities: [] }), account('al'), account('bob'), true],
    [
      'a receiver that accepts only other assets',
      asset({ flags: 0 }),
      account('al'),
      account('bob', { allowedAssets: ['1.3.0'] }),
      false,
    ],
    [
      'restricted, between two holders',
      asset({ flags: 8, whitelistAuthorities: [] }),
      account('al'),
      account('bob'),
      false,
    ],
    ['restricted, to the issuer', asset({ flags: 8 }), account('al'), account('bob', { id: '1.2.17' }), true],
  ])('%s', (_, gated, sender, receiver, allowed) => {
    const check = () => checkAssetRules(gated, sender, receiver);
    if (allowed) expect(check).not.toThrow();
    else expect(check).toThrow(expect.objectContaining({ code: 'ASSET_RESTRICTED' }));
  });
  test('a fixed fee is worth what the core exchange rate says, rounded down', () => {
    const fee = (amount: bigint) => () => checkFee({ amount, assetId: '1.3.5' }, 200_000n, asset());
    expect(fee(2000n)).not.toThrow();
    expect(fee(1999n)).toThrow(expect.objectContaining({ code: 'FEE_TOO_LOW' }));
  });
  test('as few keys as the authority needs sign', () => {
    const keys = ['a', 'b', 'c'].map((seed) => PrivateKey.fromSeed(seed));
    const authority = (threshold: number, weights: number[]) =>
      account('al', {
        active: {
          threshold,
          accounts: [],
          keys: keys.map((key, i) => ({ key: key.publicKey.toString('BTS'), weight: weights[i] ?? 0 })),
        },
      });
    expect(signingKeys(authority(1, [1, 1, 1]), keys, 'BTS')).toHaveLength(1);
    expect(signingKeys(authority(3, [1, 2, 1]), keys, 'BTS')).toHaveLength(2);
    expect(() => signingKeys(authority(5, [1, 2, 1]), keys, 'BTS')).toThrow(
      expect.objectContaining({ code: 'SEVERAL_SIGNATURES_NEEDED' }),
    );
    expect(() => signingKeys(authority(1, [0, 0, 0]), keys, 'BTS')).toThrow(
      expect.objectContaining({ code: 'KEY_WITHOUT_AUTHORITY' }),
    );
  });
});
