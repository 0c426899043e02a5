import { customChain, formatChainTime, mainnet, parseChainTime, testnet } from '../../src/protocol';
import transactions from '../vectors/transactions.json';

const privateChain = '4e4fc2ce5d32dbcaa22e776c8ef9a606e96684287027b44a54e43fa239d7a5fa';

describe('chains', () => {
  it('the main chain has the id that other implementations sign for', () => {
    expect(mainnet.chainId).toBe(transactions.chain_id);
    expect(testnet.prefix).toBe('TEST');
  });

  it('the core assets of the public chains are constants, and no node decides about their decimals', () => {
    expect(mainnet.coreAsset).toEqual({ id: '1.3.0', symbol: 'BTS', precision: 5 });
    expect(testnet.coreAsset).toEqual({ id: '1.3.0', symbol: 'TEST', precision: 5 });
    expect(customChain({ chainId: mainnet.chainId, prefix: 'BTS' }).coreAsset).toEqual(mainnet.coreAsset);
  });

  it('a custom chain is its id and prefix', () => {
    expect(customChain({ chainId: ` ${privateChain.toUpperCase()}\n`, prefix: 'BTS' })).toEqual({
      name: 'custom',
      chainId: privateChain,
      prefix: 'BTS',
      coreSymbol: 'BTS',
      coreAsset: { id: '1.3.0', symbol: null, precision: null },
    });
    expect(customChain({ chainId: privateChain, prefix: 'CBA', coreSymbol: 'CORE' }).coreSymbol).toBe('CORE');
  });

  it.each(['', 'abc', privateChain.slice(1), `${privateChain}0`, `g${privateChain.slice(1)}`, undefined, 5])(
    'the chain id %p is refused',
    (chainId) => {
      expect(() => customChain({ chainId: chainId as string, prefix: 'BTS' })).toThrow(
        expect.objectContaining({ code: 'INVALID_CHAIN', field: 'Chain ID' }),
      );
    },
  );

  it.each(['', 'bts', 'B TS', '1BTS', 'ABCDEFGHIJK', 'BTS-', undefined])(
    'the prefix %p is refused',
    (prefix) => {
      expect(() =>
        customChain({ chainId: privateChain, prefix: prefix as string }, { chainId: 'a', prefix: 'b' }),
      ).toThrow(expect.objectContaining({ code: 'INVALID_CHAIN', field: 'b' }));
    },
  );

  it('a known chain id with another prefix is refused', () => {
    expect(customChain({ chainId: mainnet.chainId, prefix: 'BTS' })).toBe(mainnet);
    expect(() => customChain({ chainId: mainnet.chainId, prefix: 'TEST' })).toThrow(
      expect.objectContaining({ code: 'INVALID_CHAIN', field: 'Address Prefix' }),
    );
  });
});

describe('chain time', () => {
  it.each([
    ['1970-01-01T00:00:00', 0],
    ['2016-04-06T08:29:27', 0x5704c8e7],
    ['2024-02-29T23:59:59', 1709251199],
    ['2106-02-07T06:28:15', 0xffffffff],
  ])('%s is %d seconds, whatever the time zone of the machine', (text, seconds) => {
    expect(parseChainTime(text)).toBe(seconds);
    expect(formatChainTime(seconds)).toBe(text);
  });

  it.each([
    '',
    '2016-04-06',
    '2016-04-06 08:29:27',
    '2016-04-06T08:29:27Z',
    '2016-04-06T08:29:27+01:00',
    '2016-04-06T08:29:27.5',
    '2016-13-06T08:29:27',
    '2016-02-30T08:29:27',
    '2023-02-29T00:00:00',
    '2016-04-06T24:00:00',
    '1969-12-31T23:59:59',
    '2106-02-07T06:28:16',
    undefined,
    1459931367,
  ])('%p is refused', (text) => {
    expect(() => parseChainTime(text as string, 'expiration')).toThrow(
      expect.objectContaining({ code: 'INVALID_TIME', field: 'expiration' }),
    );
  });

  it.each([-1, 1.5, 2 ** 32, NaN])('%p is refused as seconds', (seconds) => {
    expect(() => formatChainTime(seconds)).toThrow(expect.objectContaining({ code: 'INVALID_TIME' }));
  });
});
