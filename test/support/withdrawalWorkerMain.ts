/**
 * A worker in a process of its own. Over its IPC channel it is told which nodes and keys it has, the time, and which
 * withdrawals to run; it answers with their outcomes. Its parent kills it whenever it likes.
 */
import '../support/platformWebSocket.cjs';
import type { Clock } from '../../src/chain/interfaces';
import { customChain, PrivateKey } from '../../src/protocol';
import { openNodeClient } from '../../src/rpc/nodeClient';
import type { WithdrawalContext } from '../../src/withdrawals/sending/context';
import { WithdrawalCaches } from '../../src/withdrawals/proof/evidence';
import { runWithdrawals, type RunOptions } from '../../src/withdrawals/sending/runner';
import type { WithdrawalOrder } from '../../src/withdrawals/sending/order';
import type { WithdrawalResult } from '../../src/withdrawals/sending/withdrawal';
import { realClock } from './realClock';

/** What a worker is given when it starts. */
export interface WorkerSettings {
  trustedUrls: string[];
  delayedUrl: string;
  chainId: string;
  account: string;
  memoKey: string;
  activeKey: string;
  payingAccount: string | null;
  /** `driven`: time passes only when the parent says so. `real`: this machine's. */
  clock: 'driven' | 'real';
  /** How far the worker's clock is off, in seconds. */
  clockOffset: number;
}

export type ToWorker =
  | { kind: 'start'; settings: WorkerSettings }
  /** The parent's time in milliseconds, and how often it told one; whoever sleeps wakes up. */
  | { kind: 'time'; tick: number; now: number }
  | { kind: 'run'; run: number; mode: RunOptions['mode']; order: WithdrawalOrder };

export type FromWorker =
  /** One run sleeps until a later tick. */
  | { kind: 'asleep'; tick: number }
  | { kind: 'outcome'; run: number; outcome: WorkerOutcome }
  | { kind: 'failure'; run: number; message: string };

export type WorkerOutcome = Pick<WithdrawalResult, 'item' | 'transaction' | 'proposal'> & {
  /** Code of the conflict, if there is one. */
  conflict: string | null;
};

/** Time is what the parent told last, and a sleep of any length ends at the next tick. */
class DrivenClock implements Clock {
  private tick = 0;
  private time = 0;
  private sleepers: (() => void)[] = [];

  constructor(private readonly offset: number) {}

  now(): number {
    return this.time + this.offset;
  }

  sleep(): Promise<void> {
    tell({ kind: 'asleep', tick: this.tick });
    return new Promise((resolve) => this.sleepers.push(resolve));
  }

  set(tick: number, time: number): void {
    this.tick = tick;
    this.time = time;
    for (const wake of this.sleepers.splice(0)) wake();
  }
}

function tell(message: FromWorker): void {
  process.send?.(message);
}

function contextOf(settings: WorkerSettings, clock: Clock): WithdrawalContext {
  const { chainId, payingAccount } = settings;
  // Deadlines of requests are about this machine, whatever time the chain has. Only the parent may hold an answer back.
  const open = (urls: string[]) =>
    openNodeClient({ urls, chainId, requestTimeout: 600_000 }, { clock: realClock });
  const trusted = open(settings.trustedUrls);
  const delayed = open([settings.delayedUrl]);
  return {
    chain: customChain({ chainId, prefix: 'BTS' }),
    nodes: { trusted: () => trusted.session(), delayed: () => delayed.session() },
    clock,
    caches: new WithdrawalCaches(),
    keys: {
      account: settings.account,
      memoKeys: [PrivateKey.fromWif(settings.memoKey)],
      activeKeys: [PrivateKey.fromWif(settings.activeKey)],
    },
    ...(payingAccount === null ? {} : { payingAccount }),
  };
}

async function work(
  { run, mode, order }: Extract<ToWorker, { kind: 'run' }>,
  context: WithdrawalContext,
): Promise<void> {
  try {
    const [result] = await runWithdrawals([order], context, { mode, refuseBatchOnConflict: true });
    if (result === undefined) throw new Error('no result');
    const { item, transaction, proposal, conflict } = result;
    const outcome = { item, transaction, proposal, conflict: conflict?.code ?? null };
    tell({ kind: 'outcome', run, outcome });
  } catch (error) {
    tell({ kind: 'failure', run, message: String(error) });
  }
}

let context: WithdrawalContext | undefined;
let driven: DrivenClock | undefined;
process.on('message', (message: ToWorker) => {
  if (message.kind === 'time') driven?.set(message.tick, message.now);
  else if (message.kind === 'run' && context !== undefined) void work(message, context);
  else if (message.kind === 'start') {
    const { settings } = message;
    driven = settings.clock === 'driven' ? new DrivenClock(settings.clockOffset * 1000) : undefined;
    context = contextOf(settings, driven ?? realClock);
  }
});
// The parent is gone, so nobody would end this process.
process.on('disconnect', () => process.exit());
