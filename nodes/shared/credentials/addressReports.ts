/** What an operator is told about nodes in trouble: work goes on without them, and nobody would notice. */
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
      fix: `${reason.fix === undefined ? '' : `${reason.fix} `}The address is tried again every few minutes, and when the next one fails.`,
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
export function addressHints(context: HintContext): AddressObserver {
  return (event) => {
    if (event.kind !== 'left') return;
    const { endpoint, next, reason } = event;
    showOnce(context, endpoint, `${reason.message}. ${next} was used instead of ${endpoint}.`);
  };
}

/** For an action: the same for what an operator should mend although work goes on. */
export function warningHints(context: HintContext): (warning: BitSharesError) => void {
  return ({ message, fix }) => showOnce(context, message, `${message}. ${fix ?? ''}`.trim());
}

type HintContext = Pick<IExecuteFunctions, 'addExecutionHints'>;

function showOnce(context: HintContext, what: string, text: string): void {
  const before = shown.get(context) ?? new Set();
  shown.set(context, before);
  if (before.has(what)) return;
  before.add(what);
  context.addExecutionHints({ message: maskPrivateKeys(text).text, location: 'outputPane', type: 'warning' });
}
