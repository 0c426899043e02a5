/** The wire format's building stones: integers, texts, lists, structures and variants (fc, io/raw.hpp). */
import { assertion, at, failure } from './chainError';
import { epoch, isRecord, timeSeconds, timeText, uint64Json } from './json';
import type { Reader, Writer } from './bytes';
import { bytesOf, textOf } from './text';

/**
 * One wire type: how it is written, read, and taken from a client's JSON. A field that is missing in the JSON
 * has its default, as in fc's reflection. Values inside devchain have the JSON's shape, with bigint for int64.
 */
export interface Codec<T> {
  write(writer: Writer, value: T): void;
  read(reader: Reader): T;
  fromJson(json: unknown): T;
  initial(): T;
}

export interface OptionalCodec<T> extends Codec<T | undefined> {
  readonly optional: true;
}

export type Value<C> = C extends Codec<infer T> ? T : never;

type Fields = Record<string, Codec<never> | OptionalCodec<never>>;
type AnyFields = { readonly [name: string]: unknown };
type OptionalKeys<F> = { [K in keyof F]: F[K] extends { readonly optional: true } ? K : never }[keyof F];
type RequiredKeys<F> = Exclude<keyof F, OptionalKeys<F>>;
export type StructValue<F> = { [K in RequiredKeys<F>]: Value<F[K]> } & {
  [K in OptionalKeys<F>]?: F[K] extends OptionalCodec<infer T> ? T : never;
};

function integer(json: unknown, minimum: number, maximum: number): number {
  if (json === undefined || json === null) return 0;
  if (typeof json === 'boolean') return json ? 1 : 0;
  const value = typeof json === 'string' && /^-?\d+$/.test(json) ? Number(json) : json;
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw failure(
      4,
      'parse_error_exception',
      'Parse Error',
      at('string.cpp', 55, 'to_uint64'),
      "Couldn't parse uint64_t",
    );
  }
  if (value < minimum || value > maximum) {
    throw assertion('in range', at('variant.cpp', 417, 'as_uint64'), `${value} does not fit`);
  }
  return value;
}

function wideInteger(json: unknown, minimum: bigint, maximum: bigint, kind: string): bigint {
  if (json === undefined || json === null) return 0n;
  const text =
    typeof json === 'number' || typeof json === 'bigint' || typeof json === 'boolean'
      ? String(Number.isInteger(json) || typeof json === 'bigint' ? json : Number(json))
      : json;
  if (typeof text !== 'string' || !/^-?\d+$/.test(text)) {
    throw failure(
      4,
      'parse_error_exception',
      'Parse Error',
      at('string.cpp', 55, `to_${kind}`),
      `Couldn't parse ${kind}_t`,
    );
  }
  const value = BigInt(text);
  if (value < minimum || value > maximum) {
    throw failure(
      4,
      'parse_error_exception',
      'Parse Error',
      at('string.cpp', 55, `to_${kind}`),
      `Couldn't parse ${kind}_t`,
    );
  }
  return value;
}

export const u8: Codec<number> = {
  write: (w, v) => w.u8(v),
  read: (r) => r.u8(),
  fromJson: (j) => integer(j, 0, 0xff),
  initial: () => 0,
};
export const u16: Codec<number> = {
  write: (w, v) => w.u16(v),
  read: (r) => r.u16(),
  fromJson: (j) => integer(j, 0, 0xffff),
  initial: () => 0,
};
export const u32: Codec<number> = {
  write: (w, v) => w.u32(v),
  read: (r) => r.u32(),
  fromJson: (j) => integer(j, 0, 0xffffffff),
  initial: () => 0,
};
export const i64: Codec<bigint> = {
  write: (w, v) => w.i64(v),
  read: (r) => r.i64(),
  fromJson: (j) => wideInteger(j, -(2n ** 63n), 2n ** 63n - 1n, 'int64'),
  initial: () => 0n,
};
/** Kept in its JSON form (number up to 32 bits, else decimal text), because no rule computes with one. */
export const u64: Codec<number | string> = {
  write: (w, v) => w.u64(BigInt(v)),
  read: (r) => uint64Json(r.u64()),
  fromJson: (j) => uint64Json(wideInteger(j, 0n, 2n ** 64n - 1n, 'uint64')),
  initial: () => 0,
};
export const varint: Codec<number> = {
  write: (w, v) => w.varint(v),
  read: (r) => r.varint(),
  fromJson: (j) => integer(j, 0, 0xffffffff),
  initial: () => 0,
};
export const bool: Codec<boolean> = {
  write: (w, v) => w.u8(v ? 1 : 0),
  read: (r) => r.u8() !== 0,
  fromJson: (j) => j === true || j === 'true' || (typeof j === 'number' && j !== 0),
  initial: () => false,
};
/** Any bytes, not only UTF-8 (see text.ts). */
export const text: Codec<string> = {
  write: (w, v) => {
    const bytes = bytesOf(v);
    w.varint(bytes.length);
    w.bytes(bytes);
  },
  read: (r) => textOf(r.bytes(r.varint())),
  fromJson: (j) => (typeof j === 'string' ? j : j === undefined || j === null ? '' : String(j)),
  initial: () => '',
};
export const time: Codec<string> = {
  write: (w, v) => w.u32(timeSeconds(v)),
  read: (r) => timeText(r.u32()),
  fromJson: (j) => {
    if (j === undefined || j === null) return epoch;
    const seconds = typeof j === 'string' ? Date.parse(/Z$/.test(j) ? j : `${j}Z`) / 1000 : Number.NaN;
    if (!Number.isFinite(seconds)) {
      throw failure(
        0,
        'exception',
        'unspecified',
        at('time.cpp', 77, 'from_iso_string'),
        'unable to convert ISO-formatted string to fc::time_point_sec',
      );
    }
    return timeText(seconds);
  },
  initial: () => epoch,
};

