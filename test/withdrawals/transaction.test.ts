import {
  PrivateKey,
  transactionId,
  decodeTransaction,
  encodeOperation,
  encodeTransaction,
  type Operation,
} from '../../src/protocol';
import { transferFee } from '../../src/payments/fees';
import type { Intent } from '../../src/withdrawals/transaction/intent';
import {
  buildProposalTransaction,
  buildTransferTransaction,
} from '../../src/withdrawals/transaction/transactionBuilder';
import recorded from '../transcripts/transactions.json';

const build = (...args: Parameters<typeof buildTransferTransaction>) =>
  buildTransferTransaction(...args).transaction;

const sender = PrivateKey.fromSeed('sender memo');
const receiver = PrivateKey.fromSeed('receiver memo');
const keys = { memoKeys: [sender], prefix: 'BTS' };
/** The fee schedule of the recorded node. */
const fees = {
  scale: 10_000n,
  parameters: new Map([
    [0, { fee: 2_000_000, price_per_kbyte: 1_000_000 }],
    [22, { fee: 2_000_000, price_per_kbyte: 10 }],
  ]),
};
const inputs = {
  window: { start: 1_795_348_200, end: 1_795_348_800 },
  referenceBlockId: '000002c53d51c418eee0101b84316f29ca1cca0e',
  fees,
};
const intent: Intent = {
  v: 1,
  chainId: '4018d7844c78f6a6c41c6a552b898022310fc5dec06da467ee7905a8dad512c8',
  withdrawalId: 'W-1',
  requestedAt: '2026-11-22T12:00:00Z',
  from: '1.2.20',
  to: '1.2.18',
  asset: '1.3.0',
  amount: 1_250_000n,
  memo: '',
  memoMode: 'public',
  senderMemoKey: null,
  receiverMemoKey: null,
  fee: 'auto',
};
const encrypted: Intent = {
  ...intent,
  memo: 'customer 42',
  memoMode: 'encrypted',
  senderMemoKey: sender.publicKey.toString('BTS'),
  receiverMemoKey: receiver.publicKey.toString('BTS'),
};

describe('fees are those that the recorded node asked for', () => {
  test.each([
    ['no memo', 1, 2_000_000n],
    ['an empty public memo', 1 + 33 + 33 + 8 + 1 + 4, 2_078_125n],
    ['an encrypted memo of 16 bytes', 1 + 33 + 33 + 8 + 1 + 16, 2_089_843n],
    ['an encrypted memo of 32 bytes', 1 + 33 + 33 + 8 + 1 + 32, 2_105_468n],
  ])('%s', (_, bytes, fee) => {
    // Without a memo the optional field takes one byte, which the node does not count: floor(1000000 / 1024) = 976.
    expect(bytes === 1 ? 2_000_000n : transferFee(fees, bytes)).toBe(fee);
  });
  test('the scale applies to the whole', () => {
    expect(transferFee({ ...fees, scale: 5_000n }, 80)).toBe(1_039_062n);
  });
  test('a proposal counts all its bytes, which the proposer pays alone', () => {
    const proposal = { ...inputs, proposerId: '1.2.30', maximumProposalLifetime: 86_400 };
    const { transaction, fee, cost } = buildProposalTransaction(intent, proposal, keys);
    const [operation] = transaction.operations;
    expect(encodeOperation(operation as Operation, 'BTS').length - 1).toBe(119);
    expect(operation?.[1]).toMatchObject({ fee: { amount: 2_000_001, asset_id: '1.3.0' } });
    expect(cost).toEqual({ amount: 0n, fee: { amount: 2_000_001n, assetId: '1.3.0' } });
    expect(fee.amount).toBe(2_078_125n);
  });
  test('a schedule without the parameters is refused', () => {
    expect(() => transferFee({ scale: 10_000n, parameters: new Map() }, 80)).toThrow(
      expect.objectContaining({ code: 'INVALID_ANSWER' }),
    );
  });
});

describe('the transaction of an intent in a window', () => {
  test('these bytes, for ever: a change here would let two versions pay one withdrawal twice', () => {
    const bytes = Buffer.from(encodeTransaction(build(intent, inputs, keys), 'BTS')).toString('hex');
    expect(bytes).toBe(
      'c502' + // block 709
        '3d51c418' + // bytes 4 to 8 of its id
        '40d9026b' + // expiration: the window's end
        '0100' + // one transfer
        'adb51f000000000000' + // fee 2,078,125 of 1.3.0
        '1412' + // from 1.2.20 to 1.2.18
        'd01213000000000000' + // 1,250,000 of 1.3.0
        '01' + // a memo
        '00'.repeat(66) + // of nobody to nobody
        '412bb3ea918ebb64' + // 64bb8e91eab32b41: the first 8 bytes of the SHA-256 of tag, sender and id
        '0400000000' + // empty text
        '0000',
    );
  });
  test('it is the same however often it is built, with an encrypted memo too', () => {
    const ids = new Set(
      Array.from({ length: 5 }, () => transactionId(build(encrypted, inputs, keys), 'BTS')),
    );
    expect(ids.size).toBe(1);
  });
  test('requestedAt decides no byte', () => {
    const later = { ...intent, requestedAt: '2026-11-22T12:59:00Z' };
    expect(build(later, inputs, keys)).toEqual(build(intent, inputs, keys));
  });
  test('two withdrawals equal in everything but their id are two transactions', () => {
    const other = build({ ...intent, withdrawalId: 'W-2' }, inputs, keys);
    expect(transactionId(other, 'BTS')).not.toBe(transactionId(build(intent, inputs, keys), 'BTS'));
  });
  test('its bytes read back as the same transaction', () => {
    const transaction = build(encrypted, inputs, keys);
    expect(decodeTransaction(encodeTransaction(transaction, 'BTS'), 'BTS')).toEqual(transaction);
  });
  test('a credential without the memo key of the intent builds nothing', () => {
    expect(() => build(encrypted, inputs, { memoKeys: [receiver], prefix: 'BTS' })).toThrow(
      expect.objectContaining({ code: 'MEMO_KEY_MISMATCH', field: 'Memo Key' }),
    );
  });
  test('an older memo key of the credential serves an intent that was made with it', () => {
    const rotated = { memoKeys: [receiver, sender], prefix: 'BTS' };
    expect(build(encrypted, inputs, rotated)).toEqual(build(encrypted, inputs, keys));
  });
  test('a fixed fee is paid as it stands, whatever the schedule says', () => {
    const fixed = { ...intent, fee: { amount: 77n, asset: '1.3.1' } };
    const [operation] = build(fixed, inputs, keys).operations;
    expect(operation?.[1]).toMatchObject({ fee: { amount: 77, asset_id: '1.3.1' } });
  });
  test('the recorded reference block gives the recorded numbers', () => {
    const request = recorded.exchanges.find(({ request: { id } }) => id === 73)?.request as unknown as {
      params: [string, string, [{ ref_block_num: number; ref_block_prefix: number }]];
    };
    const [{ ref_block_num, ref_block_prefix }] = request.params[2];
    expect(build(intent, inputs, keys)).toMatchObject({ ref_block_num, ref_block_prefix });
  });
});
