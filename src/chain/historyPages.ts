/**
 * An account's history, page by page, over one connection to a node, backward from the newest operation or forward.
 *
 * A page proves that it belongs to what was read before: it begins with the operation that was read last, whose key and
 * `1.11.x` id must be the same (behind one address there may be two nodes, whose histories count differently, and a node may
 * replace blocks between two questions), and it holds as many operations as were asked for. Every operation concerns the
 * account.
 */
import { BitSharesError, isBitSharesError, rethrow } from '../errors';
import { operationName } from '../protocol/operationTypes';
import { FalseAnswer } from './falseAnswer';
import { inOrder } from './inFlightWindow';
import type { Account, ChainReader, HistoryOperation } from './interfaces';
import { compareKeys, formatKey, keyOf } from './operationKey';
import { isTrouble, PageTrouble, type SequenceRange } from './pageTrouble';
import { statedLimit } from './statedLimit';

/** `api-limit-get-relative-account-history` of a node that was not configured otherwise. */
const usualLimit = 100;
/** Asked for once when there is much to read. More than this in one answer would only cost memory. */
const hopedLimit = 1000;
/** Histories that change under the reader again and again: after this many beginnings the node is at fault. */
const beginningsAllowed = 5;

/** What a connection gives in one answer, once it was learned from it. */
const limits = new WeakMap<object, number>();

export type HistoryNode = Pick<ChainReader, 'endpoint' | 'history' | 'statistics'>;
export type HistoryAccount = Pick<Account, 'id' | 'name' | 'statisticsId'>;

/** An operation and its sequence number in the account's history on the node that was read. */
export type Numbered = readonly [sequence: number, operation: HistoryOperation];

/** The node pruned or replaced blocks between two questions, or has holes: what was asked last has to be asked again. */
export class HistoryChanged extends Error {
  constructor(readonly sequence: number) {
    super(`Operation ${sequence} was counted and is not shown`);
  }
}

/** Another operation is where one was that is known. Sequence numbers of before mean nothing here. */
export class OtherHistory extends HistoryChanged {}

export interface ForwardOptions {
  /** The operation in front of the range, where it is known. */
  known: HistoryOperation | null;
  /** The sequence number of the last operation that was handed over. */
  handedOver: number;
  /** How many pages are asked for at the same time; one after a loss. */
  inFlight: number;
}

export class HistoryPages {
  constructor(
    private readonly node: HistoryNode,
    private readonly account: HistoryAccount,
    /** Outlives the connection where somebody reads on after it was lost. */
    private readonly trouble = new PageTrouble(),
  ) {}

  get endpoint(): string {
    return this.node.endpoint;
  }

  /** One operation. @throws HistoryChanged when the node does not show it, and what the node throws */
  async at(sequence: number): Promise<HistoryOperation> {
    try {
      return await this.one(sequence);
    } catch (error) {
      return rethrow(this.lost({ first: sequence, last: sequence }, sequence - 1, 1, error));
    }
  }

  /**
   * The newest operations, at most `most`, newest first, as far as the node keeps them.
   *
   * @throws HistoryChanged, and what the node throws
   */
  async *newest(most: number): AsyncGenerator<Numbered[]> {
    const { totalOps, removedOps } = await this.node.statistics(this.account.statisticsId, this.account.id);
    yield* this.backward({ first: Math.max(removedOps, totalOps - most) + 1, last: totalOps });
  }

  /**
   * The operations of a range, newest first. It ends early where the node pruned meanwhile.
   *
   * @throws HistoryChanged when the pages do not join, and what the node throws
   */
  async *backward({ first: oldest, last: newest }: SequenceRange): AsyncGenerator<Numbered[]> {
    let known: Numbered | null = null;
    let fewer = Number.POSITIVE_INFINITY;
    for (let next = newest; next >= oldest;) {
      const most = Math.min(fewer, this.most);
      const range = { first: Math.max(oldest, next - this.countOfNew(most, known !== null) + 1), last: next };
      const asked = { first: range.first, last: known?.[0] ?? next };
      const shown = await this.ask(asked, most, (error) => {
        const loss = this.lost(range, newest, 1, error);
        // One is never too much. This way begins with the newest each time, so one by one it may never come to its end.
        if (range.first === range.last) this.trouble.forget();
        return loss;
      });
      if (shown === null) continue;
      if (known !== null) checkSame(known[0], shown[0], known[1]);
      const page = shown.map((operation, i): Numbered => [asked.last - i, operation]);
      const isShort = page.length < countOf(asked);
      if (isShort && !(await this.isPruned(asked, page.length))) {
        fewer = this.fewerThan(most, asked, page.length);
        continue;
      }
      this.trouble.passed(countOf(range));
      known = page.at(-1) ?? null;
      if (asked.last !== next) page.shift();
      yield page;
      if (isShort) return;
      next = range.first - 1;
    }
  }

