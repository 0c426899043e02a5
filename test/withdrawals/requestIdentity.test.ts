import { createHash } from 'node:crypto';
import {
  contentFingerprint,
  formatIntent,
  parseIntent,
  parseMemoText,
  parseWithdrawalId,
} from '../../src/withdrawals/transaction/intent';
import { withdrawalNonce } from '../../src/withdrawals/transaction/nonce';
import { parseRequestedAt } from '../../src/withdrawals/transaction/requestedAt';
import {
  refuseMissingParts,
  refuseUnstableExpression,
} from '../../src/withdrawals/transaction/unstableExpressions';
import { isoTime, mainnet, PrivateKey, testnet } from '../../src/protocol';

describe('requestedAt', () => {
  test.each([
    ['2026-11-22T12:00:00Z', 1795348800],
    ['2026-11-22T12:00:00.987Z', 1795348800],
    ['2026-11-22T12:00:00.999999999Z', 1795348800],
    ['2026-11-22 12:00:00+00', 1795348800],
    ['2026-11-22T13:30:00+01:30', 1795348800],
    ['2026-11-22T07:00-0500', 1795348800],
    ['1795348800', 1795348800],
    [1795348800, 1795348800],
    [new Date(1795348800999), 1795348800],
  ])('%s is one moment', (value, seconds) => {
    expect(parseRequestedAt(value)).toBe(seconds);
    expect(isoTime(parseRequestedAt(value))).toBe('2026-11-22T12:00:00Z');
  });
  test.each([
    ['2026-11-22T12:00:00', /no zone/],
    ['2026-11-22', /no zone/],
    ['2026-02-30T12:00:00Z', /does not exist/],
    ['2026-11-22T12:00:00+99:00', /does not exist/],
    ['2026-11-22T12:00:00-05:60', /does not exist/],
    ['2026-11-22-05', /not a time/],
    [1795348800000, /too large for seconds/],
    [1795348800.5, /seconds since 1970/],
    ['', /not a time/],
    ['yesterday', /not a time/],
    [null, /not a time/],
    [true, /not a time/],
  ])('%s is refused', (value, message) => {
    expect(() => parseRequestedAt(value)).toThrow(message);
  });
});

describe('withdrawalId', () => {
  test('text stays as it is, and a whole number is its text', () => {
    expect(parseWithdrawalId('W/2026-7 é')).toBe('W/2026-7 é');
    expect(parseWithdrawalId(42)).toBe('42');
  });
  test.each([
    [''],
    [' 7'],
    ['7\n'],
    ['a\u0000b'],
    ['w\u202e7'],
    ['w\u200b7'],
    ['w\u2028'],
    ['\ud800'],
    ['x'.repeat(201)],
    [1.5],
    [null],
    [undefined],
    [{}],
  ])('%j is refused', (value) => {
    expect(() => parseWithdrawalId(value)).toThrow(expect.objectContaining({ field: 'Withdrawal ID' }));
  });
  test.each([
    ['w-undefined', /holds "undefined": an expression found nothing/],
    ['wundefined7', /undefined/],
    ['null', /null/],
    ['NULL', /NULL/],
    ['w_null', /null/],
    ['null/17', /null/],
    ['w-NaN', /NaN/],
    ['none', /none/],
    ['true', /true/],
    ['w-[object Object]', /\[object Object\]/],
    ['[Object: null prototype] {}', /\[Object: null prototype\]|null/],
    ['w-Invalid Date', /Invalid Date/],
    ['e\u0301-7', /another id can look the same/],
    ['-', /neither a letter nor a digit/],
    ['--/--', /neither/],
  ])('%j is the sign of a mistake and is refused', (value, message) => {
    expect(() => parseWithdrawalId(value)).toThrow(message);
  });
  test.each([
    'annulled-7',
    'banana',
    'nullify',
    'Null-Island',
    'NaNo-7',
    'w-true',
    'nonesuch',
    'V1StGXR8_Z5jdHi6B-myT',
    'w-',
    'é-7',
    'Datenull',
  ])('%s is an id', (value) => {
    expect(parseWithdrawalId(value)).toBe(value);
  });
  test('the nonce is the first 8 bytes of a hash over sender and id, and parts cannot be shifted', () => {
    const digest = createHash('sha256').update('n8n-nodes-bitshares withdrawal 1\x001.2.7\x00W-1').digest();
    expect(withdrawalNonce('1.2.7', 'W-1')).toBe(digest.readBigUInt64BE(0));
    expect(withdrawalNonce('1.2.7', 'W-1')).not.toBe(withdrawalNonce('1.2.77', 'W-1'));
    expect(withdrawalNonce('1.2.7', '7W')).not.toBe(withdrawalNonce('1.2.77', 'W'));
  });
});

