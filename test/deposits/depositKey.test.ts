import { compareKeys, endOfBlock, formatKey, type OperationKey } from '../../src/chain/operationKey';
import fc from 'fast-check';
import { depositIdOf, parseDepositId, parseKey } from '../../src/deposits/reading/depositKey';

const chainId = '4018d7844c78f6a6c41c6a552b898022310fc5dec06da467ee7905a8dad512c8';
const index = fc.integer({ min: 0, max: 2 ** 32 - 2 });
const anyKey: fc.Arbitrary<OperationKey> = fc.record({
  block: index,
  trxInBlock: index,
  opInTrx: index,
  virtualOp: index,
});

describe('the identity of a deposit', () => {
  it('is the beginning of the chain id, the block and the place in it', () => {
    const key = { block: 81234567, trxInBlock: 3, opInTrx: 0, virtualOp: 1 };
    expect(depositIdOf(chainId, key)).toBe('4018d784:81234567:3:0:1');
    expect(parseDepositId('4018d784:81234567:3:0:1', chainId, 'Start Block')).toEqual(key);
  });

  it('every key survives being written and read', () => {
    fc.assert(fc.property(anyKey, (key) => expect(parseKey(formatKey(key))).toEqual(key)));
    expect(parseKey('17:end')).toEqual(endOfBlock(17));
  });

  it('the end of a block lies behind everything in it and before the next block', () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        expect(compareKeys(key, endOfBlock(key.block))).toBeLessThan(0);
        expect(compareKeys(endOfBlock(key.block), { ...key, block: key.block + 1 })).toBeLessThan(0);
      }),
    );
  });

  it.each([
    '',
    '1',
    '1:2:3',
    '1:2:3:4:5',
    '01:0:0:0',
    '-1:0:0:0',
    '1:0:0:x',
    '99999999999:0:0:0',
    '1:4294967295:0:0',
    null,
    5,
  ])('%p is no key', (text) => expect(parseKey(text)).toBeNull());

  it.each(['1.11.5', '4018d784:5:end', '39f5e2ed:81234567:3:0:0', '81234567:3:0:0'])(
    '%s is refused as a depositId of this chain',
    (text) => {
      expect(() => parseDepositId(text, chainId, 'Deliver Again')).toThrow(
        expect.objectContaining({ code: 'INVALID_PARAMETER', field: 'Deliver Again' }),
      );
    },
  );
});
