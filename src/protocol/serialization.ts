/**
 * Codecs of the wire format. A format is declared once, as data, and used for encoding the node's JSON and for strict
 * decoding: one value has exactly one byte form, and any other is refused with the place where it differs. Rules: fc/io/raw.hpp.
 */
import { BitSharesError } from '../errors';
import { nativeAddressBytes, parseAddress } from './addresses';
import { objectInstance, type ObjectKind } from './ids';
import { PublicKey } from './keys';
import { voteNumber } from './values';
import { ByteReader, ByteWriter, FormatFault, type Codec } from './wire';

/** A codec for a field that may be absent. */
export interface OptionalCodec<T> extends Codec<T | undefined> {
  readonly optional: true;
}

/**
 * The bytes of a value. Errors: INVALID_TRANSACTION whose field is the path inside the value.
 * @param prefix the address prefix of the chain
 */
export function encode(codec: Codec<unknown>, value: unknown, prefix: string): Uint8Array {
  const writer = new ByteWriter(prefix);
  try {
    codec.write(writer, value);
  } catch (error) {
    throw invalidTransaction(error, 'Correct the value and build the transaction again.');
  }
  return writer.result();
}

/** The value of bytes, all of which must be used. Errors: INVALID_TRANSACTION with the path and, in data, the offset. */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array, prefix: string): T {
  const reader = new ByteReader(bytes, prefix);
  try {
    const value = codec.read(reader);
    if (reader.remaining > 0) throw reader.fault(`${reader.remaining} bytes are left over`);
    return value;
  } catch (error) {
    throw invalidTransaction(error, 'Give the bytes exactly as they were signed.');
  }
}

// Containers

/** A byte 1 and the value, or a byte 0. In JSON the field is absent. */
export function optional<T>(inner: Codec<T>): OptionalCodec<T> {
  return {
    optional: true,
    write(writer, value) {
      const present = value !== undefined && value !== null;
      writer.uint8(present ? 1 : 0);
      if (present) inner.write(writer, value);
    },
    read(reader) {
      const start = reader.offset;
      const present = reader.uint8();
      if (present > 1) throw reader.fault('the mark of an optional value must be 0 or 1', start);
      return present === 1 ? inner.read(reader) : undefined;
    },
  };
}

/** A number of elements and the elements. */
export function array<T>(inner: Codec<T>): Codec<T[]> {
  return {
    write(writer, value) {
      const elements = arrayOf(value);
      writer.varint(elements.length);
      elements.forEach((element, index) => within(`[${index}]`, () => inner.write(writer, element)));
    },
    read(reader) {
      const count = reader.count();
      const elements: T[] = [];
      for (let index = 0; index < count; index += 1) {
        elements.push(within(`[${index}]`, () => inner.read(reader)));
      }
      return elements;
    },
  };
}

/** By what the elements of a set are ordered: a number, or bytes compared from the first. */
export type Order = (element: string, prefix: string) => number | bigint | Uint8Array;

/** Object ids are ordered by instance. */
export function byInstance(kind: ObjectKind): Order {
  return (id) => objectInstance(id, kind);
}

/** Public keys are ordered by their native address: in C++ `<` converts them to addresses first. */
export const byAddressOfKey: Order = (key, prefix) => nativeAddressBytes(PublicKey.fromString(key, prefix));

/** Addresses are ordered by their bytes. */
export const byAddress: Order = (text, prefix) => parseAddress(text, prefix);

export const byVote: Order = (vote) => voteNumber(vote);

