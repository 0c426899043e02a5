/**
 * The questions that wait for a place on a connection. Many parts of a process share it: what reads a whole history must not
 * keep a payment waiting, nor another reader.
 */
import type { Request } from './request';

/** Questions that come in hundreds, whoever catches up with something. */
const bulk: ReadonlySet<string> = new Set([
  'get_account_history_by_operations',
  'get_block',
  'get_relative_account_history',
]);

/** So many of the others go in front of one of these, at most. */
const othersInARow = 8;

export class WaitingLine {
  private readonly others: Request[] = [];
  /** By asker, who take turns: the one that is first is next. */
  private readonly bulk = new Map<unknown, Request[]>();
  private inARow = 0;

  get isEmpty(): boolean {
    return this.others.length === 0 && this.bulk.size === 0;
  }

  /** @param asker who takes turns with the others; what is asked by one asker stays in order */
  add(request: Request, asker: unknown): void {
    if (!bulk.has(request.method)) this.others.push(request);
    else {
      const waiting = this.bulk.get(asker);
      if (waiting === undefined) this.bulk.set(asker, [request]);
      else waiting.push(request);
    }
  }

  /** Takes the question that is sent next. */
  next(): Request | undefined {
    const mayGoFirst = this.inARow < othersInARow || this.bulk.size === 0;
    const other = mayGoFirst ? this.others.shift() : undefined;
    if (other !== undefined) {
      this.inARow += 1;
      return other;
    }
    this.inARow = 0;
    const [first] = this.bulk;
    if (first === undefined) return undefined;
    const [asker, waiting] = first;
    const request = waiting.shift();
    this.bulk.delete(asker);
    if (waiting.length > 0) this.bulk.set(asker, waiting);
    return request;
  }

  /** Takes all of them. */
  *rest(): Generator<Request> {
    for (let request = this.next(); request !== undefined; request = this.next()) yield request;
  }
}
