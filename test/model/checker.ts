/** Counts payments in the final chain, and holds every outcome that was reported against it. */
import type { TransferOperation } from '../../src/protocol';
import type { TransferItem } from '../../src/withdrawals/sending/transferItem';
import type { Subject } from './subjects';
import type { World } from './world';

/** What an execution reported of a withdrawal. */
export interface Claim {
  subject: Subject;
  item: TransferItem;
}

export interface Violation {
  what: string;
  withdrawalId: string;
}

export function paymentsOf(world: World, { amount, from }: Subject): number {
  return world.head.history.filter(({ operation: [type, fields] }) => {
    if (type !== 0) return false;
    const transfer = fields as TransferOperation;
    return transfer.from === from && Number(transfer.amount.amount) === amount;
  }).length;
}

export function check(world: World, started: Iterable<Subject>, claims: Claim[]): Violation[] {
  const violations: Violation[] = [];
  for (const subject of started) {
    const { withdrawalId } = subject;
    const payments = paymentsOf(world, subject);
    if (payments > 1) violations.push({ what: `paid ${payments} times`, withdrawalId });
    if (payments === 0) violations.push({ what: 'never paid', withdrawalId });
  }
  for (const { subject, item } of claims) {
    const what = faultOf(world, subject, item);
    if (what !== undefined) violations.push({ what, withdrawalId: subject.withdrawalId });
  }
  return violations;
}

/** A final outcome must be true for ever. */
function faultOf(world: World, subject: Subject, item: TransferItem): string | undefined {
  if (item.nextStep.includes('INTERNAL')) return `something impossible: ${item.nextStep}`;
  if (item.outcome === 'rejected') return 'called rejected, and paid';
  if (item.outcome === 'irreversible') {
    const there = world.head.history.some(
      ({ operation: [type, fields], blockNumber }) =>
        type === 0 &&
        blockNumber === item.blockNumber &&
        Number((fields as TransferOperation).amount.amount) === subject.amount,
    );
    return there ? undefined : 'called irreversible, and not there';
  }
  if (item.outcome === 'expired') {
    const expiration = String(item.expiration).replace('Z', '');
    if (subject.mode === 'propose')
      return executed(world, subject, expiration) ? 'called expired, and paid' : undefined;
    const there = world.main.some(({ block: { transactions } }) =>
      transactions.some(
        (transaction) => transaction.expiration === expiration && mentions(transaction.operations, subject),
      ),
    );
    return there ? 'called expired, and included' : undefined;
  }
  return undefined;
}

/** Whether the proposal that was made for it in the window with this end ever paid. */
function executed(world: World, subject: Subject, expiration: string): boolean {
  const made = world.main.flatMap(({ block }) =>
    block.transactions.flatMap((transaction, i) =>
      transaction.expiration === expiration && mentions(transaction.operations, subject)
        ? [JSON.stringify(block.operationResults?.[i]?.[0] ?? null)]
        : [],
    ),
  );
  return world.head.history.some(
    ({ operation: [type], result }) =>
      type === 0 && made.some((text) => text === JSON.stringify([1, result])),
  );
}

/** A fee can be as high as the amount of another withdrawal. */
function mentions(operations: unknown, { amount }: Subject): boolean {
  return JSON.stringify(operations).includes(`"amount":{"amount":${amount},`);
}
