/** How many operations a node gives in one answer: 100 by default, more where its operator allows it. */
import type { ChainReader } from '../../chain/interfaces';
import { statedLimit } from '../../chain/statedLimit';

/** `api-limit-get-relative-account-history` of a node that was not configured otherwise. */
const usualLimit = 100;
/** Asked once when there is much to read. More than this in one answer would only cost memory. */
const hopedLimit = 1000;

export class PageLimit {
  private learned: number | null = null;

  constructor(
    private readonly reader: Pick<ChainReader, 'history'>,
    private readonly accountId: string,
  ) {}

  /** The page size for reading `count` operations, the first of which has the sequence number `first`. */
  async forBacklog(count: number, first: number): Promise<number> {
    if (count <= 10 * usualLimit || this.learned !== null) return this.learned ?? usualLimit;
    try {
      await this.reader.history(this.accountId, { stop: first, start: first, limit: hopedLimit });
      this.learned = hopedLimit;
    } catch (error) {
      if (!this.learn(error, hopedLimit)) return Promise.reject(error);
    }
    return this.learned ?? usualLimit;
  }

  /** Takes the limit from a node's refusal to give `asked` operations; false when that is not what it refused for. */
  learn(error: unknown, asked: number): boolean {
    const limit = statedLimit(error);
    if (limit === null || limit >= asked) return false;
    this.learned = Math.min(limit, this.learned ?? limit);
    return true;
  }
}
