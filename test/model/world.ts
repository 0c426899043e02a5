/** The model's world: the main chain, its nodes, and what happens to them. Every choice comes from one seeded source. */
import { PrivateKey, referenceBlock, type Operation, type SignedTransaction } from '../../src/protocol';
import {
  alice,
  blockInterval,
  core,
  firstBlockTime,
  hotWallet,
  makeBlock,
  proposer,
  timeText,
  vault,
  type ModelBlock,
  type ModelState,
  type OutsideChange,
} from './modelChain';
import { ModelNode, type ModelAccounts } from './modelNode';

export class Random {
  constructor(private state: number) {}

  /** 0 <= n < limit */
  below(limit: number): number {
    // mulberry32
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }
}

const key = (text: string): PrivateKey => PrivateKey.fromSeed(text);
export const keys = {
  hotMemo: key('hot memo'),
  hotActive: key('hot active'),
  proposerMemo: key('proposer memo'),
  proposerActive: key('proposer active'),
  vault: [key('vault 1'), key('vault 2')],
  alice: [key('alice 1'), key('alice 2')],
};
const text = (privateKey: PrivateKey): string => privateKey.publicKey.toString('BTS');
export const aliceMemoKeys = keys.alice.map(text);

export const accounts: ModelAccounts = {
  activeKeys: new Map([
    [hotWallet, [text(keys.hotActive)]],
    [vault, keys.vault.map(text)],
    [proposer, [text(keys.proposerActive)]],
    [alice, [text(keys.alice[0] as PrivateKey)]],
  ]),
  memoKeys: new Map([
    [hotWallet, text(keys.hotMemo)],
    [proposer, text(keys.proposerMemo)],
    [vault, text(keys.proposerMemo)],
    [alice, aliceMemoKeys[0] ?? ''],
  ]),
};

export class World {
  main: ModelBlock[] = [];
  pool: SignedTransaction[] = [];
  readonly trusted = [new ModelNode('trusted 1'), new ModelNode('trusted 2')];
  readonly delayed = new ModelNode('delayed');
  /** Wall time in seconds: it passes with the slots, filled or not. */
  time: number;
  /** The one trusted node that everybody asks now. */
  onlyTrusted: ModelNode | null = null;
  /** How many answers about distant blocks are very late, in per cent; a node that has stalled refuses some of them as well. */
  lateness = 0;
  /** Where what was paid is found in the history alone, because requests say another time each time: every node has all of it. */
  restsOnHistory = false;
  /** How many questions about the history are refused, in per cent. */
  historyRefusals = 0;
  private slot: number;
  private counter = 0;

  constructor(
    readonly random: Random,
    startDelay: number,
    private readonly maintenanceInterval: number,
    /** Sparse blocks before it begins, about four minutes apart: requests of different times are searched for from different ones. */
    quietBlocks: number,
  ) {
    this.slot = firstBlockTime + startDelay;
    this.time = this.slot;
    for (let i = 0; i < quietBlocks; i++) this.produce({}, 4 + random.below(8));
    for (let i = 0; i < 6; i++) this.produce({});
  }

  get head(): ModelState {
    const last = this.main.at(-1);
    if (last === undefined) throw new Error('a chain without blocks');
    return last.state;
  }

  /** A few seconds, before the next slot. */
  pass(): void {
    this.time = Math.min(this.time + 1 + this.random.below(5), this.slot + blockInterval - 1);
  }

  /** One slot: a block, or none. Nodes follow unless they stall. */
  produce(
    outside: OutsideChange,
    missed = 0,
    taken: (transaction: SignedTransaction) => boolean = () => true,
  ): void {
    this.slot += blockInterval * (1 + missed);
    this.time = this.slot;
    const candidates = this.pool.filter(taken);
    const block = makeBlock(
      this.main,
      this.slot,
      candidates,
      this.counter++,
      this.maintenanceInterval,
      outside,
    );
    this.main = [...this.main, block];
    const included = new Set(block.block.transactions);
    const now = this.head.time;
    this.pool = this.pool.filter(
      (transaction) => !included.has(transaction) && Date.parse(`${transaction.expiration}Z`) / 1000 >= now,
    );
    this.followAll();
  }

  /** Other blocks take the place of the last ones; their transactions are forgotten or wait again. */
  fork(depth: number, forget: boolean): void {
    const reversible = this.head.number - Math.max(this.head.irreversible, 1);
    const dropped = this.main.slice(this.main.length - Math.min(depth, reversible));
    if (dropped.length === 0) return;
    this.main = this.main.slice(0, this.main.length - dropped.length);
    if (!forget) this.pool = [...dropped.flatMap(({ block }) => block.transactions), ...this.pool];
    const times = dropped.map(({ state }) => state.time);
    for (const time of times) {
      const taken = this.pool.filter(() => this.random.chance(30));
      const block = makeBlock(this.main, time, taken, this.counter++, this.maintenanceInterval);
      this.main = [...this.main, block];
      this.pool = this.pool.filter((transaction) => !block.block.transactions.includes(transaction));
    }
    this.followAll();
  }

  followAll(force = false): void {
    for (const node of this.trusted) {
      if (force) node.stalled = false;
      if (!node.stalled) node.follow(this.main, this.main.length);
    }
    if (force) this.delayed.stalled = false;
    if (!this.delayed.stalled) this.delayed.follow(this.main, Math.max(1, this.head.irreversible));
  }

  /** What a node's peers get to know. */
  gossip(node: ModelNode): void {
    for (const transaction of node.pool) {
      if (!this.pool.includes(transaction)) this.pool.push(transaction);
    }
  }

  /** Somebody else's transaction. */
  outsider(operation: Operation, lifetime = 600): SignedTransaction {
    this.counter += 1;
    return {
      ...referenceBlock(this.main[Math.max(0, this.head.irreversible - 1)]?.state.id ?? ''),
      expiration: timeText(this.head.time + lifetime + (this.counter % 60)),
      operations: [operation],
      extensions: [],
      signatures: [],
    };
  }

  memoKeyChange(memoKey: string): Operation {
    return [
      6,
      {
        fee: { amount: 0, asset_id: core },
        account: alice,
        new_options: {
          memo_key: memoKey,
          voting_account: '1.2.5',
          num_witness: 0,
          num_committee: 0,
          votes: [],
          extensions: [],
        },
        extensions: {},
      },
    ];
  }

  propose(operations: Operation[], expiration: number, review: boolean): Operation {
    return [
      22,
      {
        fee: { amount: 0, asset_id: core },
        fee_paying_account: alice,
        expiration_time: timeText(expiration),
        proposed_ops: operations.map((op) => ({ op })),
        ...(review ? { review_period_seconds: 30 } : {}),
        extensions: [],
      },
    ];
  }

  delete(proposalId: string): Operation {
    return [
      24,
      {
        fee_paying_account: alice,
        using_owner_authority: false,
        fee: { amount: 0, asset_id: core },
        proposal: proposalId,
        extensions: [],
      },
    ];
  }

  approve(proposalId: string): Operation {
    return [
      23,
      {
        fee: { amount: 0, asset_id: core },
        fee_paying_account: alice,
        proposal: proposalId,
        active_approvals_to_add: [alice],
        active_approvals_to_remove: [],
        owner_approvals_to_add: [],
        owner_approvals_to_remove: [],
        key_approvals_to_add: [],
        key_approvals_to_remove: [],
        extensions: [],
      },
    ];
  }
}
