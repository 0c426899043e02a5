/**
 * The one walk over the addresses of a node: work begins on the address in use, and begins anew on the next one when that
 * one turns out to be unfit. What one piece of work compares therefore comes over one connection.
 */
import { isBitSharesError, rethrow, type BitSharesError, type ErrorCode } from '../errors';
import type { NodeSession } from './interfaces';

/** A connection, as far as the walk needs it. One that cannot be left is to the only address. */
export type LeavableSession = Pick<NodeSession, 'endpoint'> & Partial<Pick<NodeSession, 'leave'>>;

/** What speaks against the node that gave it, and not against the question. */
const ofUnfitNodes: readonly ErrorCode[] = [
  'ACCESS_DENIED',
  'CONNECTION_LOST',
  'INVALID_ANSWER',
  'NODE_OUT_OF_SYNC',
  'NOT_A_DELAYED_NODE',
  'REQUEST_TIMEOUT',
  'STALE_NODE',
];

/** Whether an error of work on a node speaks against the node; what it refuses, only where the question is known to be right. */
export function speaksAgainstNode(error: unknown): error is BitSharesError {
  return isBitSharesError(error, 'NODE_ERROR', ...ofUnfitNodes);
}

/**
 * Does `work` on a session of the node, and from the beginning on those of its further addresses while they are unfit, each
 * address once. When none of them does better, the error is that of the first.
 *
 * @param work on one session; where it goes on for long, it says so with `lasts`: what spoke against other addresses before is
 *   past then, and all of them count as not tried
 * @param leaving codes of the errors for which an address is left
 */
export async function onFurtherAddresses<Session extends LeavableSession, Result>(
  connect: () => Promise<Session>,
  work: (session: Session, lasts: () => void) => Promise<Result>,
  leaving: readonly ErrorCode[] = ofUnfitNodes,
): Promise<Result> {
  const tried = new Set<string>();
  let refused: BitSharesError | undefined;
  for (;;) {
    const session = await connect().catch((error: unknown) => rethrow(refused ?? error));
    if (refused !== undefined && tried.has(session.endpoint)) throw refused;
    tried.add(session.endpoint);
    const lasts = (): void => {
      refused = undefined;
      tried.clear();
      tried.add(session.endpoint);
    };
    try {
      return await work(session, lasts);
    } catch (error) {
      if (!isBitSharesError(error, ...leaving)) rethrow(error);
      refused ??= error;
      // Where there is no other address, a node that is behind is waited for on the connection that is there.
      if (session.leave?.(error, tried) !== true) throw refused;
    }
  }
}

/**
 * What `look` sees on the first address in which the judge finds no fault, or on the one in use when all have one: then the
 * caller decides what the fault keeps it from.
 */
export async function onFittestAddress<Session extends LeavableSession, Seen>(
  connect: () => Promise<Session>,
  look: (session: Session) => Promise<Seen>,
  faultOf: (seen: Seen) => BitSharesError | null | undefined,
): Promise<Seen> {
  const seenOn = new Map<Session, Seen>();
  const faults = new Set<unknown>();
  try {
    return await onFurtherAddresses(connect, async (session) => {
      const seen = await look(session);
      const fault = faultOf(seen) ?? null;
      if (fault === null) return seen;
      seenOn.set(session, seen);
      faults.add(fault);
      throw fault;
    });
  } catch (error) {
    if (!faults.has(error)) rethrow(error);
    const session = await connect();
    return seenOn.get(session) ?? look(session);
  }
}

/** Gives the session in use, after each new one was judged. What it gives rejects as `judge` and `connect` do. */
export function judgedSession<Session extends LeavableSession>(
  connect: () => Promise<Session>,
  judge: (session: Session) => Promise<void>,
): () => Promise<Session> {
  let judged: Session | undefined;
  return () =>
    onFurtherAddresses(connect, async (session) => {
      if (session !== judged) await judge(session);
      judged = session;
      return session;
    });
}
