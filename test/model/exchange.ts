/** The exchange's side of a history: which executions begin where, and what they reported. */
import { isBitSharesError } from '../../src/errors';
import { customChain, type SignedTransaction } from '../../src/protocol';
import type { WithdrawalContext } from '../../src/withdrawals/sending/context';
import { runWithdrawals } from '../../src/withdrawals/sending/runner';
import { broadcastPrepared, withdrawalStatus } from '../../src/withdrawals/sending/settleTransaction';
import type { TransferItem } from '../../src/withdrawals/sending/transferItem';
import type { SettleOrder, WithdrawalOrder } from '../../src/withdrawals/sending/order';
import type { Claim } from './checker';
import { alice, core } from './modelChain';
import { is } from './mutations';
import type { Subject } from './subjects';
import type { Execution, WorkerProcess } from './workerProcess';
import { keys, type World } from './world';

const chain = customChain({ chainId: 'ab'.repeat(32), prefix: 'BTS' });

interface Sending {
  /** How long the execution waits, in seconds. */
  maximumWait: number;
  /** How much later than the first the request says that it was made, in seconds. */
  drift: number;
  prepare?: boolean;
}

export interface Habits {
  /** How often it asks for what it knows of instead of sending again, in per cent. */
  asking: number;
  /** How often it sends everything that it can at once, in per cent. */
  batching: number;
  /** How much of everything such a batch holds, in per cent. */
  part: number;
  /** How much later than the first a request may say that it was made, in seconds. */
  mostDrift: number;
}

export class Exchange {
  readonly started = new Set<Subject>();
  readonly claims: Claim[] = [];
  private readonly prepared: { subject: Subject; transaction: SignedTransaction }[] = [];
  private readonly requestedAt: number;

  constructor(
    private readonly world: World,
    private readonly chosen: Subject[],
    private readonly habits: Habits,
  ) {
    this.requestedAt = world.head.time - world.random.below(300);
  }

  /** Begins what an exchange may do at any moment: send, send several, prepare, broadcast what was prepared, or ask. */
  beginAnything(worker: WorkerProcess): void {
    const { random } = this.world;
    const { asking, batching, part, mostDrift } = this.habits;
    const subject = random.pick(this.chosen);
    const known = this.claims.filter((claim) => claim.subject === subject && claim.item.expiration !== null);
    const prepared = this.prepared.filter((earlier) => earlier.subject === subject);
    if (known.length > 0 && random.chance(asking)) {
      this.ask(worker, subject, random.pick(known).item);
    } else if (prepared.length > 0 && random.chance(25)) {
      this.broadcast(worker, subject, random.pick(prepared).transaction);
    } else {
      const alike = this.chosen.filter(
        (other) =>
          other === subject || (other.mode === subject.mode && (part === 100 || random.chance(part))),
      );
      this.send(worker, random.chance(batching) ? alike : [subject], {
        maximumWait: 30 * random.below(30),
        drift: random.below(mostDrift),
        prepare: subject.mode === 'send' && random.chance(10),
      });
    }
  }

  send(worker: WorkerProcess, subjects: Subject[], { maximumWait, drift, prepare = false }: Sending): void {
    const mode = prepare ? 'prepare' : (subjects[0]?.mode ?? 'send');
    const orders = subjects.map((subject) => this.orderFor(subject, maximumWait, drift));
    if (!prepare) for (const subject of subjects) this.started.add(subject);
    this.begin(worker, subjects, async (context) => {
      const results = await runWithdrawals(orders, context, { mode, refuseBatchOnConflict: true });
      results.forEach(({ item, transaction }, i) => {
        const subject = subjects[i] as Subject;
        if (prepare && transaction !== null) this.prepared.push({ subject, transaction });
        this.claims.push({ subject, item: asClaimed(item) });
      });
    });
  }

  private ask(worker: WorkerProcess, subject: Subject, { expiration }: TransferItem): void {
    this.begin(worker, [subject], async (context) => {
      const order = this.settling(subject, null, Date.parse(String(expiration)) / 1000);
      this.claims.push({ subject, item: await withdrawalStatus(order, context) });
    });
  }

  private broadcast(worker: WorkerProcess, subject: Subject, transaction: SignedTransaction): void {
    this.started.add(subject);
    this.begin(worker, [subject], async (context) => {
      const order = this.settling(subject, transaction, null);
      this.claims.push({ subject, item: await broadcastPrepared(order, context) });
    });
  }

  /** Before anything was signed an execution may fail, but only with a known error. */
  private begin(
    worker: WorkerProcess,
    [subject]: Subject[],
    work: (context: WithdrawalContext) => Promise<void>,
  ): void {
    const { caches } = worker;
    worker.begin(async (execution) => {
      try {
        await work(this.context(execution, caches, subject?.mode === 'propose'));
      } catch (error) {
        if (!isBitSharesError(error)) throw error;
      }
    });
  }

  private orderFor(
    { withdrawalId, amount, fields }: Subject,
    maximumWait: number,
    drift: number,
  ): WithdrawalOrder {
    const { memo = '', fee = null, feeAsset = null } = fields;
    const feeOfNow = is('a fee in another asset, computed at every build')
      ? String(1200n / this.world.head.tokenRate + 1n)
      : fee;
    return {
      request: {
        kind: 'plain',
        withdrawalId,
        requestedAt: Math.min(
          this.requestedAt + drift,
          this.world.head.time + (drift === Infinity ? 0 : 200),
        ),
        to: alice,
        asset: core,
        amount: String(amount),
        memo,
        memoType: 'encrypted',
        receiverMemoKey: null,
        fee: feeAsset === null ? null : feeOfNow,
        feeAsset,
      },
      allowedAssets: [],
      allowedReceivers: [],
      maximumAmount: null,
      payingAccount: null,
      maximumAmounts: [],
      // Here the core asset has no decimals, and the fee token is said to be worth a thousand of it.
      maximumFee: '1000000',
      waitFor: 'irreversible',
      maximumWait,
      maximumAge: 7 * 86_400,
    };
  }

  private settling(
    { withdrawalId }: Subject,
    transaction: SignedTransaction | null,
    expiration: number | null,
  ): SettleOrder {
    const requestedAt = this.requestedAt + this.world.random.below(this.habits.mostDrift);
    const waitFor = this.world.random.pick(['broadcast', 'block', 'irreversible'] as const);
    const maximumWait = this.world.random.chance(50) ? 0 : 30 * this.world.random.below(30);
    return { withdrawalId, requestedAt, transaction, expiration, waitFor, maximumWait };
  }

  private context(
    execution: Execution,
    caches: WithdrawalContext['caches'],
    proposing: boolean,
  ): WithdrawalContext {
    const { world } = this;
    return {
      chain,
      nodes: execution.nodes(() => world.onlyTrusted ?? world.random.pick(world.trusted)),
      clock: execution.clock,
      caches,
      keys: proposing
        ? { account: 'proposer', memoKeys: [keys.proposerMemo], activeKeys: [keys.proposerActive] }
        : { account: 'hot-wallet', memoKeys: [keys.hotMemo], activeKeys: [keys.hotActive] },
      ...(proposing ? { payingAccount: 'vault' } : {}),
    };
  }
}

function asClaimed(item: TransferItem): TransferItem {
  return is('rejected on a failed balance check') && item.nextStep.includes('INSUFFICIENT_BALANCE')
    ? { ...item, outcome: 'rejected', final: true }
    : item;
}
