/** The trigger as it is shipped (its class, its credentials, real WebSocket connections) on a strict chain, and an exchange's ledger. */
import { Devchain, type DevchainOptions } from '../../devchain';
import { systemClock } from '../../nodes/shared/clock';
import type { Clock } from '../../src/chain/interfaces';
import { Ledger } from './depositScenario';
import { keysCredentialFor, nodeCredentialFor } from './devchainCredentials';
import { TriggerHost } from './triggerHost';
import { until } from './until';

/** A chain whose head is about as old as a node in sync may be. `exchange`, `alice` and `bob` have money. */
export async function chainOfToday(options: DevchainOptions = {}): Promise<Devchain> {
  const chain = await Devchain.start({
    startTime: Math.floor(Date.now() / 1000) - 30,
    accounts: ['exchange', 'alice', 'bob'].map((name) => ({ name, balances: { BTS: '10000000' } })),
    ...options,
  });
  chain.produceBlock();
  chain.confirm();
  return chain;
}

export interface TriggerOptions {
  parameters?: Record<string, unknown>;
  /** Changes to the node credential, which names the chain's trusted and delayed node. */
  node?: object;
  clock?: Clock;
}

/** What `exchange` receives is written into the ledger. */
export class TriggerOnDevchain {
  readonly ledger = new Ledger();
  readonly host: TriggerHost;

  constructor(
    readonly chain: Devchain,
    { parameters = {}, node = {}, clock = systemClock }: TriggerOptions = {},
  ) {
    this.host = new TriggerHost(clock, {
      consumer: this.ledger.consume,
      // The chain stands still while a test looks at it.
      parameters: { options: { staleAfter: 0 }, ...parameters },
      credentials: {
        bitSharesNodeApi: nodeCredentialFor(chain, node),
        bitSharesKeysApi: keysCredentialFor(chain, 'exchange'),
      },
    });
  }

  /** Makes a block of what was sent, and everything so far irreversible. */
  confirm(): void {
    this.chain.produceBlock();
    this.chain.confirm();
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    const seen = () => [this.host.failures, this.host.delivered().length];
    await until(condition, what, { seen, limitMs: 250_000 });
  }

  async untilDelivered(count: number): Promise<void> {
    await this.until(() => this.host.delivered().length >= count, `${count} deposits arrive`);
  }

  async end(): Promise<void> {
    await this.host.stop();
    this.host.kill();
    await this.chain.stop();
  }
}
