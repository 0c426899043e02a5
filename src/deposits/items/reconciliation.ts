/** Opening balance + everything that moved = closing balance, for each asset, with what does not fit named. */
import { operationName } from '../../protocol/operationTypes';
import type { AccountOperation } from '../reading/accountOperation';
import { balanceEffects } from './balanceEffects';
import { depositIdOf } from '../reading/depositKey';

export interface AssetReconciliation {
  assetId: string;
  opening: bigint;
  /** The sum of what came in, without fees. */
  incoming: bigint;
  /** The sum of what went out, without fees; positive. */
  outgoing: bigint;
  /** Fees paid; positive. */
  fees: bigint;
  /** opening + incoming - outgoing - fees */
  expected: bigint;
  closing: bigint;
  /** closing - expected: zero when everything is explained. */
  difference: bigint;
  /** Signed sums by cause. */
  byCause: ReadonlyMap<string, bigint>;
}

/** An operation whose effect on balances is not known. */
export interface UnexplainedOperation {
  depositId: string;
  name: string;
}

const unexplainedKept = 100;

export class Reconciliation {
  operations = 0;
  unexplainedOperations = 0;
  readonly unexplained: UnexplainedOperation[] = [];
  private readonly causes = new Map<string, Map<string, bigint>>();

  constructor(
    private readonly chainId: string,
    private readonly accountId: string,
    private readonly opening: ReadonlyMap<string, bigint>,
  ) {
    for (const assetId of opening.keys()) this.causes.set(assetId, new Map());
  }

  add(operations: readonly AccountOperation[]): void {
    for (const operation of operations) {
      this.operations += 1;
      const { effects, known } = balanceEffects(operation, this.accountId);
      for (const { assetId, amount, cause } of effects) {
        const sums = this.causes.get(assetId) ?? new Map<string, bigint>();
        // Coming and going are told apart, so that equal sums do not hide each other.
        const name = isFee(cause) ? cause : `${cause} ${amount > 0n ? 'in' : 'out'}`;
        this.causes.set(assetId, sums.set(name, (sums.get(name) ?? 0n) + amount));
      }
      if (known) continue;
      this.unexplainedOperations += 1;
      if (this.unexplained.length < unexplainedKept) {
        this.unexplained.push({
          depositId: depositIdOf(this.chainId, operation.key),
          name: operationName(operation.operation[0]),
        });
      }
    }
  }

  close(closing: ReadonlyMap<string, bigint>): AssetReconciliation[] {
    const assetIds = new Set([...this.causes.keys(), ...closing.keys()]);
    return [...assetIds].sort(byInstance).map((assetId) => {
      const byCause = this.causes.get(assetId) ?? new Map<string, bigint>();
      const opening = this.opening.get(assetId) ?? 0n;
      const [incoming, outgoing, fees] = [...byCause].reduce(
        ([inSum, outSum, feeSum], [cause, sum]): [bigint, bigint, bigint] =>
          isFee(cause)
            ? [inSum, outSum, feeSum - sum]
            : sum > 0n
              ? [inSum + sum, outSum, feeSum]
              : [inSum, outSum - sum, feeSum],
        [0n, 0n, 0n] as [bigint, bigint, bigint],
      );
      const expected = opening + incoming - outgoing - fees;
      const closed = closing.get(assetId) ?? 0n;
      return {
        assetId,
        opening,
        incoming,
        outgoing,
        fees,
        expected,
        closing: closed,
        difference: closed - expected,
        byCause,
      };
    });
  }
}

function byInstance(a: string, b: string): number {
  return Number(a.split('.')[2]) - Number(b.split('.')[2]);
}

function isFee(cause: string): boolean {
  return cause === 'fee' || cause === 'market fee';
}
