import {
  isAccountName,
  isAssetSymbol,
  isObjectId,
  objectId,
  objectInstance,
  parseObjectId,
  validateAccountName,
  validateAssetSymbol,
} from '../../src/protocol';
import fixtures from './fixtures/ids.json';

describe('object ids', () => {
  it.each(fixtures.valid.objectId)('$text is read', ({ text, space, type, instance }) => {
    expect(parseObjectId(text)).toEqual({ space, type, instance: BigInt(instance) });
  });

  it.each(fixtures.invalid.objectId)('%p is refused', (text) => {
    expect(() => parseObjectId(text, 'Account')).toThrow(
      expect.objectContaining({ code: 'INVALID_OBJECT_ID', field: 'Account' }),
    );
    expect(isObjectId(text, 'account')).toBe(false);
  });

  it('an id of another kind is refused', () => {
    expect(objectInstance('1.2.17', 'account')).toBe(17n);
    expect(isObjectId('1.3.0', 'asset')).toBe(true);
    expect(isObjectId('1.3.0', 'account')).toBe(false);
    expect(isObjectId(17, 'account')).toBe(false);
    expect(() => objectInstance('1.3.17', 'account', 'from')).toThrow(
      expect.objectContaining({ code: 'INVALID_OBJECT_ID', field: 'from' }),
    );
  });

  it('an id is built from kind and instance', () => {
    expect(objectId('account', 17n)).toBe('1.2.17');
    expect(objectId('balance', 0)).toBe('1.15.0');
    expect(() => objectId('account', -1n)).toThrow(expect.objectContaining({ code: 'INVALID_OBJECT_ID' }));
    expect(() => objectId('account', 1n << 48n)).toThrow(
      expect.objectContaining({ code: 'INVALID_OBJECT_ID' }),
    );
  });
});

describe('account names', () => {
  it.each(fixtures.valid.accountName)('%p is a name on the chain', (name) => {
    expect(validateAccountName(name)).toBe(name);
    expect(isAccountName(name)).toBe(true);
  });

  it.each(fixtures.invalid.accountName)('%p is refused', (name) => {
    expect(() => validateAccountName(name, 'Account')).toThrow(
      expect.objectContaining({ code: 'INVALID_ACCOUNT', field: 'Account' }),
    );
  });
});

describe('asset symbols', () => {
  it.each(fixtures.valid.assetSymbol)('%p is a symbol on the chain', (symbol) => {
    expect(validateAssetSymbol(symbol)).toBe(symbol);
    expect(isAssetSymbol(symbol)).toBe(true);
  });

  it.each(fixtures.invalid.assetSymbol)('%p is refused', (symbol) => {
    expect(() => validateAssetSymbol(symbol, 'Asset')).toThrow(
      expect.objectContaining({ code: 'INVALID_ASSET', field: 'Asset' }),
    );
  });
});