function compare(left: number | bigint | Uint8Array, right: number | bigint | Uint8Array): number {
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Buffer.compare(left, right);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** A set: the order of the JSON does not matter, the bytes are sorted, nothing appears twice. */
export function flatSet(inner: Codec<string>, order: Order): Codec<string[]> {
  const entries = flatMap(inner, nothing, order);
  return {
    write(writer, value) {
      entries.write(
        writer,
        arrayOf(value).map((element) => [element, undefined]),
      );
    },
    read: (reader) => entries.read(reader).map(([element]) => element),
  };
}

/** A map: pairs in JSON, in the bytes sorted by key, no key twice. */
export function flatMap<T>(key: Codec<string>, content: Codec<T>, order: Order): Codec<[string, T][]> {
  return {
    write(writer, value) {
      const pairs = arrayOf(value).map((pair, index) =>
        within(`[${index}]`, () => {
          const [name, element]: unknown[] = arrayOf(pair);
          if (typeof name !== 'string') throw new FormatFault('this is not text');
          return { index, name, element, rank: order(name, writer.prefix) };
        }),
      );
      pairs.sort((left, right) => compare(left.rank, right.rank));
      writer.varint(pairs.length);
      pairs.forEach(({ index, name, element, rank }, position) =>
        within(`[${index}]`, () => {
          const previous = pairs[position - 1];
          if (previous !== undefined && compare(previous.rank, rank) === 0) {
            throw new FormatFault('the element appears twice');
          }
          key.write(writer, name);
          content.write(writer, element);
        }),
      );
    },
    read(reader) {
      const count = reader.count();
      const pairs: [string, T][] = [];
      let previous: number | bigint | Uint8Array | undefined;
      for (let index = 0; index < count; index += 1) {
        within(`[${index}]`, () => {
          const start = reader.offset;
          const name = key.read(reader);
          const rank = order(name, reader.prefix);
          if (previous !== undefined && compare(previous, rank) >= 0) {
            throw reader.fault('the elements are not sorted, or one appears twice', start);
          }
          previous = rank;
          pairs.push([name, content.read(reader)]);
        });
      }
      return pairs;
    },
  };
}

const nothing: Codec<undefined> = { write: () => undefined, read: () => undefined };

/** The codec of each field of an object type, in the order of the bytes. Optional fields need an optional codec. */
export type FieldCodecs<T> = {
  [K in keyof T]-?: Partial<Pick<T, K>> extends Pick<T, K> ? OptionalCodec<Required<T>[K]> : Codec<T[K]>;
};

/**
 * An object whose fields follow each other. A field that is not declared is refused where it holds something: it would
 * be left out of the bytes in silence. `ignored` names fields that belong to the JSON and not to the bytes.
 */
export function struct<T extends object>(fields: FieldCodecs<T>, ignored: readonly string[] = []): Codec<T> {
  const declared: [string, Codec<unknown>][] = Object.entries<Codec<unknown>>(fields);
  const known = new Set([...declared.map(([name]) => name), ...ignored]);
  return {
    write(writer, value) {
      const object = objectOf(value);
      for (const [name, codec] of declared) within(name, () => codec.write(writer, object[name]));
      for (const name of Object.keys(object)) {
        if (!known.has(name) && !isEmpty(object[name])) {
          within(name, () => {
            throw new FormatFault('the format has no such field');
          });
        }
      }
    },
    read(reader) {
      const object: Record<string, unknown> = {};
      for (const [name, codec] of declared) {
        const content = within(name, () => codec.read(reader));
        if (content !== undefined) object[name] = content;
      }
      // The declared type of `fields` makes the object a T.
      return object as T;
    },
  };
}

/** A container that the JSON may leave out when it is empty. */
export function emptyWhenAbsent<T>(inner: Codec<T>): Codec<T> {
  return {
    write: (writer, value) => inner.write(writer, value ?? []),
    read: (reader) => inner.read(reader),
  };
}

/** `[tag, value]` in JSON, a varint and the value in bytes. Tags without a codec are refused. */
export function staticVariant<T>(
  codecs: ReadonlyMap<number, Codec<T>>,
  describe: (tag: number) => string,
): Codec<[number, T]> {
  const codecOf = (tag: number, offset?: number): Codec<T> => {
    const codec = codecs.get(tag);
    if (codec === undefined) throw new FormatFault(`${describe(tag)} is not supported`, offset);
    return codec;
  };
  return {
    write(writer, value) {
      const [tag, content, ...rest]: unknown[] = arrayOf(value);
      if (typeof tag !== 'number' || !Number.isSafeInteger(tag) || tag < 0 || rest.length > 0) {
        throw new FormatFault('this is not a pair of a type number and a value');
      }
      const codec = codecOf(tag);
      writer.varint(tag);
      within('[1]', () => codec.write(writer, content));
    },
    read(reader) {
      const start = reader.offset;
      const tag = reader.varint();
      const codec = codecOf(tag, start);
      return [tag, within('[1]', () => codec.read(reader))];
    },
  };
}

/** The empty set that every operation reserves for later. Anything in it is unknown here and refused. */
export const futureExtensions: Codec<never[]> = {
  write(writer, value) {
    if (value !== undefined && !(Array.isArray(value) && value.length === 0)) {
      throw new FormatFault('extensions must be empty');
    }
    writer.varint(0);
  },
  read(reader) {
    const start = reader.offset;
    if (reader.varint() !== 0) throw reader.fault('extensions must be empty', start);
    return [];
  },
};

/** Optional fields by number: the count of those present, then number and value of each (libraries/protocol/ext.hpp). */
export function extension<T extends object>(fields: { [K in keyof T]-?: Codec<Required<T>[K]> }): Codec<T> {
  const declared: [string, Codec<unknown>][] = Object.entries<Codec<unknown>>(fields);
  return {
    write(writer, value) {
      const object = isEmpty(value) ? {} : objectOf(value);
      for (const [name, content] of Object.entries(object)) {
        if (!Object.hasOwn(fields, name) && !isEmpty(content))
          throw new FormatFault(`there is no extension ${name}`);
      }
      const present = declared
        .map(([name, codec], number) => ({ name, codec, number, content: object[name] }))
        .filter(({ content }) => content !== undefined && content !== null);
      writer.varint(present.length);
      for (const { name, codec, number, content } of present) {
        writer.varint(number);
        within(name, () => codec.write(writer, content));
      }
    },
    read(reader) {
      const object: Record<string, unknown> = {};
      const count = reader.count();
      let previous = -1;
      for (let index = 0; index < count; index += 1) {
        const start = reader.offset;
        const number = reader.varint();
        const [name, codec] = declared[number] ?? [];
        if (name === undefined || codec === undefined || number <= previous) {
          throw reader.fault('the extension is unknown or out of order', start);
        }
        previous = number;
        object[name] = within(name, () => codec.read(reader));
      }
      return object as T;
    },
  };
}

function arrayOf(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new FormatFault('this is not a list');
  return value;
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FormatFault('this is not an object');
  }
  return value as Readonly<Record<string, unknown>>;
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0)
  );
}

function within<T>(segment: string, inner: () => T): T {
  try {
    return inner();
  } catch (error) {
    const fault = error instanceof BitSharesError ? new FormatFault(error.message) : error;
    if (fault instanceof FormatFault) fault.path.unshift(segment);
    throw fault;
  }
}

function invalidTransaction(error: unknown, fix: string): unknown {
  const fault = error instanceof BitSharesError ? new FormatFault(error.message) : error;
  if (!(fault instanceof FormatFault)) return error;
  const path = fault.path.reduce(
    (text, segment) => (text === '' || segment.startsWith('[') ? text + segment : `${text}.${segment}`),
    '',
  );
  const { message } = fault;
  return new BitSharesError('INVALID_TRANSACTION', {
    message: `${message.charAt(0).toUpperCase()}${message.slice(1)}${fault.offset === undefined ? '' : ` (at byte ${fault.offset})`}`,
    fix,
    ...(path === '' ? {} : { field: path }),
    ...(fault.offset === undefined ? {} : { data: { offset: fault.offset } }),
  });
}
