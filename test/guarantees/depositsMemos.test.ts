/** Guarantee: no memo hides a deposit, each state of a memo has a name, and a hostile memo stays data. */
import type { HistoryOperation, Operation, SignedTransaction } from '../../src/chain/interfaces';
import { fromHistory } from '../../src/deposits/reading/accountOperation';
import { ItemBuilder } from '../../src/deposits/items/itemBuilder';
import { encryptMemo, MemoKeyring, PrivateKey, type Memo } from '../../src/protocol';
import history from '../transcripts/history.json';
import keys from '../transcripts/keys.json';
import { chainId } from '../support/memoryChain';

const account = { id: '1.2.18', name: 'exchange-deposit', statisticsId: '2.6.18' };
const ours = PrivateKey.fromWif(keys['exchange-deposit-active'].wif);
const sender = PrivateKey.fromWif(keys['alice-active'].wif);

function builder(keyring: MemoKeyring, outgoing = false): ItemBuilder {
  return new ItemBuilder({
    chain: { chainId, prefix: 'BTS' },
    account,
    keyring,
    rules: { incoming: true, outgoing, kinds: ['transfer'], minimumAmounts: new Map() },
    includeOperation: false,
  });
}

/** A node whose block holds the operation. */
const holding = ({ operation: held }: HistoryOperation) => ({
  endpoint: 'ws://node',
  accountNames: (ids: string[]) => Promise.resolve(ids.map((id) => `name-${id}`)),
  assets: (ids: string[]) => Promise.resolve(ids.map(() => null)),
  block: (number: number) =>
    Promise.resolve({ number, id: null, previous: '', timestamp: 0, transactions: [holder(held)] }),
  transaction: () => Promise.resolve(holder(held)),
  transactionHex: () => Promise.resolve('00'),
});

const holder = (held: Operation): SignedTransaction => ({
  ref_block_num: 1,
  ref_block_prefix: 2,
  expiration: '2026-11-22T13:00:00',
  operations: [held],
  extensions: [],
  signatures: [],
});

function operation(memo: Memo | undefined, index: number): HistoryOperation {
  const fields = {
    fee: { amount: 0, asset_id: '1.3.0' },
    from: '1.2.20',
    to: account.id,
    amount: { amount: 1, asset_id: '1.3.0' },
    ...(memo === undefined ? {} : { memo }),
    extensions: [],
  };
  return {
    id: `1.11.${index}`,
    operation: [0, fields] as Operation,
    result: [0, {}],
    blockNumber: 100 + index,
    trxInBlock: 0,
    opInTrx: 0,
    virtualOp: 0,
    isVirtual: false,
    blockTime: 0,
  };
}

async function itemOf(memo: Memo | undefined, keyring = new MemoKeyring([ours], 'BTS')) {
  const shown = operation(memo, 0);
  const [built] = await builder(keyring).build(holding(shown), [fromHistory(shown, 1)]);
  return built?.item;
}

/** The memo that was recorded when this happened on a real node. */
function recorded(note: string): Memo | undefined {
  const exchange = (history.exchanges as unknown as { note?: string; request: { params: unknown[] } }[]).find(
    (entry) => entry.note === note,
  );
  const [transaction] = exchange?.request.params[2] as [{ operations: [number, { memo?: Memo }][] }];
  return transaction.operations[0]?.[1].memo;
}

const encrypted = (text: string, to = ours.publicKey) =>
  encryptMemo({ from: sender, to, nonce: 77n, text, prefix: 'BTS' });

// Time is simulated; what it takes in reality depends on what else the machine does.
jest.setTimeout(120_000);

describe('memos of deposits', () => {
  it.each([
    ['deposit without a memo', 'none'],
    ['deposit with a public memo (null keys)', 'plain'],
    ['deposit with an encrypted memo', 'decoded'],
    ['deposit whose memo was encrypted to another key', 'no_key'],
    ['deposit with a corrupt memo', 'corrupt'],
  ])('a recorded %s is delivered with memoStatus %s', async (note, status) => {
    const item = await itemOf(recorded(note));
    expect(item).toMatchObject({ memoStatus: status, amountRaw: '1' });
    if (status === 'decoded' || status === 'plain') expect(item?.memo).toMatch(/\w/);
    else expect(item?.memo).toBeNull();
  });

  it('a memo whose ciphertext belongs to another nonce is delivered as wrong_key or corrupt', async () => {
    const seen = new Set<string | undefined>();
    for (let nonce = 100; nonce < 700; nonce++) {
      seen.add((await itemOf({ ...encrypted('order 1'), nonce }))?.memoStatus);
    }
    expect([...seen].sort()).toEqual(['corrupt', 'wrong_key']);
  }, 30_000);

  it('without a memo key a deposit arrives with memoStatus no_key', async () => {
    expect(await itemOf(encrypted('order 1'), new MemoKeyring([], 'BTS'))).toMatchObject({
      memo: null,
      memoStatus: 'no_key',
    });
  });

  it('a memo that no key here opens names the one that would, of a payment sent our own', async () => {
    const memo = encrypted('order 1');
    const noKeys = new MemoKeyring([], 'BTS');
    expect((await itemOf(memo, noKeys))?.memoDetails).toMatchObject({ key: null, neededKey: memo.to });
    const received = operation(memo, 0);
    const [, fields] = received.operation;
    const sent = { ...received, operation: [0, { ...fields, from: account.id, to: '1.2.20' }] as Operation };
    const [built] = await builder(noKeys, true).build(holding(sent), [fromHistory(sent, 1)]);
    expect(built?.item).toMatchObject({ direction: 'out', memoDetails: { key: null, neededKey: memo.from } });
    expect((await itemOf(memo))?.memoDetails).toMatchObject({ key: memo.to, neededKey: null });
  });

  it('a memo of 10 KB, with control characters or with an expression stays data', async () => {
    const texts = [
      'x'.repeat(10_240),
      'a\u0000b\u001b[31m\r\n',
      '{{ $env.SECRET }}',
      "'); DROP TABLE deposits; --",
    ];
    for (const text of texts) {
      const item = await itemOf(encrypted(text));
      expect(item?.memoStatus).toBe('decoded');
      expect(item?.memo?.length).toBeLessThanOrEqual(4096);
      expect(text.trim().startsWith(item?.memo ?? '?')).toBe(true);
      expect(Buffer.from(item?.memoDetails.hex ?? '', 'hex').toString()).toBe(text);
    }
  });

  it('a memo that is not UTF-8 arrives as bytes', async () => {
    const memo: Memo = {
      from: 'BTS1111111111111111111111111111111114T1Anm',
      to: 'BTS1111111111111111111111111111111114T1Anm',
      nonce: 0,
      message: '00000000fffe41',
    };
    expect(await itemOf(memo)).toMatchObject({
      memo: null,
      memoStatus: 'plain',
      memoDetails: { hex: 'fffe41' },
    });
  });

  it('a private key in a memo appears nowhere in the item', async () => {
    const wif = keys['bob-active'].wif;
    const item = await itemOf(encrypted(`my key is ${wif} please`));
    expect(item?.memoDetails.masked).toBe(true);
    const shown = JSON.stringify(item);
    expect(shown).not.toContain(wif);
    expect(shown).not.toContain(Buffer.from(wif).toString('hex'));
  });

  it('the keys of the trigger appear nowhere in the item', async () => {
    const item = JSON.stringify(await itemOf(encrypted('order 1')));
    expect(item).not.toContain(keys['exchange-deposit-active'].wif);
  });
});