  /**
   * The operations of a range, oldest first.
   *
   * @throws HistoryChanged when the pages do not join or the node pruned meanwhile, and what the node throws
   */
  async *forward({ first, last }: SequenceRange, options: ForwardOptions): AsyncGenerator<Numbered[]> {
    let { known, handedOver } = options;
    let fewer = Number.POSITIVE_INFINITY;
    for (let next = first; next <= last;) {
      const most = Math.min(fewer, this.most);
      const isHindered = !this.trouble.isOver;
      const inFlight = isHindered ? 1 : options.inFlight;
      let isNoted = false;
      const ranges = this.pagesOf({ first: next, last }, most, known !== null);
      const answers = inOrder(ranges, inFlight, async ({ range, asked }) => {
        const shown = await this.ask(asked, most, (error) => {
          // A page that is lost with its connection takes the others along; the first of them counts.
          if (isNoted) return error;
          isNoted = true;
          return this.lost(range, handedOver, inFlight, error);
        });
        return { range, asked, shown };
      });
      for await (const { range, asked, shown } of answers) {
        // Less is asked for from here on.
        if (shown === null) break;
        const overlaps = asked.first < range.first;
        if (shown.length < countOf(asked)) {
          // Where its oldest is the known one, what it lacks is not what the node had no room for.
          if (overlaps && isSame(shown.at(-1), known)) throw new HistoryChanged(range.first);
          if (await this.isPruned(asked, shown.length)) throw new HistoryChanged(asked.first);
          fewer = this.fewerThan(most, asked, shown.length);
          break;
        }
        const page = shown.reverse().map((operation, i): Numbered => [asked.first + i, operation]);
        if (overlaps) checkSame(asked.first, page.shift()?.[1], known);
        known = page.at(-1)?.[1] ?? known;
        next = range.last + 1;
        handedOver = range.last;
        yield page;
        this.trouble.passed(page.length);
        if (isHindered && this.trouble.isOver) break;
      }
    }
  }

  /** Learns, where there is much to read, whether the node gives more at once than usual. */
  async learnLimit({ first, last }: SequenceRange): Promise<void> {
    if (limits.has(this.node) || !this.trouble.isOver || last - first < 10 * usualLimit) return;
    try {
      await this.node.history(this.account.id, { stop: first, start: first, limit: hopedLimit });
      limits.set(this.node, hopedLimit);
    } catch (error) {
      const range = { first, last: first };
      if (!isBitSharesError(error, 'NODE_ERROR')) rethrow(this.lost(range, first - 1, 1, error));
      limits.set(this.node, Math.min(hopedLimit, statedLimit(error) ?? usualLimit));
    }
  }

  private async one(sequence: number): Promise<HistoryOperation> {
    const range = { stop: sequence, start: sequence, limit: 1 };
    const [operation] = await this.node.history(this.account.id, range);
    if (operation === undefined) throw new HistoryChanged(sequence);
    this.checkConcerned([operation]);
    return operation;
  }

  private get limit(): number {
    return limits.get(this.node) ?? usualLimit;
  }

  /** The most that one answer may hold now, with the operation that is known. */
  private get most(): number {
    return Math.min(this.limit, this.trouble.mostAtOnce);
  }

  /** How many new operations go into a page of `most`, one of which may be known. */
  private countOfNew(most: number, isOneKnown: boolean): number {
    return Math.max(1, isOneKnown ? most - 1 : most);
  }

  /** Pages from `first` on, each with the operation in front of it, the first of them only where that is known. */
  private *pagesOf(
    { first, last }: SequenceRange,
    most: number,
    isKnown: boolean,
  ): Generator<{ range: SequenceRange; asked: SequenceRange }> {
    let overlap = isKnown ? 1 : 0;
    for (let start = first; start <= last; overlap = 1) {
      const end = Math.min(last, start + this.countOfNew(most, overlap === 1) - 1);
      yield { range: { first: start, last: end }, asked: { first: start - overlap, last: end } };
      start = end + 1;
    }
  }