/** Bytes with their length in front; hex in JSON. */
export const hexBytes: Codec<string> = {
  write: (w, v) => {
    w.varint(v.length / 2);
    w.bytes(Buffer.from(v, 'hex'));
  },
  read: (r) => r.bytes(r.varint()).toString('hex'),
  fromJson: (j) => hexText(j),
  initial: () => '',
};

/** Hex text as the node takes it: an invalid character has its own error. */
export function hexText(json: unknown): string {
  if (json === undefined || json === null) return '';
  const value = String(json);
  const wrong = /[^0-9a-fA-F]/.exec(value);
  if (wrong) {
    throw failure(
      0,
      'exception',
      'unspecified',
      at('hex.cpp', 13, 'from_hex'),
      "Invalid hex character '${c}'",
      { c: wrong[0] },
    );
  }
  return value.toLowerCase();
}

export function fixedHex(size: number): Codec<string> {
  return {
    write: (w, v) => w.bytes(Buffer.from(v, 'hex')),
    read: (r) => r.bytes(size).toString('hex'),
    fromJson: (j) =>
      hexText(j)
        .padEnd(size * 2, '0')
        .slice(0, size * 2),
    initial: () => '00'.repeat(size),
  };
}

/** An object id of one space and type; on the wire only its instance. */
export function objectId(prefix: string): Codec<string> {
  return {
    write: (w, v) => w.varint(Number(v.slice(prefix.length + 1))),
    read: (r) => `${prefix}.${r.varint()}`,
    fromJson: (j) => {
      if (j === undefined || j === null) return `${prefix}.0`;
      const id = String(j);
      const place = at('object_id.hpp', 256, 'from_variant');
      const fail = (expression: string, message: string) =>
        assertion(expression, place, message).within('object_id.hpp', 267, 'from_variant', { var: id });
      const parts = id.split('.');
      if (parts.length < 2) throw fail('first_dot != std::string::npos', 'Missing the first dot');
      if (parts.length < 3) throw fail('second_dot != first_dot', 'Missing the second dot');
      if (`${parts[0]}.${parts[1]}` !== prefix || !/^\d+$/.test(parts[2] ?? '') || parts.length > 3) {
        throw fail('space_id and type_id match', `Invalid object id for ${prefix}`);
      }
      return `${prefix}.${Number(parts[2])}`;
    },
    initial: () => `${prefix}.0`,
  };
}

export function optional<T>(inner: Codec<T>): OptionalCodec<T> {
  return {
    optional: true,
    write: (w, v) => {
      w.u8(v === undefined ? 0 : 1);
      if (v !== undefined) inner.write(w, v);
    },
    read: (r) => (r.u8() === 0 ? undefined : inner.read(r)),
    fromJson: (j) => (j === undefined || j === null ? undefined : inner.fromJson(j)),
    initial: () => undefined,
  };
}

export function list<T>(inner: Codec<T>): Codec<T[]> {
  return {
    write: (w, v) => {
      w.varint(v.length);
      for (const item of v) inner.write(w, item);
    },
    read: (r) => Array.from({ length: r.varint() }, () => inner.read(r)),
    fromJson: (j) => (Array.isArray(j) ? j.map((item) => inner.fromJson(item)) : []),
    initial: () => [],
  };
}

