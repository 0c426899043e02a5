import fc from 'fast-check';
import {
  decodeSignedTransaction,
  decodeTransaction,
  encodeSignedTransaction,
  encodeTransaction,
  PrivateKey,
  type Transaction,
} from '../../src/protocol';
import fixtures from './fixtures/malformedTransactions.json';
import { decode, encode } from '../../src/protocol/serialization';
import { string, varint, voteId } from '../../src/protocol/values';
import { errorOf } from '../support/failure';

const bytesOf = (text: string): Buffer => Buffer.from(fixtures.head + text.replaceAll(' ', ''), 'hex');

const transfer = {
  fee: { amount: 48260, asset_id: '1.3.0' },
  from: '1.2.100',
  to: '1.2.90742',
  amount: { amount: 100000, asset_id: '1.3.0' },
  extensions: [],
};
const transaction = (operations: unknown[]): Transaction => ({
  ref_block_num: 58580,
  ref_block_prefix: 2618414547,
  expiration: '2019-05-02T11:05:25',
  operations: operations as Transaction['operations'],
  extensions: [],
});

describe('strict decoding', () => {
  it.each(fixtures.valid)('$title is read and written again as the same bytes', ({ bytes }) => {
    const raw = bytesOf(bytes);
    expect(Buffer.from(encodeTransaction(decodeTransaction(raw, 'BTS'), 'BTS')).toString('hex')).toBe(
      raw.toString('hex'),
    );
  });

  it('a transfer is read as the JSON of the node', () => {
    expect(decodeTransaction(bytesOf(fixtures.valid[0]?.bytes ?? ''), 'BTS')).toStrictEqual(
      transaction([[0, transfer]]),
    );
  });

  it('an account update is read with its extensions', () => {
    const operation = decodeTransaction(bytesOf(fixtures.valid[5]?.bytes ?? ''), 'BTS').operations[0];
    expect(operation).toStrictEqual([
      6,
      {
        fee: { amount: 0, asset_id: '1.3.0' },
        account: '1.2.1',
        extensions: {
          null_ext: {},
          owner_special_authority: [0, {}],
          active_special_authority: [1, { asset: '1.3.4', num_top_holders: 10 }],
        },
      },
    ]);
  });

  it.each(fixtures.invalid)('$title is refused, with its place', ({ bytes, field, offset }) => {
    const error = errorOf(() => decodeTransaction(bytesOf(bytes), 'BTS'));
    expect({ code: error.code, field: error.field, data: error.data }).toEqual({
      code: 'INVALID_TRANSACTION',
      field,
      data: { offset },
    });
  });

  it('random bytes give a transaction that writes the same bytes, or a clean refusal', () => {
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .tuple(fc.constantFrom(0, 6, 14, 22, 23, 24, 35, 37, 38), fc.uint8Array({ maxLength: 120 }))
        .map(([type, rest]) => Uint8Array.from([...Buffer.from(fixtures.head, 'hex'), 1, type, ...rest])),
      fc
        .array(fc.nat({ max: 3 }), { maxLength: 200 })
        .map((rest) => Uint8Array.from([...Buffer.from(fixtures.head, 'hex'), ...rest])),
    );
    fc.assert(
      fc.property(body, (bytes) => {
        for (const [read, write] of [
          [decodeTransaction, encodeTransaction],
          [decodeSignedTransaction, encodeSignedTransaction],
        ] as const) {
          let value;
          try {
            value = read(bytes, 'BTS');
          } catch (error) {
            expect(error).toMatchObject({ code: 'INVALID_TRANSACTION' });
            continue;
          }
          expect(Buffer.from(write(value as never, 'BTS'))).toEqual(Buffer.from(bytes));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('one changed byte of a transaction is never read as the same transaction', () => {
    const raw = bytesOf(fixtures.valid[2]?.bytes ?? '');
    const original = decodeTransaction(raw, 'BTS');
    fc.assert(
      fc.property(fc.nat({ max: raw.length - 1 }), fc.integer({ min: 1, max: 255 }), (index, difference) => {
        const changed = Buffer.from(raw);
        changed.writeUInt8((changed.readUInt8(index) ^ difference) & 0xff, index);
        let value;
        try {
          value = decodeTransaction(changed, 'BTS');
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID_TRANSACTION' });
          return;
        }
        expect(value).not.toEqual(original);
      }),
    );
  });

  it('operations that contain each other without end are refused before the stack is full', () => {
    const level = Buffer.from('160000000000000000000000000000010000', 'hex').subarray(0, 16);
    const bytes = Buffer.concat([
      Buffer.from(`${fixtures.head}01`, 'hex'),
      ...Array.from({ length: 5000 }, () => level),
    ]);
    expect(errorOf(() => decodeTransaction(bytes, 'BTS')).message).toContain('nested too deeply');
    let operation: unknown = [0, transfer];
    for (let depth = 0; depth < 5000; depth += 1) {
      operation = [
        22,
        {
          fee: transfer.fee,
          fee_paying_account: '1.2.0',
          expiration_time: '1970-01-01T00:00:00',
          proposed_ops: [{ op: operation }],
          extensions: [],
        },
      ];
    }
    expect(errorOf(() => encodeTransaction(transaction([operation]), 'BTS')).message).toContain(
      'nested too deeply',
    );
  });
});

describe('encoding', () => {
  const at = (change: object): unknown[] => [[0, { ...transfer, ...change }]];

  it.each([
    ['an account id of another kind', at({ from: '1.3.100' }), 'operations[0][1].from'],
    ['a name instead of an id', at({ to: 'bob' }), 'operations[0][1].to'],
    ['a missing field', at({ to: undefined }), 'operations[0][1].to'],
    ['a field that the format does not have', at({ Memo: { text: 'x' } }), 'operations[0][1].Memo'],
    [
      'a field inside a field that the format does not have',
      at({ fee: { amount: 1, asset_id: '1.3.0', symbol: 'BTS' } }),
      'operations[0][1].fee.symbol',
    ],
    [
      'an amount above 64 bits',
      at({ amount: { amount: '9223372036854775808', asset_id: '1.3.0' } }),
      'operations[0][1].amount.amount',
    ],
    [
      'an amount with decimals',
      at({ amount: { amount: 1.5, asset_id: '1.3.0' } }),
      'operations[0][1].amount.amount',
    ],
    [
      'an amount that lost digits',
      at({ amount: { amount: 2 ** 60, asset_id: '1.3.0' } }),
      'operations[0][1].amount.amount',
    ],
    [
      'an amount of no type',
      at({ amount: { amount: null, asset_id: '1.3.0' } }),
      'operations[0][1].amount.amount',
    ],
    ['an extension', at({ extensions: [1] }), 'operations[0][1].extensions'],
    [
      'a memo of another chain',
      at({
        memo: {
          from: 'TEST6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV',
          to: '',
          nonce: 1,
          message: '',
        },
      }),
      'operations[0][1].memo.from',
    ],
    ['an operation without a wire format here', [[5, {}]], 'operations[0]'],
    ['an operation that is not a pair', [{ type: 0 }], 'operations[0]'],
    ['an operation with a third element', [[0, transfer, 1]], 'operations[0]'],
    ['an operation number as text', [['0', transfer]], 'operations[0]'],
    [
      'the second of two operations',
      [
        [0, transfer],
        [0, null],
      ],
      'operations[1][1]',
    ],
    [
      'an account twice',
      [[35, { fee: transfer.fee, payer: '1.2.0', required_auths: ['1.2.5', '1.2.5'], id: 1, data: '' }]],
      'operations[0][1].required_auths[1]',
    ],
    [
      'a number above 16 bits',
      [[35, { fee: transfer.fee, payer: '1.2.0', required_auths: [], id: 65536, data: '' }]],
      'operations[0][1].id',
    ],
    [
      'half a byte',
      [[35, { fee: transfer.fee, payer: '1.2.0', required_auths: [], id: 1, data: 'abc' }]],
      'operations[0][1].data',
    ],
  ])('%s is refused, with its path', (_title, operations, field) => {
    const error = errorOf(() => encodeTransaction(transaction(operations), 'BTS'));
    expect({ code: error.code, field: error.field }).toEqual({ code: 'INVALID_TRANSACTION', field });
    expect(error.fix).toBeTruthy();
  });

  it.each([
    [{ ref_block_num: 65536 }, 'ref_block_num'],
    [{ ref_block_prefix: -1 }, 'ref_block_prefix'],
    [{ expiration: '2019-05-02T11:05:25Z' }, 'expiration'],
    [{ operations: null }, 'operations'],
    [{ extensions: [[0, {}]] }, 'extensions'],
    [{ operation: [], memo: 'x' }, 'memo'],
  ])('a transaction with %p is refused', (change, field) => {
    const error = errorOf(() => encodeTransaction({ ...transaction([]), ...(change as object) }, 'BTS'));
    expect({ code: error.code, field: error.field }).toEqual({ code: 'INVALID_TRANSACTION', field });
  });

  it('a value that is no object is refused', () => {
    for (const value of [null, undefined, [], 'x', 5]) {
      expect(errorOf(() => encodeTransaction(value as never, 'BTS')).code).toBe('INVALID_TRANSACTION');
    }
  });

  it('sets are sorted in the bytes, whatever their order in the JSON', () => {
    const custom = (auths: string[]): Uint8Array =>
      encodeTransaction(
        transaction([[35, { fee: transfer.fee, payer: '1.2.0', required_auths: auths, id: 1, data: '' }]]),
        'BTS',
      );
    expect(custom(['1.2.300', '1.2.5', '1.2.40'])).toEqual(custom(['1.2.5', '1.2.40', '1.2.300']));
  });

  it('keys of an authority are sorted by address and not by bytes', () => {
    // The order is that of a real update that a node signed and accepted (see transactions.test.ts for its signature).
    const keys: [string, number][] = [
      ['BTS53gdc61cYC7naoQn5LuP1xZEd9HMwHk2QYYVqtBJAUi7joNaSK', 1],
      ['BTS7x5qt7TjsBDcCpPT8VrKhjyx2SavHuqqMaTzs3Wo3F8UjP9rNy', 1],
    ];
    const update = (order: [string, number][]): Transaction =>
      transaction([
        [
          6,
          {
            fee: transfer.fee,
            account: '1.2.23',
            active: { weight_threshold: 2, account_auths: [], key_auths: order, address_auths: [] },
            extensions: {},
          },
        ],
      ]);
    const bytes = encodeTransaction(update(keys), 'BTS');
    expect(encodeTransaction(update([...keys].reverse()), 'BTS')).toEqual(bytes);
    expect(decodeTransaction(bytes, 'BTS').operations[0]?.[1]).toMatchObject({
      active: { key_auths: [...keys].reverse() },
    });
  });

  it('every transfer survives the way to bytes and back', () => {
    const id = (kind: string): fc.Arbitrary<string> => fc.nat().map((instance) => `${kind}.${instance}`);
    const amount = fc.record({
      amount: fc
        .bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n })
        .map((raw) => (raw >= -(1n << 31n) && raw < 1n << 31n ? Number(raw) : raw.toString())),
      asset_id: id('1.3'),
    });
    const key = fc
      .constantFrom('a', 'b', 'c')
      .map((seed) => PrivateKey.fromSeed(seed).publicKey.toString('BTS'));
    const memo = fc.record({
      from: key,
      to: key,
      nonce: fc
        .bigInt({ min: 0n, max: (1n << 64n) - 1n })
        .map((raw) => (raw <= 0xffffffffn ? Number(raw) : raw.toString())),
      message: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('hex')),
    });
    const operation = fc.record(
      { fee: amount, from: id('1.2'), to: id('1.2'), amount, memo, extensions: fc.constant([]) },
      { requiredKeys: ['fee', 'from', 'to', 'amount', 'extensions'] },
    );
    fc.assert(
      fc.property(
        fc.array(operation, { maxLength: 4 }),
        fc.integer({ min: 0, max: 0xffff }),
        (operations, number) => {
          const value = {
            ...transaction(operations.map((fields) => [0, { ...fields }])),
            ref_block_num: number,
          };
          expect(decodeTransaction(encodeTransaction(value, 'BTS'), 'BTS')).toEqual(value);
        },
      ),
    );
  });
});

describe('values that no operation here uses alone', () => {
  it.each([
    ['00', ''],
    ['0361c3a9', 'aé'],
  ])('the text in %s is %p', (hex, text) => {
    expect(decode(string, Buffer.from(hex, 'hex'), 'BTS')).toBe(text);
    expect(Buffer.from(encode(string, text, 'BTS')).toString('hex')).toBe(hex);
  });

  it('text that is not UTF-8 is refused', () => {
    expect(errorOf(() => decode(string, Buffer.from('01ff', 'hex'), 'BTS')).data).toEqual({ offset: 0 });
    expect(errorOf(() => encode(string, '\ud800', 'BTS')).code).toBe('INVALID_TRANSACTION');
  });

  it.each([
    ['00', 0],
    ['7f', 127],
    ['8001', 128],
    ['ff7f', 16383],
    ['ffffffffffffff0f', 2 ** 53 - 1],
  ])('the varint %s is %d', (hex, value) => {
    expect(decode(varint, Buffer.from(hex, 'hex'), 'BTS')).toBe(value);
    expect(Buffer.from(encode(varint, value, 'BTS')).toString('hex')).toBe(hex);
  });

  it('a varint above 2^53 - 1 is refused', () => {
    for (const hex of ['8080808080808010', 'ffffffffffffffff7f', `${'ff'.repeat(40)}01`]) {
      expect(errorOf(() => decode(varint, Buffer.from(hex, 'hex'), 'BTS')).data).toEqual({ offset: 0 });
    }
  });

  it('a vote is its type in the low byte and its instance above', () => {
    expect(Buffer.from(encode(voteId, '1:513', 'BTS')).toString('hex')).toBe('01010200');
    expect(decode(voteId, Buffer.from('01010200', 'hex'), 'BTS')).toBe('1:513');
    for (const value of ['256:1', '1:16777216', '1', '1:2:3', 'x', 5]) {
      expect(errorOf(() => encode(voteId, value, 'BTS')).code).toBe('INVALID_TRANSACTION');
    }
  });
});
