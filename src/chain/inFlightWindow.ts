/** Several requests in flight, results in order: the way to read pages and blocks at the speed of the connection. */

/**
 * Runs `read` for each of the inputs, at most `width` at a time and never further ahead than that, and yields the results
 * in the order of the inputs. The first failure ends it; results that were already under way are dropped.
 */
export async function* inOrder<Input, Result>(
  inputs: Iterable<Input>,
  width: number,
  read: (input: Input) => Promise<Result>,
): AsyncGenerator<Result> {
  const source = inputs[Symbol.iterator]();
  const window: Promise<Result>[] = [];
  const fill = () => {
    while (window.length < width) {
      const next = source.next();
      if (next.done === true) return;
      const result = read(next.value);
      // The consumer may stop before it looks at this one; its failure must not count as unhandled then.
      result.catch(() => undefined);
      window.push(result);
    }
  };
  for (fill(); window.length > 0; fill()) yield await (window.shift() as Promise<Result>);
}