  /** Newest first; null when the node gives less at once, which is learned from its refusal, whatever that says. */
  private async ask(
    { first, last }: SequenceRange,
    most: number,
    lost: (error: unknown) => unknown,
  ): Promise<HistoryOperation[] | null> {
    const limit = last - first + 1;
    try {
      if (limit > most) return [await this.one(last), await this.one(first)];
      const shown = await this.node.history(this.account.id, { stop: first, start: last, limit });
      this.checkConcerned(shown);
      return shown;
    } catch (error) {
      if (!isBitSharesError(error, 'NODE_ERROR')) return rethrow(lost(error));
      if (limit > most || limit === 1) {
        // One is never too much: it was refused for something else, and so may have been what was more.
        limits.delete(this.node);
        return rethrow(error);
      }
      const stated = statedLimit(error);
      const fewer = stated !== null && stated < limit ? stated : Math.floor(limit / 2);
      limits.set(this.node, Math.min(this.limit, fewer));
      return null;
    }
  }

  /** The error of a page that could not be had, which is remembered where the page may be at fault. */
  private lost(range: SequenceRange, handedOver: number, inFlight: number, error: unknown): unknown {
    if (!isTrouble(error)) return error;
    this.trouble.lost(this.endpoint, range, handedOver, inFlight);
    return range.first === range.last ? this.unreadable(range.first, error) : error;
  }

  /** The error when not even a single operation can be read. */
  unreadable(sequence: number, cause: BitSharesError): BitSharesError {
    return new BitSharesError(cause.code, {
      message: `The node ${this.endpoint} does not hand over operation ${sequence} of ${this.account.name}, not even alone. ${cause.message}`,
      fix: 'Nothing is skipped: reading waits there. Use another node if this goes on.',
      data: { sequence },
      cause,
    });
  }

  /**
   * Whether a page of `count` operations is short because the oldest of them were pruned since they were counted.
   *
   * @throws HistoryChanged when the newest are not there any more
   */
  private async isPruned({ first, last }: SequenceRange, count: number): Promise<boolean> {
    const { totalOps, removedOps } = await this.node.statistics(this.account.statisticsId, this.account.id);
    if (totalOps < last) throw new HistoryChanged(last);
    return removedOps >= first && count >= last - Math.min(last, removedOps);
  }

  /** How many to ask for when the node counts operations and gave fewer without a word. */
  private fewerThan(most: number, asked: SequenceRange, given: number): number {
    const fewer = Math.max(1, Math.min(given, Math.floor(countOf(asked) / 2)));
    if (given === 0 || fewer >= most) throw new HistoryChanged(asked.first);
    return fewer;
  }

  /**
   * Refuses operations that do not even mention the account: what concerns an account, by the rule of the node, names it. A
   * node whose history is kept in ElasticSearch answers with operations of other accounts.
   *
   * @throws INVALID_ANSWER
   */
  private checkConcerned(operations: readonly HistoryOperation[]): void {
    const { id, name } = this.account;
    const stranger = operations.find(
      ({ operation, result }) => !mentions(operation, id) && !mentions(result, id),
    );
    if (stranger === undefined) return;
    throw new FalseAnswer({
      endpoint: this.endpoint,
      asked: `get_relative_account_history of ${name} (${id})`,
      answered: `${formatKey(keyOf(stranger))}, a ${operationName(stranger.operation[0])} without that account`,
    });
  }
}

/**
 * Reads again from the beginning when the history changed meanwhile.
 *
 * @throws INVALID_ANSWER when it changes again and again, and what `read` throws
 */
export async function untilUnchanged<T>(
  node: HistoryNode,
  account: HistoryAccount,
  read: () => Promise<T>,
): Promise<T> {
  for (let beginnings = 0; beginnings < beginningsAllowed; beginnings++) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof HistoryChanged)) rethrow(error);
    }
  }
  throw alwaysChanging(node, account);
}

/** The error for a history that does not fit together, however often it is read. */
export function alwaysChanging(node: HistoryNode, account: HistoryAccount): BitSharesError {
  return new BitSharesError('INVALID_ANSWER', {
    message: `The history of ${account.name} on ${node.endpoint} changes while it is read, or has holes`,
    fix: 'Use another node, or replay this one with the account_history plugin.',
  });
}

/** Whether both are the same operation of the same history. */
export function isSame(
  a: HistoryOperation | null | undefined,
  b: HistoryOperation | null | undefined,
): boolean {
  return a?.id === b?.id && (!a || !b ? a === b : compareKeys(keyOf(a), keyOf(b)) === 0);
}

function checkSame(
  sequence: number,
  shown: HistoryOperation | undefined,
  known: HistoryOperation | null,
): void {
  if (!isSame(shown, known)) throw new OtherHistory(sequence);
}

function countOf({ first, last }: SequenceRange): number {
  return last - first + 1;
}

function mentions(value: unknown, id: string): boolean {
  if (typeof value !== 'object' || value === null) return value === id;
  for (const part of Object.values(value)) if (mentions(part, id)) return true;
  return false;
}
