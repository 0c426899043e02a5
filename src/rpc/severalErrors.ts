/** What to say when none of several addresses can be used. */
import { BitSharesError } from '../errors';

/**
 * One error for several addresses, with the message of each and every piece of advice once. A wrong chain or login needs a
 * person, so its code and advice come before those of mere silence.
 */
export function severalErrors(errors: readonly unknown[], introduction = ''): BitSharesError {
  const known = errors.filter((error): error is BitSharesError => error instanceof BitSharesError);
  const leading = known.find(({ code }) => code === 'WRONG_CHAIN' || code === 'ACCESS_DENIED') ?? known[0];
  const messages = new Set(errors.map((error) => (error as Error).message));
  const fixes = new Set([leading, ...known].map((error) => error?.fix).filter((fix) => fix !== undefined));
  return new BitSharesError(leading?.code ?? 'NODE_UNREACHABLE', {
    message: `${introduction}${[...messages].join('. ')}`,
    ...(fixes.size === 0 ? {} : { fix: [...fixes].join(' ') }),
    ...(leading === undefined ? {} : { data: leading.data }),
  });
}
