/** What the withdrawal operations are asked for. */
import type { Waiting } from '../../payments/standing';
import type { SignedTransaction } from '../../protocol';
import { parseRequestedAt } from '../transaction/requestedAt';
import type { LimitSettings } from '../transaction/limits';
import type { WithdrawalRequest } from '../transaction/request';

/** What tells a withdrawal from others. */
export interface WithdrawalIdentity {
  withdrawalId: string;
  /** In seconds. */
  requestedAt: number;
}

/** A request with what the operator set for it: of Send, Prepare and Proposal: Create. */
export interface WithdrawalOrder extends LimitSettings, Waiting {
  request: WithdrawalRequest;
  /** Name or `1.2.x` of the account that must be the paying one; null where any account may be. */
  payingAccount: string | null;
  /** How old a requestedAt may be, in seconds. */
  maximumAge: number;
}

/** A withdrawal that was sent or prepared before: of Broadcast and Get Status. */
export interface SettleOrder extends WithdrawalIdentity, Waiting {
  /** The prepared transaction; required to broadcast. */
  transaction: SignedTransaction | null;
  /** Expiration of the attempt that is asked about, when there is no transaction; in seconds. */
  expiration: number | null;
}

/** What tells a withdrawal from others, and whom it pays (name or `1.2.x`), as the request has it. */
export function identityOf(request: WithdrawalRequest): WithdrawalIdentity & { receiver: string } {
  if (request.kind === 'plain') return { ...request, receiver: request.to };
  const { withdrawalId, requestedAt, to } = request.intent;
  return { withdrawalId, requestedAt: parseRequestedAt(requestedAt), receiver: to };
}
