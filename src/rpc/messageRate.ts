/** How many messages may come in a while, and how many bytes of them. */
import type { Clock } from '../chain/interfaces';

export interface MessageLimits {
  messages: number;
  bytes: number;
}

/** The while over which messages are counted: long enough for the bursts of a node that catches up. */
export const rateWindowMs = 10_000;

/**
 * What nobody asked for: notices without a subscription, answers to no question, values that are no message at all, pings.
 * A node sends none of these; a proxy in front of it may ping every few seconds.
 */
export const unaskedLimits: MessageLimits = { messages: 100, bytes: 1024 * 1024 };

/**
 * Notices of watched objects. A node sends one for each block that changes such an object, of about 500 bytes, and on top
 * those of objects that its probabilistic subscription takes for watched. Live that is one every few seconds; a node that
 * catches up after a pause applies up to some two thousand blocks a second.
 */
export const noticeLimits: MessageLimits = { messages: 20_000, bytes: 16 * 1024 * 1024 };

export class MessageRate {
  private begin: number;
  private messages = 0;
  private bytes = 0;

  constructor(
    private readonly clock: Clock,
    private readonly limits: MessageLimits,
  ) {
    this.begin = clock.now();
  }

  /** Counts a message; false when it is one too many. */
  allows(bytes: number): boolean {
    const elapsed = this.clock.now() - this.begin;
    // Below zero: the clock of this machine was set back.
    if (elapsed >= rateWindowMs || elapsed < 0) {
      this.begin = this.clock.now();
      this.messages = 0;
      this.bytes = 0;
    }
    this.messages += 1;
    this.bytes += bytes;
    return this.messages <= this.limits.messages && this.bytes <= this.limits.bytes;
  }
}
