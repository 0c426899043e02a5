/** Codecs of single values of the wire format: whole numbers, texts, times, keys and ids. */
import { chainInt64, chainUint64, toBigInt, type ChainInteger } from './amounts';
import { parseAddress } from './addresses';
import { encodeBase58Check } from './base58';
import { objectId, objectInstance, type ObjectKind } from './ids';
import { PublicKey } from './keys';
import { formatChainTime, parseChainTime } from './time';
import { FormatFault, type Codec } from './wire';

// Whole numbers

function integer(value: unknown, smallest: bigint, largest: bigint): bigint {
  if (typeof value !== 'number' && typeof value !== 'string' && typeof value !== 'bigint') {
    throw new FormatFault('this is not a number');
  }
  const number = toBigInt(value);
  if (number < smallest || number > largest) {
    throw new FormatFault(`the number is outside ${smallest} to ${largest}`);
  }
  return number;
}

export const uint8: Codec<number> = {
  write: (writer, value) => writer.uint8(Number(integer(value, 0n, 0xffn))),
  read: (reader) => reader.uint8(),
};

export const uint16: Codec<number> = {
  write: (writer, value) => writer.uint16(Number(integer(value, 0n, 0xffffn))),
  read: (reader) => reader.uint16(),
};

export const uint32: Codec<number> = {
  write: (writer, value) => writer.uint32(Number(integer(value, 0n, 0xffffffffn))),
  read: (reader) => reader.uint32(),
};

export const int64: Codec<ChainInteger> = {
  write: (writer, value) => writer.int64(integer(value, -(1n << 63n), (1n << 63n) - 1n)),
  read: (reader) => chainInt64(reader.int64()),
};

export const uint64: Codec<ChainInteger> = {
  write: (writer, value) => writer.uint64(integer(value, 0n, (1n << 64n) - 1n)),
  read: (reader) => chainUint64(reader.uint64()),
};

/** A varint up to 2^53 - 1. The format allows 64 bits; nothing in it needs more than 48. */
export const varint: Codec<number> = {
  write: (writer, value) => writer.varint(Number(integer(value, 0n, BigInt(Number.MAX_SAFE_INTEGER)))),
  read: (reader) => reader.varint(),
};

export const bool: Codec<boolean> = {
  write(writer, value) {
    if (typeof value !== 'boolean') throw new FormatFault('this is not true or false');
    writer.uint8(value ? 1 : 0);
  },
  read(reader) {
    const start = reader.offset;
    const byte = reader.uint8();
    if (byte > 1) throw reader.fault('true or false must be 1 or 0', start);
    return byte === 1;
  },
};

// Texts and bytes

function hexBytes(value: unknown): Buffer {
  if (typeof value !== 'string' || value.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(value)) {
    throw new FormatFault('this is not hexadecimal text');
  }
  return Buffer.from(value, 'hex');
}

/** A length and that many bytes; hexadecimal text in JSON. */
export const bytes: Codec<string> = {
  write(writer, value) {
    const content = hexBytes(value);
    writer.varint(content.length);
    writer.bytes(content);
  },
  read: (reader) => Buffer.from(reader.bytes(reader.count())).toString('hex'),
};

/** Exactly `length` bytes without a length before them; hexadecimal text in JSON. */
export function fixedBytes(length: number): Codec<string> {
  return {
    write(writer, value) {
      const content = hexBytes(value);
      if (content.length !== length) {
        throw new FormatFault(`${length} bytes are needed and ${content.length} are given`);
      }
      writer.bytes(content);
    },
    read: (reader) => Buffer.from(reader.bytes(length)).toString('hex'),
  };
}

/** A length and that many bytes of UTF-8. */
export const string: Codec<string> = {
  write(writer, value) {
    if (typeof value !== 'string') throw new FormatFault('this is not text');
    const content = Buffer.from(value, 'utf8');
    if (content.toString('utf8') !== value) throw new FormatFault('the text holds half a character');
    writer.varint(content.length);
    writer.bytes(content);
  },
  read(reader) {
    const start = reader.offset;
    const content = Buffer.from(reader.bytes(reader.count()));
    const text = content.toString('utf8');
    if (!Buffer.from(text, 'utf8').equals(content)) throw reader.fault('the text is not UTF-8', start);
    return text;
  },
};

/** Seconds since 1970 in 32 bits; `2016-04-06T08:29:27` in JSON. */
export const time: Codec<string> = {
  write(writer, value) {
    if (typeof value !== 'string') throw new FormatFault('this is not a time');
    writer.uint32(parseChainTime(value));
  },
  read: (reader) => formatChainTime(reader.uint32()),
};

/** 33 bytes; text with the chain's prefix in JSON. */
export const publicKey: Codec<string> = {
  write(writer, value) {
    if (typeof value !== 'string') throw new FormatFault('this is not a public key');
    writer.bytes(PublicKey.fromString(value, writer.prefix).bytes);
  },
  read: (reader) => PublicKey.fromBytes(reader.bytes(33)).toString(reader.prefix),
};

/** 20 bytes; text with the chain's prefix in JSON. */
export const address: Codec<string> = {
  write(writer, value) {
    if (typeof value !== 'string') throw new FormatFault('this is not an address');
    writer.bytes(parseAddress(value, writer.prefix));
  },
  read: (reader) => reader.prefix + encodeBase58Check(reader.bytes(20)),
};

/** The instance as a varint; `1.2.17` in JSON. Space and type follow from the place. */
export function objectIdOf(kind: ObjectKind): Codec<string> {
  return {
    write(writer, value) {
      if (typeof value !== 'string') throw new FormatFault('this is not an object id');
      writer.varint(Number(objectInstance(value, kind)));
    },
    read(reader) {
      const start = reader.offset;
      const instance = reader.varint();
      if (instance >= 2 ** 48) throw reader.fault('the instance of an object has 48 bits', start);
      return objectId(kind, instance);
    },
  };
}

/** 32 bits, the lowest 8 of which are the type; `type:instance` in JSON (libraries/protocol/vote.hpp). */
export const voteId: Codec<string> = {
  write: (writer, value) => writer.uint32(voteNumber(value)),
  read(reader) {
    const content = reader.uint32();
    return `${content & 0xff}:${content >>> 8}`;
  },
};

/** The 32 bits of a vote id. */
export function voteNumber(value: unknown): number {
  const match = typeof value === 'string' ? /^(\d{1,3}):(\d{1,8})$/.exec(value) : null;
  const type = Number(match?.[1]);
  const instance = Number(match?.[2]);
  if (match === null || type > 0xff || instance > 0xffffff) throw new FormatFault('this is not a vote id');
  return instance * 0x100 + type;
}
