/** Questions to a node about many withdrawals, so many at a time. */
import { rethrow } from '../../errors';

const together = 64;

/** A few at a time, in order. When it rejects nothing of it runs any more: late work would write into the next round. */
export async function inGroups<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let i = 0; i < items.length; i += together) {
    const ended = await Promise.allSettled(items.slice(i, i + together).map(work));
    for (const result of ended) if (result.status === 'rejected') rethrow(result.reason);
  }
}
