/** Long work in short pieces: n8n answers its users and runs executions in the same process, between the pieces. */
import type { Clock } from '../../chain/interfaces';

/**
 * Milliseconds of work after which everything else gets its turn. A collection of garbage may come on top, and all of it
 * together should stay below what a user notices.
 */
const pieceMs = 5;

export class Pacing {
  private worked = 0;

  /** @param clock null works without pauses */
  constructor(private readonly clock: Pick<Clock, 'now' | 'sleep'> | null) {}

  /** Does a piece of work that does not wait for anything, and counts its time. */
  work<Result>(piece: () => Result): Result {
    if (this.clock === null) return piece();
    const start = this.clock.now();
    const result = piece();
    this.worked += this.clock.now() - start;
    return result;
  }

  /** Whether it is time for a pause. Asked apart from taking it, because waiting for nothing costs as well. */
  get isDue(): boolean {
    return this.worked >= pieceMs;
  }

  async pause(): Promise<void> {
    this.worked = 0;
    await this.clock?.sleep(0);
  }
}
