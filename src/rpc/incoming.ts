/** What the other side sends, judged before it is parsed, and the errors for what is too much of it. */
import { BitSharesError } from '../errors';
import { budgetOf } from './answerSizes';
import { checkJsonBudget } from './jsonBudget';
import { rateWindowMs, type MessageLimits } from './messageRate';

const ownNode = 'Check that the address is your own node and that nothing stands in between.';

/**
 * The number of the question that a message answers, read without parsing the message: a node writes it first, and whoever
 * writes it last is understood as well. Null when it is in neither place.
 */
export function idOf(message: Buffer): number | null {
  const found =
    /^\s*\{\s*"id"\s*:\s*(\d{1,15})\s*,/.exec(message.toString('latin1', 0, 64)) ??
    /,\s*"id"\s*:\s*(\d{1,15})\s*\}\s*$/.exec(message.toString('latin1', message.length - 64));
  return found === null ? null : Number(found[1]);
}

/**
 * The text of a message that is worth parsing.
 *
 * @param most bytes that it may have
 * @param who for the error, as in "ws://127.0.0.1:8090 answered get_block"
 * @param encoding latin1 makes a character of each byte, whatever bytes they are
 * @throws INVALID_ANSWER
 */
export function checkedText(
  message: Buffer,
  most: number,
  who: string,
  encoding: 'utf8' | 'latin1' = 'utf8',
): string {
  if (message.length > most) {
    throw new BitSharesError('INVALID_ANSWER', {
      message: `${who} with ${message.length} bytes (at most ${most} are read)`,
      fix: `${ownNode} If so, ask for less at a time.`,
    });
  }
  const text = message.toString(encoding);
  checkJsonBudget(text, budgetOf(most), who);
  return text;
}

/** Why a connection ends on which too much comes; an address to stay away from for a while. */
export function tooMuch(message: string): BitSharesError {
  return new BitSharesError('INVALID_ANSWER', { message, fix: ownNode, data: { tooMuch: true } });
}

/** The same for too many messages in a while. `what` says who sends too many of which. */
export function tooOften(what: string, { messages, bytes }: MessageLimits): BitSharesError {
  return tooMuch(`${what} (more than ${messages} messages or ${bytes} bytes in ${rateWindowMs / 1000} s)`);
}

/** Whether a connection ended because the other side sent too much. */
export function sentTooMuch(error: BitSharesError): boolean {
  return error.data['tooMuch'] === true;
}
