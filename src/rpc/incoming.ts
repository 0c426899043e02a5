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
export function idOf(message: string): number | null {
  const found =
    /^\s*\{\s*"id"\s*:\s*(\d{1,15})\s*,/.exec(message.slice(0, 64)) ??
    /,\s*"id"\s*:\s*(\d{1,15})\s*\}\s*$/.exec(message.slice(-64));
  return found === null ? null : Number(found[1]);
}

/**
 * Refuses a message that is not worth parsing.
 *
 * @param bytes that it came in
 * @param most bytes that it may have
 * @param who for the error, as in "ws://127.0.0.1:8090 answered get_block"
 * @throws INVALID_ANSWER
 */
export function checkMessage(text: string, bytes: number, most: number, who: string): void {
  if (bytes > most) {
    throw new BitSharesError('INVALID_ANSWER', {
      message: `${who} with ${bytes} bytes (at most ${most} are read)`,
      fix: `${ownNode} If so, ask for less at a time.`,
    });
  }
  checkJsonBudget(text, budgetOf(most), who);
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
