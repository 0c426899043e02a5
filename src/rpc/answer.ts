/**
 * Reading answers of a node before they are used: a value of another shape than expected is INVALID_ANSWER with the
 * path to it, never `undefined` somewhere later.
 */
import { BitSharesError, isBitSharesError } from '../errors';
import { parseChainTime } from '../protocol';

export class Answer {
  /** Where it stands is put together only when it is told: answers have thousands of fields. */
  constructor(
    private readonly value: unknown,
    private readonly name: string | number,
    private readonly parent: Answer | null = null,
  ) {}

  get isNull(): boolean {
    return this.value === null || this.value === undefined;
  }

  /** A field of an object; a missing one is null. */
  field(name: string): Answer {
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value))
      throw this.unexpected('an object');
    return new Answer((this.value as Record<string, unknown>)[name], name, this);
  }

  list(): Answer[] {
    if (!Array.isArray(this.value)) throw this.unexpected('a list');
    return this.value.map((element: unknown, index) => new Answer(element, index, this));
  }

  /** A list of exactly `length` elements. */
  tuple(length: number): Answer[] {
    const list = this.list();
    if (list.length !== length) throw this.unexpected(`a list of ${length}`);
    return list;
  }

  pair(): [Answer, Answer] {
    const [first, second] = this.tuple(2);
    return [first as Answer, second as Answer];
  }

  text(pattern?: RegExp): string {
    if (typeof this.value !== 'string' || pattern?.test(this.value) === false) {
      throw this.unexpected(pattern === undefined ? 'a text' : `a text like ${pattern.source}`);
    }
    return this.value;
  }

  /** `space.type.instance` of the given kind, e.g. `1.2`. */
  objectId(kind: string): string {
    const id = this.text(/^\d{1,3}\.\d{1,3}\.\d{1,15}$/);
    if (!id.startsWith(`${kind}.`)) throw this.unexpected(`an id ${kind}.x`);
    return id;
  }

  boolean(): boolean {
    if (typeof this.value !== 'boolean') throw this.unexpected('true or false');
    return this.value;
  }

  /** A whole number that JavaScript holds exactly; the node writes those above 32 bits as text. */
  integer(): number {
    const value =
      typeof this.value === 'string' && /^-?\d{1,16}$/.test(this.value) ? Number(this.value) : this.value;
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw this.unexpected('a whole number');
    return value;
  }

  /** A whole number that is not negative and fits into so many bits. */
  unsigned(bits: number): number {
    const value = this.integer();
    if (value < 0 || value >= 2 ** bits) throw this.unexpected(`a number of ${bits} bits`);
    return value;
  }

  /** A whole number of any size. */
  bigint(): bigint {
    if (typeof this.value === 'number' && Number.isSafeInteger(this.value)) return BigInt(this.value);
    if (typeof this.value === 'string' && /^-?\d{1,40}$/.test(this.value)) return BigInt(this.value);
    throw this.unexpected('a whole number');
  }

  /** A chain time (`2026-11-22T11:45:40`, UTC without a zone) in epoch seconds. */
  time(): number {
    try {
      return parseChainTime(this.text());
    } catch (error) {
      throw isBitSharesError(error, 'INVALID_TIME') ? this.unexpected('a time of the chain') : error;
    }
  }

  /** The raw object, for parts that are only passed on. */
  object(): Record<string, unknown> {
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value))
      throw this.unexpected('an object');
    return this.value as Record<string, unknown>;
  }

  raw(): unknown {
    return this.value;
  }

  private get path(): string {
    if (this.parent === null) return String(this.name);
    return `${this.parent.path}${typeof this.name === 'number' ? `[${this.name}]` : `.${this.name}`}`;
  }

  private unexpected(expected: string): BitSharesError {
    const found = this.value === null ? 'null' : Array.isArray(this.value) ? 'a list' : typeof this.value;
    return new BitSharesError('INVALID_ANSWER', {
      message: `The node answered with something else than expected: ${this.path} should be ${expected}, it is ${found}`,
      fix: 'Check that the address is a BitShares node (witness_node 6 or later) and not another service.',
    });
  }
}