/** A flat_set: sorted and without repetition, whatever order the client sent. */
export function sortedSet<T>(inner: Codec<T>, compare: (a: T, b: T) => number): Codec<T[]> {
  const base = list(inner);
  return {
    ...base,
    fromJson: (j) => {
      const items = base.fromJson(j).sort(compare);
      return items.filter((item, index) => index === 0 || compare(items[index - 1] as T, item) !== 0);
    },
  };
}

/** A flat_map of pairs, sorted by key. */
export function sortedMap<K, V>(
  key: Codec<K>,
  value: Codec<V>,
  compare: (a: K, b: K) => number,
): Codec<[K, V][]> {
  return sortedSet(
    {
      write: (w, [k, v]: [K, V]) => {
        key.write(w, k);
        value.write(w, v);
      },
      read: (r): [K, V] => [key.read(r), value.read(r)],
      fromJson: (j): [K, V] => {
        const pair = Array.isArray(j) ? (j as unknown[]) : [];
        return [key.fromJson(pair[0]), value.fromJson(pair[1])];
      },
      initial: (): [K, V] => [key.initial(), value.initial()],
    },
    (a, b) => compare(a[0], b[0]),
  );
}

/** A static_variant: its tag, then the value of that tag; a pair in JSON. */
export function variant<T extends readonly [number, unknown]>(options: {
  readonly [K in T[0]]: Codec<Extract<T, readonly [K, unknown]>[1]>;
}): Codec<T> {
  const codecs = options as Readonly<Record<number, Codec<unknown>>>;
  const codecOf = (tag: number): Codec<unknown> => {
    const codec = codecs[tag];
    if (!codec)
      throw assertion('tag < count', at('static_variant.hpp', 1, 'set_which'), 'no type ${tag}', { tag });
    return codec;
  };
  return {
    write: (w, [tag, value]) => {
      w.varint(tag);
      codecOf(tag).write(w, value);
    },
    read: (r) => {
      const tag = r.varint();
      return [tag, codecOf(tag).read(r)] as unknown as T;
    },
    fromJson: (j) => {
      const pair = Array.isArray(j) ? (j as unknown[]) : [];
      const tag = integer(pair[0], 0, 0xffffffff);
      return [tag, codecOf(tag).fromJson(pair[1])] as unknown as T;
    },
    initial: () => [0, codecOf(0).initial()] as unknown as T,
  };
}

export function struct<F extends AnyFields>(fields: F): Codec<StructValue<F>> {
  const names = Object.keys(fields);
  const codecs = fields as unknown as Fields;
  const codecOf = (name: string) => codecs[name] as unknown as Codec<unknown>;
  const build = (make: (name: string) => unknown): StructValue<F> => {
    const result: Record<string, unknown> = {};
    for (const name of names) {
      const value = make(name);
      if (value !== undefined) result[name] = value;
    }
    return result as StructValue<F>;
  };
  return {
    write: (w, v) => {
      const record = v as Record<string, unknown>;
      for (const name of names) codecOf(name).write(w, record[name]);
    },
    read: (r) => build((name) => codecOf(name).read(r)),
    fromJson: (j) => {
      const record = isRecord(j) ? j : {};
      return build((name) => codecOf(name).fromJson(record[name]));
    },
    initial: () => build((name) => codecOf(name).initial()),
  };
}

/** future_extensions: an empty set on the wire, `[]` in JSON. */
export const noExtensions: Codec<never[]> = {
  write: (w) => w.varint(0),
  read: (r) => {
    if (r.varint() !== 0) throw new RangeError('an extension that devchain does not know');
    return [];
  },
  fromJson: (j) => {
    if (Array.isArray(j) && j.length > 0)
      throw assertion('extensions.empty()', at('types.hpp', 1, 'from_variant'), 'unknown extension');
    return [];
  },
  initial: () => [],
};

/** extension<T> with none of its fields set: a count of zero on the wire, `{}` in JSON. */
export const emptyExtension: Codec<Record<string, never>> = {
  write: (w) => w.varint(0),
  read: (r) => {
    if (r.varint() !== 0) throw new RangeError('an extension that devchain does not know');
    return {};
  },
  fromJson: (j) => {
    if (isRecord(j) && Object.keys(j).length > 0)
      throw assertion('extensions.empty()', at('ext.hpp', 1, 'from_variant'), 'unknown extension');
    return {};
  },
  initial: () => ({}),
};
