/** Objects by id, with every change noted so that it can be taken back (object_database.cpp, undo_database.cpp). */
import type { Json } from '../wire/json';
import { instance } from '../wire/operations';

interface Change {
  table: Table<unknown>;
  key: string;
  before: unknown;
  existed: boolean;
}

/** The changes since one moment, in order, so that they can be taken back. */
export type Session = Change[];

/** Sessions of changes, nested: an operation in a transaction in a block. */
export class UndoLog {
  private readonly sessions: Session[] = [];

  note(change: Change): void {
    const session = this.sessions[this.sessions.length - 1];
    if (session) session.push(change);
  }

  start(): void {
    this.sessions.push([]);
  }

  /** Keeps the innermost session's changes as changes of the session around it. */
  merge(): void {
    const inner = this.sessions.pop();
    const outer = this.sessions[this.sessions.length - 1];
    if (inner && outer) for (const change of inner) outer.push(change);
  }

  /** Takes the innermost session's changes back. */
  undo(): void {
    const session = this.sessions.pop();
    if (session) revert(session);
  }

  /** Ends the innermost session and hands its changes over, to be reverted later. */
  take(): Session {
    return this.sessions.pop() ?? [];
  }

  get depth(): number {
    return this.sessions.length;
  }

  /** The changes of the innermost session so far. */
  get current(): readonly Change[] {
    return this.sessions[this.sessions.length - 1] ?? [];
  }
}

export function revert(session: Session): void {
  for (let i = session.length - 1; i >= 0; i--) {
    const change = session[i] as Change;
    if (change.existed) change.table.restore(change.key, change.before);
    else change.table.forget(change.key);
  }
}

/** The object ids that a session changed. */
export function changedKeys(session: readonly Change[], table: Table<unknown>): Set<string> {
  const keys = new Set<string>();
  for (const change of session) if (change.table === table) keys.add(change.key);
  return keys;
}

/** A map whose changes can be taken back. Values are never changed in place. */
export class Table<V> {
  private readonly map = new Map<string, V>();

  constructor(private readonly undo: UndoLog) {}

  get(key: string): V | undefined {
    return this.map.get(key);
  }

  has(key: string): boolean {
    return this.map.has(key);
  }

  set(key: string, value: V): void {
    this.note(key);
    this.map.set(key, value);
  }

  delete(key: string): void {
    this.note(key);
    this.map.delete(key);
  }

  private note(key: string): void {
    if (this.undo.depth === 0) return;
    this.undo.note({
      table: this as Table<unknown>,
      key,
      before: this.map.get(key),
      existed: this.map.has(key),
    });
  }

  restore(key: string, value: unknown): void {
    this.map.set(key, value as V);
  }

  forget(key: string): void {
    this.map.delete(key);
  }

  get size(): number {
    return this.map.size;
  }

  keys(): IterableIterator<string> {
    return this.map.keys();
  }

  values(): IterableIterator<V> {
    return this.map.values();
  }
}

export type StoredObject = { readonly id: string } & { readonly [field: string]: Json | undefined };

/** The chain's objects by id, with the next instance of each type. Every change goes through the undo log. */
export class ObjectStore {
  readonly undo = new UndoLog();
  readonly objects = new Table<{ readonly id: string }>(this.undo);
  private readonly next = new Table<number>(this.undo);
  private readonly byType = new Map<string, Table<true>>();

  table<V>(): Table<V> {
    return new Table<V>(this.undo);
  }

  find<T extends { id: string }>(id: string): T | undefined {
    return this.objects.get(id) as T | undefined;
  }

  create<T extends { id: string }>(type: string, fields: Omit<T, 'id'>): T {
    const number = this.next.get(type) ?? 0;
    this.next.set(type, number + 1);
    const object = { id: `${type}.${number}`, ...fields } as T;
    this.objects.set(object.id, object);
    this.ofType(type).set(object.id, true);
    return object;
  }

  /** The id that the next object of this type will have. */
  nextId(type: string): string {
    return `${type}.${this.next.get(type) ?? 0}`;
  }

  /** Uses an id up without creating an object. */
  skipId(type: string): void {
    this.next.set(type, (this.next.get(type) ?? 0) + 1);
  }

  modify<T extends { id: string }>(object: T, changes: Partial<T>): T {
    const changed = { ...object, ...changes };
    this.objects.set(object.id, changed);
    return changed;
  }

  /** Replaces an object whole: the way to take a field away. */
  replace<T extends { id: string }>(object: T): T {
    this.objects.set(object.id, object);
    return object;
  }

  remove(id: string): void {
    this.objects.delete(id);
    this.ofType(id.slice(0, id.lastIndexOf('.'))).delete(id);
  }

  private ofType(type: string): Table<true> {
    let table = this.byType.get(type);
    if (!table) {
      table = new Table<true>(this.undo);
      this.byType.set(type, table);
    }
    return table;
  }

  /** Every object of a type, in the order of ids. */
  all<T extends { id: string }>(type: string): T[] {
    const ids = [...this.ofType(type).keys()].sort((a, b) => instance(a) - instance(b));
    return ids.map((id) => this.objects.get(id) as T);
  }

  count(type: string): number {
    return this.ofType(type).size;
  }
}
