/** The error of what must fail. Anything but an error of ours is thrown on. */
import { BitSharesError } from '../../src/errors';

function ours(error: unknown): BitSharesError {
  if (error instanceof BitSharesError) return error;
  throw error;
}

export function errorOf(action: () => unknown): BitSharesError {
  try {
    action();
  } catch (error) {
    return ours(error);
  }
  throw new Error('it did not fail');
}

export async function failure(work: Promise<unknown>): Promise<BitSharesError> {
  return work.then(() => {
    throw new Error('it did not fail');
  }, ours);
}
