/**
 * Answers that have the right shape and cannot be true: another object than the one asked for, an operation that its own
 * block does not hold. They are INVALID_ANSWER like answers of the wrong shape, and more than that: what gives them is
 * broken or lies, so it is left at once and spoken of at once.
 */
import { BitSharesError } from '../errors';

export interface FalseAnswerParts {
  /** The address that gave the answer, without user and password; left out where it is not known. */
  endpoint?: string;
  /** What was asked: the method with what it was asked for. */
  asked: string;
  /** What came. Texts of the node go through `shortQuote`. */
  answered: string;
  /** Instead of the usual sentences, where it is not known which of two nodes is wrong. */
  message?: string;
  fix?: string;
}

export class FalseAnswer extends BitSharesError {
  readonly endpoint: string;
  /** The first word of `asked`: false answers of one node about one matter are one trouble. */
  readonly matter: string;

  constructor({ endpoint, asked, answered, message, fix }: FalseAnswerParts) {
    const node = endpoint === undefined ? 'The node' : `The node ${endpoint}`;
    super('INVALID_ANSWER', {
      message:
        message ?? `${node} gave an answer that cannot be right. Asked: ${asked}. Answered: ${answered}`,
      fix:
        fix ??
        'Nothing of the answer is used, and the next address is asked where there is one. Look at this node, and at what stands between it and n8n.',
      data: { asked, answered },
    });
    this.endpoint = endpoint ?? '';
    this.matter = asked.split(' ', 1)[0] ?? '';
  }
}

/** The false answer behind an error, which may have been told in other words since; null when there is none. */
export function falseAnswerOf(error: unknown): FalseAnswer | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof FalseAnswer) return cause;
  }
  return null;
}

/** A node could write anything into a message that people act upon, also what turns its words round. */
export function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}

const longestQuoted = 80;

/**
 * A name or another short text of a node, fit for a message: one line of printable ASCII in quotation marks that it cannot
 * end by itself.
 */
export function shortQuote(text: string): string {
  const plain = printable(text).replaceAll('"', "'");
  return `"${plain.length > longestQuoted ? `${plain.slice(0, longestQuoted)}...` : plain}"`;
}