describe('a memo with a private key in it is refused, and the key is in no message', () => {
  test('alone or inside other text', () => {
    const wif = PrivateKey.fromSeed('memo').toWif();
    for (const text of [wif, `my key: ${wif}`, `x${wif}x`]) {
      try {
        parseMemoText(text);
        throw new Error('was accepted');
      } catch (error) {
        expect(String(error)).toContain('private key');
        expect(JSON.stringify([error, String(error)])).not.toContain(wif);
      }
    }
  });
});

describe('an expression that changes on a retry is refused before anything is built', () => {
  test.each([
    '={{ $now }}',
    '={{$now.toISO()}}',
    '={{ $today.toISO() }}',
    '={{ new Date().toISOString() }}',
    '={{ Date.now() }}',
    '=w-{{ $execution.id }}',
    '={{ $executionId }}',
    '={{ $runIndex }}',
    '={{ Math.random() }}',
    '={{ Math.floor(Math.random()*1e9) }}',
    '={{ DateTime.now() }}',
    '={{ DateTime.local().toISO() }}',
    '={{ DateTime.utc().toISO() }}',
    '={{ $json.id || $now }}',
    '={{ `${$now}` }}',
    '={{ uuid() }}',
    '={{ crypto.randomUUID() }}',
    '={{ $json.batch }}-{{ $itemIndex }}',
    '=w-{{ $position }}',
    '={{ $prevNode.runIndex }}',
    '={{ $prevNode["runIndex"] }}',
    '={{ $resumeWebhookUrl }}',
    '={{ $resumeFormUrl }}',
    '={{ $execution.resumeUrl }}',
    '={{ $("Loop").context.currentRunIndex }}',
    '={{ $("Loop").context["currentRunIndex"] }}',
    '={{ $("Loop")["context"].x }}',
    "={{ $node['Loop'].context['currentRunIndex'] }}",
    '={{ $node["Loop"].runIndex }}',
    '={{ $node.Loop.runIndex }}',
    '={{ $input.context.currentRunIndex }}',
    '={{ $getWorkflowStaticData("global").counter }}',
    "={{ $fromAI('id') }}",
  ])('%s', (text) => {
    expect(() => refuseUnstableExpression(text, 'Withdrawal ID')).toThrow(
      expect.objectContaining({ code: 'UNSTABLE_EXPRESSION', field: 'Withdrawal ID' }),
    );
  });
  test.each([
    '={{ $json.withdrawalId }}',
    '={{ $json["Date"] }}',
    '={{ $json.Date }}',
    '={{ $json.uuid }}',
    '={{ $json.random }}',
    "={{ $('Make a uuid').item.json.id }}",
    '={{ $json.createdAt.toDateTime().toISO() }}',
    '={{ DateTime.fromISO($json.requested_at).toISO() }}',
    '={{ $json.updated }}',
    '={{ $json.itemIndex }}',
    '={{ $json.runIndex }}-{{ $json.context.currentRunIndex }}',
    "={{ $('Rows').item.json.context }}",
    '={{ $node["Rows"].json.id }}',
    'W-Date-$now',
    42,
  ])('%s is stable', (text) => {
    expect(() => refuseUnstableExpression(text, 'Withdrawal ID')).not.toThrow();
  });
});

describe('an id of several parts of which one is missing', () => {
  test.each([
    ['=w-{{ $json.nmber }}', 'w-'],
    ['={{ $json.batch }}-{{ $json.nmber }}', '2026-'],
    ['={{ $json.batch }}-{{ $json.number }}', '-7'],
    ['={{ $json.a }}-{{ $json.b }}-{{ $json.c }}', '1--3'],
    ['={{ $json.a }}{{ $json.b }}', ''],
    ['={{ $json.a }}/w-{{ $json.b }}', 'a/w-'],
  ])('%s that gave %j is refused', (text, value) => {
    expect(() => refuseMissingParts(text, value, 'Withdrawal ID')).toThrow(
      expect.objectContaining({ code: 'INVALID_PARAMETER', field: 'Withdrawal ID' }),
    );
  });
  test.each([
    ['={{ $json.withdrawalId }}', 'w-'],
    ['=w-{{ $json.number }}', 'w-7'],
    ['=w-{{ $json.number }}', 'w-w-'],
    ['={{ $json.batch }}-{{ $json.number }}', '2026-11-7'],
    ['={{ $json.a }}-{{ $json.b }}-{{ $json.c }}', 'a-b-c-d'],
    ['={{ $json.prefix ?? "" }}{{ $json.id }}', '7'],
    ['={{ { a: { b: $json.id } }.a.b }}', '7'],
    ['w-', 'w-'],
    [7, '7'],
  ])('%s that gave %j is whole', (text, value) => {
    expect(() => refuseMissingParts(text, value, 'Withdrawal ID')).not.toThrow();
  });
});

