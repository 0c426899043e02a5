/** Sends claims and follows each to its outcome. While nothing is proved of one, the same bytes are sent again. */
import { BlockStore } from '../chain/blocks';
import type { BalanceReader, Broadcaster, ChainReader, Clock } from '../chain/interfaces';
import { asBitSharesError } from '../errors';
import { broadcast } from '../payments/broadcast';
import { follow } from '../payments/follow';
import { isReached, type Waiting } from '../payments/standing';
import type { Chain } from '../protocol';
import { afterAnswer, look, nothingSent, settleClaim, type BuiltClaim, type Sent } from './claimSettlement';

/** One live connection to the trusted node. */
export type ClaimNode = ChainReader & BalanceReader & Broadcaster;

export interface ClaimContext {
  chain: Chain;
  /** The live connection, or a new one: one session, because what one node calls irreversible says nothing about another's blocks. */
  node: () => Promise<ClaimNode>;
  clock: Clock;
  /** Aborts when n8n stops the execution. Nothing is sent after it. */
  signal?: AbortSignal | undefined;
}

/** A transaction that was refused is made anew, this many times. */
const mostRepairs = 3;
/** Between two looks, in milliseconds. */
const pause = 1000;

/**
 * Sends claims and follows each to its outcome; never rejects.
 *
 * @param afterBlock A block that was irreversible before they were built
 * @param repair Asked only about a claim of which the one copy ever sent was refused, so that another transaction cannot be
 *   a second one: gives what is sent in its place, or null where that would be refused as well
 */
export async function sendClaims<Claim extends BuiltClaim>(
  claims: readonly Claim[],
  { waitFor, maximumWait }: Waiting,
  context: ClaimContext,
  afterBlock: number,
  repair: (refused: Claim & { sent: Sent }) => Promise<Claim | null> = () => Promise.resolve(null),
): Promise<(Claim & { sent: Sent })[]> {
  const { chain, clock, signal } = context;
  const until = clock.now() + maximumWait * 1000;
  const blocks = new BlockStore();
  const all = claims.map((claim) => ({ ...claim, sent: nothingSent }));
  const open = () =>
    all.filter((claim) => !settleClaim(claim).final && !isReached(waitFor, claim.sent.standing.at));

  const sendCopy = async (claim: BuiltClaim & { sent: Sent }): Promise<void> => {
    const node = await context.node();
    if (signal?.aborted === true) return;
    claim.sent = afterAnswer(claim.sent, await broadcast(node, claim.transaction));
  };
  const sendFirst = async (i: number, first: Claim & { sent: Sent }): Promise<void> => {
    let claim = first;
    for (let repairs = 0; ; repairs++) {
      await sendCopy(claim);
      if (claim.sent.copies !== 'refused' || repairs === mostRepairs) return;
      const repaired = await repair(claim);
      if (repaired === null) return;
      claim = { ...repaired, sent: nothingSent };
      all[i] = claim;
    }
  };
  await follow(
    {
      async round() {
        // What was never sent needs no look, and what a wallet built expires within half a minute.
        for (const [i, claim] of all.entries()) if (claim.sent.copies === 'none') await sendFirst(i, claim);
        if (open().length === 0) return 0;
        await look(await context.node(), all, afterBlock, chain.prefix, blocks);
        for (const claim of open()) {
          const { at } = claim.sent.standing;
          if (at === 'unseen' || at === 'absent') await sendCopy(claim);
        }
        return pause;
      },
      failed(error) {
        for (const claim of open()) claim.sent = { ...claim.sent, reason: asBitSharesError(error) };
      },
      timeLeft: () => (open().length === 0 ? 0 : until - clock.now()),
    },
    { clock, signal },
  );
  return all;
}
