/** The memo that is to be sent, and the memos that must not pass for one. */
import type { IExecuteFunctions } from 'n8n-workflow';
import { refuseMissingParts } from '../../../src/withdrawals/transaction/unstableExpressions';
import type { Parameter } from './parameter';
import { invalid, isExpression } from './parameterValues';

/**
 * What is to be the text of a memo; null and an empty text mean none. Nothing found does not, and neither does a text of parts of
 * which one was not found: a payment to an exchange without the memo of its customer is lost to that customer.
 *
 * @throws INVALID_PARAMETER
 */
export function memoTextOf(
  context: IExecuteFunctions,
  itemIndex: number,
  parameter: Parameter<unknown>,
): unknown {
  const { label, name } = parameter;
  const value = parameter.read(context, itemIndex);
  const entered: unknown = context.getNode().parameters[name];
  // What an expression writes for a value that is not there.
  const isWritten = isExpression(entered) && (value === 'undefined' || value === '[object Object]');
  if (value === undefined || isWritten) {
    throw invalid(
      label,
      'the expression gives no value',
      'Correct the expression. Where there is no memo, let it give null or an empty text.',
    );
  }
  const isOneExpression = typeof entered === 'string' && /^=\{\{(?:(?!\}\}).)*\}\}$/s.test(entered);
  if (!isOneExpression) refuseMissingParts(entered, value, label);
  return value;
}
