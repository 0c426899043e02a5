/** The chains that can be used, and what tells them apart. */
import { BitSharesError } from '../errors';
import { labels } from '../labels';

/** Asset `1.3.0`, with which fees are paid. */
export interface CoreAsset {
  id: '1.3.0';
  /** Null where it is not known: only a node can say. */
  symbol: string | null;
  /** Decimals. Null where it is not known. */
  precision: number | null;
}

export interface Chain {
  /** The name that users see. */
  name: string;
  /** 64 hexadecimal digits. Every signature covers it. */
  chainId: string;
  /** What public keys and addresses start with. */
  prefix: string;
  /** The symbol of asset 1.3.0. Only shown; assets are matched by id. */
  coreSymbol: string;
  /**
   * What a node must say of it. On the public chains it cannot change while any of it exists, and some always does
   * (bitshares-core `asset_evaluator.cpp`: the precision of an asset changes only while its supply is zero).
   */
  coreAsset: CoreAsset;
}

/** The BitShares main chain. */
export const mainnet: Chain = {
  name: 'mainnet',
  chainId: '4018d7844c78f6a6c41c6a552b898022310fc5dec06da467ee7905a8dad512c8',
  prefix: 'BTS',
  coreSymbol: 'BTS',
  coreAsset: { id: '1.3.0', symbol: 'BTS', precision: 5 },
};

/** The public BitShares test chain. */
export const testnet: Chain = {
  name: 'testnet',
  chainId: '39f5e2ede1f8bc1a3a54a7914414e3779e33193f1f5693510e73cb7a87617447',
  prefix: 'TEST',
  coreSymbol: 'TEST',
  coreAsset: { id: '1.3.0', symbol: 'TEST', precision: 5 },
};

/** The core asset of the chain with this id: constants of the public chains, unknown symbol and precision elsewhere. */
export function coreAssetOf(chainId: string): CoreAsset {
  const known = [mainnet, testnet].find((chain) => chain.chainId === chainId);
  return known?.coreAsset ?? { id: '1.3.0', symbol: null, precision: null };
}

/** What describes a private or other chain. The core symbol is the prefix where none is given. */
export interface CustomChainParts {
  chainId: string;
  prefix: string;
  coreSymbol?: string;
}

/** The names of the fields in which a user gave the parts of a chain. */
export interface CustomChainFields {
  chainId: string;
  prefix: string;
}

/**
 * A chain from its id and address prefix. Errors: INVALID_CHAIN for a malformed id or prefix, and for a known chain id
 * with another prefix, which would make every key unreadable.
 */
export function customChain(
  parts: CustomChainParts,
  fields: CustomChainFields = { chainId: labels.chainId, prefix: labels.addressPrefix },
): Chain {
  const chainId = typeof parts.chainId === 'string' ? parts.chainId.trim().toLowerCase() : '';
  if (!/^[0-9a-f]{64}$/.test(chainId)) {
    throw new BitSharesError('INVALID_CHAIN', {
      message: 'A chain id has 64 hexadecimal digits',
      fix: 'Ask the node for it: get_chain_id.',
      field: fields.chainId,
    });
  }
  const prefix = typeof parts.prefix === 'string' ? parts.prefix.trim() : '';
  if (!/^[A-Z][A-Z0-9]{0,9}$/.test(prefix)) {
    throw new BitSharesError('INVALID_CHAIN', {
      message: 'An address prefix has 1 to 10 characters: capital letters and digits',
      fix: 'Use what public keys of the chain start with, such as BTS.',
      field: fields.prefix,
    });
  }
  const known = [mainnet, testnet].find((chain) => chain.chainId === chainId);
  if (known !== undefined) {
    if (known.prefix !== prefix) {
      throw new BitSharesError('INVALID_CHAIN', {
        message: `The chain id is that of ${known.name}, whose prefix is ${known.prefix}`,
        fix: `Choose ${known.name}, or correct the prefix.`,
        field: fields.prefix,
      });
    }
    return known;
  }
  return {
    name: 'custom',
    chainId,
    prefix,
    coreSymbol: parts.coreSymbol ?? prefix,
    coreAsset: coreAssetOf(chainId),
  };
}
