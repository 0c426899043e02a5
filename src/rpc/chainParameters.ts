/**
 * The chain's parameters as one connection showed them: all fees are among them, thirty kilobytes on mainnet, for a question
 * that is asked at each block.
 */
import type { ChainState } from '../chain/interfaces';

/** What comes from the global properties (`2.0.0`). */
export type ChainParameters = Pick<
  ChainState,
  | 'blockInterval'
  | 'fees'
  | 'maintenanceInterval'
  | 'maximumProposalLifetime'
  | 'maximumTimeUntilExpiration'
  | 'maximumTransactionSize'
>;

/** A minute on mainnet. */
const mostBlocks = 20;

type Moment = Pick<ChainState, 'headBlockNumber' | 'lastIrreversibleBlock' | 'nextMaintenanceTime'>;

/**
 * Parameters change at a maintenance and nowhere else (bitshares-core `db_maint.cpp` moves `pending_parameters` in). So what
 * was read stays right until the time of the next maintenance is another one, once the last maintenance is irreversible: before
 * that a fork can still replace it by one with other parameters.
 */
export class KnownParameters {
  private interval: { nextMaintenanceTime: number; firstHead: number } | null = null;
  private settled: { parameters: ChainParameters; head: number } | null = null;

  /** Whether the parameters may still be known: then a state without them is worth asking for. */
  get areSettled(): boolean {
    return this.settled !== null;
  }

  /** Those of the interval in which this state is; null when they have to be read. */
  at({ nextMaintenanceTime, headBlockNumber }: Moment): ChainParameters | null {
    const { interval, settled } = this;
    if (settled === null || interval?.nextMaintenanceTime !== nextMaintenanceTime) return null;
    return headBlockNumber < settled.head + mostBlocks ? settled.parameters : null;
  }

  /** Takes in what came in one answer with the state of that moment. */
  note({ nextMaintenanceTime, headBlockNumber, lastIrreversibleBlock }: Moment, read: ChainParameters): void {
    if (this.interval?.nextMaintenanceTime !== nextMaintenanceTime) {
      this.interval = { nextMaintenanceTime, firstHead: headBlockNumber };
      this.settled = null;
    }
    // The first head that was seen in this interval is behind its maintenance.
    if (lastIrreversibleBlock >= this.interval.firstHead)
      this.settled = { parameters: read, head: headBlockNumber };
  }
}