describe('a stored intent', () => {
  const key = PrivateKey.fromSeed('a').publicKey.toString('BTS');
  const stored = {
    v: 1,
    chainId: mainnet.chainId,
    withdrawalId: 'W-1',
    requestedAt: '2026-11-22T12:00:00Z',
    from: '1.2.10',
    to: '1.2.11',
    asset: '1.3.0',
    amount: '1250000',
    memo: 'hello',
    memoMode: 'encrypted',
    senderMemoKey: key,
    receiverMemoKey: key,
    fee: 'auto',
  };
  const intent = parseIntent(stored, mainnet);
  test('comes back unchanged, as an object or as text', () => {
    expect(intent).toEqual({ ...stored, amount: 1_250_000n });
    expect(parseIntent(JSON.stringify(stored), mainnet)).toEqual(intent);
    expect(parseIntent({ ...stored, fee: { amount: '5', asset: '1.3.1' } }, mainnet).fee).toEqual({
      amount: 5n,
      asset: '1.3.1',
    });
  });
  test.each([
    ['another version', { v: 2 }],
    ['an unknown member', { note: 'x' }],
    ['a missing member', { amount: undefined }],
    ['a decimal amount', { amount: '1.5' }],
    ['a zero amount', { amount: '0' }],
    ['an amount that is not text', { amount: 1_250_000 }],
    ['an amount beyond 63 bits', { amount: '9223372036854775808' }],
    ['a name instead of an id', { to: 'alice' }],
    ['an account id for the asset', { asset: '1.2.0' }],
    ['the sender as receiver', { to: '1.2.10' }],
    ['a public memo with keys', { memoMode: 'public' }],
    ['an encrypted memo without text', { memo: '' }],
    ['an encrypted memo without the sender key', { senderMemoKey: null }],
    ['a key of another chain', { receiverMemoKey: key.replace('BTS', 'TEST') }],
    ['a fee without amount', { fee: { asset: '1.3.1' } }],
    ['an automatic fee in another asset', { fee: { amount: 'auto', asset: '1.3.1' } }],
    ['a time without zone', { requestedAt: '2026-11-22T12:00:00' }],
  ])('%s is refused', (_, change) => {
    expect(() => parseIntent({ ...stored, ...change }, mainnet)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^INVALID_/) as string }),
    );
  });
  // Rows of an operator's database, with the fingerprints that version 1 of the intent gives them.
  test.each([
    [
      'encrypted, within a maximum fee',
      `{"v":1,"chainId":"4018d7844c78f6a6c41c6a552b898022310fc5dec06da467ee7905a8dad512c8","withdrawalId":"W-1","requestedAt":"2026-11-22T12:00:00Z","from":"1.2.10","to":"1.2.11","asset":"1.3.0","amount":"1250000","memo":"hello \\"ü\\"","memoMode":"encrypted","senderMemoKey":"BTS7RRMne4FT7R5kr8CKxN5LXrep7qJrqARwza2xXDtiahdtNBxGo","receiverMemoKey":"BTS6xcdunzwSmYx9vQmBKjcCCv6Pj46W4w6R8a2PTuECPzohzZk9t","fee":"auto","maximumFee":"10000000"}`,
      '5c5cd8d9a6627a3a9f12360569cf992bfc4c196fb35829b5edf6465058e2b17e',
    ],
    [
      'the largest amount, and a fixed fee of nothing',
      `{"v":1,"chainId":"4018d7844c78f6a6c41c6a552b898022310fc5dec06da467ee7905a8dad512c8","withdrawalId":"W-1","requestedAt":"2026-11-22T12:00:00Z","from":"1.2.10","to":"1.2.11","asset":"1.3.121","amount":"9223372036854775807","memo":"","memoMode":"public","senderMemoKey":null,"receiverMemoKey":null,"fee":{"amount":"0","asset":"1.3.121"}}`,
      '0e87dfaaa46fe644d145fd4109debd97291035bb6055827c97cc39ca341fe375',
    ],
  ])('is written again byte for byte, and keeps its fingerprint: %s', (_, text, fingerprint) => {
    const read = parseIntent(text, mainnet);
    expect(formatIntent(read)).toBe(text);
    expect(contentFingerprint(read)).toBe(fingerprint);
  });
  test('the intent of another chain is refused', () => {
    expect(() => parseIntent(stored, testnet)).toThrow(expect.objectContaining({ code: 'WRONG_CHAIN' }));
  });
  test('everything but requestedAt makes it another content', () => {
    const same = contentFingerprint({ ...intent, requestedAt: '2026-11-22T12:30:00Z' });
    expect(same).toBe(contentFingerprint(intent));
    for (const change of [
      { to: '1.2.12' },
      { asset: '1.3.1' },
      { amount: 1n },
      { memo: 'x' },
      { fee: { amount: 1n, asset: '1.3.0' } },
    ]) {
      expect(contentFingerprint({ ...intent, ...change })).not.toBe(same);
    }
  });
});
