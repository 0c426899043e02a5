/** What the process of the benchmark and the process of the chain say to each other. */
import type { DepositPlan } from './deposits';

export interface ChainSetup {
  senders: number;
  /** `api-limit-get-relative-account-history` of both nodes. */
  historyLimit: number;
  /** Blocks come with wall time, one a second; otherwise only when asked for. */
  realTime: boolean;
  /** `max-ops-per-account` of the delayed node; null for a complete history. */
  historyKept: number | null;
  /** Milliseconds that each answer of the trusted node takes on its way. */
  latency: number;
}

export interface ChainFacts {
  chainId: string;
  prefix: string;
  trustedUrl: string;
  delayedUrl: string;
  exchange: { id: string; name: string; memoKey: string; activeKey: string; publicMemoKey: string };
  senders: { id: string; name: string; publicMemoKey: string }[];
}

/** Orders to the chain, each with its answer. */
export interface Orders {
  start: { give: ChainSetup; take: ChainFacts };
  fill: { give: DepositPlan; take: { head: number; seconds: number } };
  /** One deposit, and blocks until the delayed node has it: when it had applied its block, by the machine's own clock. */
  deposit: { give: { memo: string }; take: { appliedAt: string } };
  /**
   * From now on a block after each pause of so many milliseconds, with its time in seconds as progress; 0 ends it, and
   * answers the order that began it.
   */
  pace: { give: { apart: number }; take: { head: number } };
  /** How many transfers of the exchange the chain holds, and how many different memo nonces they have. */
  countPayments: { give: Record<string, never>; take: { payments: number; nonces: number } };
}

export type OrderName = keyof Orders;

export interface Order<Name extends OrderName = OrderName> {
  id: number;
  name: Name;
  give: Orders[Name]['give'];
}

export type Reply =
  | { id: number; kind: 'done'; take: unknown }
  | { id: number; kind: 'failed'; reason: string }
  | { id: number; kind: 'progress'; text: string };
