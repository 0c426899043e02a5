/** What an operator is told about the addresses of a node: one in trouble is replaced by the next without anybody noticing. */
import type { IExecuteFunctions } from 'n8n-workflow';
import { BitSharesError } from '../../../src/errors';
import { maskPrivateKeys } from '../../../src/protocol';
import type { AddressEvent, AddressObserver } from '../../../src/rpc/addresses';

/** For a trigger: a failed execution for an address that was left, and one when it is used again. */
export function addressReport(event: AddressEvent): BitSharesError {
  const { endpoint, reason } = event;
  if (event.kind === 'left') {
    return new BitSharesError(reason.code, {
      message: `${reason.message}. ${event.next} is used instead of ${endpoint}, and nothing is lost`,
      fix: `${reason.fix === undefined ? '' : `${reason.fix} `}The address is tried again when the next one fails.`,
      data: { address: endpoint, next: event.next },
    });
  }
  return new BitSharesError(reason.code, {
    message: `${endpoint} is used again. It was left because of this: ${reason.message}`,
    fix: 'Nothing is to be done, and nothing was lost.',
    data: { address: endpoint },
  });
}

/** Hints that an execution has shown: clients that are opened for one item after another meet the same address. */
const shown = new WeakMap<object, Set<string>>();

/** For an action: a hint beside the output of the node, once in an execution for each address that was left. */
export function addressHints(context: Pick<IExecuteFunctions, 'addExecutionHints'>): AddressObserver {
  return (event) => {
    if (event.kind !== 'left') return;
    const addresses = shown.get(context) ?? new Set();
    shown.set(context, addresses);
    if (addresses.has(event.endpoint)) return;
    addresses.add(event.endpoint);
    const message = `${event.reason.message}. ${event.next} was used instead of ${event.endpoint}.`;
    context.addExecutionHints({
      message: maskPrivateKeys(message).text,
      location: 'outputPane',
      type: 'warning',
    });
  };
}
