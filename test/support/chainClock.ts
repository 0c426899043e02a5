/** The clock of tests against devchain that wait for blocks: chain time and this clock are one. */
import type { Devchain } from '../../devchain';
import type { Clock } from '../../src/chain/interfaces';

/** Sleeping, however long, makes blocks: one, or as many as were asked for. */
export class ChainClock implements Clock {
  /** Called whenever somebody sleeps, before the block is made. */
  onTick: (() => void) | undefined;

  constructor(
    private readonly chain: Devchain,
    private readonly blocksPerSleep = 1,
  ) {}

  now(): number {
    return this.chain.head.seconds * 1000;
  }

  async sleep(): Promise<void> {
    this.onTick?.();
    this.chain.produceBlocks(this.blocksPerSleep);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
