/** Lists of which a node gives only a page at once, in the order of a name. */

/**
 * The first `limit` entries from the name `from` on.
 *
 * @param page asks for the first `count` entries from a name on, which is the first of them if there is one of this name
 */
export async function listed<T>(
  from: string,
  { limit, pageLength }: { limit: number; pageLength: number },
  nameOf: (entry: T) => string,
  page: (from: string, count: number) => Promise<T[]>,
): Promise<T[]> {
  const entries: T[] = await page(from, Math.min(limit, pageLength));
  let isMore = entries.length === pageLength;
  while (isMore && entries.length < limit) {
    const last = nameOf(entries.at(-1) as T);
    // The last entry again, and what follows it.
    const count = Math.min(limit - entries.length + 1, pageLength);
    const following = await page(last, count);
    const fresh = following.filter((entry) => nameOf(entry) !== last);
    entries.push(...fresh);
    isMore = following.length === count && fresh.length > 0;
  }
  return entries;
}
