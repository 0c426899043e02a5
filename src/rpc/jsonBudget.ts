/**
 * What an answer may cost before it is parsed. A text of `{},{},{},...` becomes thirty times its size in memory and keeps
 * the event loop busy for as long as a minute, so the values in it are counted first: counting makes nothing.
 */
import { BitSharesError } from '../errors';

/** How large an answer to a question may be. */
export interface JsonBudget {
  /** Characters of the text. */
  characters: number;
  /** Values of any kind in it: objects, lists, texts, numbers. */
  values: number;
}

/**
 * The budget of a question whose answer has up to `characters`. Real answers of nodes and wallets have one value for every
 * nine characters or more, hostile ones up to two for every three. What strangers can put on the chain (blocks, histories)
 * may be denser than anything that was seen: allow fewer characters for a value there.
 */
export function jsonBudget(characters: number, charactersPerValue = 8): JsonBudget {
  return { characters, values: Math.max(1000, Math.floor(characters / charactersPerValue)) };
}

/**
 * Refuses a text that is too large to be parsed. `where` says whose answer it is, as in "ws://127.0.0.1:8090 answered get_block".
 *
 * @throws INVALID_ANSWER
 */
export function checkJsonBudget(text: string, budget: JsonBudget, where: string): void {
  if (text.length > budget.characters) {
    throw tooLarge(`${where} with more than ${budget.characters} characters`);
  }
  if (holdsMoreValuesThan(text, budget.values)) {
    throw tooLarge(`${where} with more than ${budget.values} values in ${text.length} characters`);
  }
}

const quote = 0x22;
const comma = 0x2c;
const openingBracket = 0x5b;
const backslash = 0x5c;
const openingBrace = 0x7b;

/**
 * Each list or object opens with a bracket, and each of its elements but the first follows a comma, so brackets and commas
 * outside texts count every value (an empty list or object once more than it has elements).
 */
function holdsMoreValuesThan(text: string, limit: number): boolean {
  let values = 1;
  for (let i = 0; i < text.length; i++) {
    const character = text.charCodeAt(i);
    if (character === quote) i = endOfText(text, i);
    else if (character === comma || character === openingBracket || character === openingBrace) {
      values++;
      if (values > limit) return true;
    }
  }
  return false;
}

/** The place of the quotation mark that ends the text which begins at `start`, or the end of everything. */
function endOfText(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const character = text.charCodeAt(i);
    if (character === quote) return i;
    if (character === backslash) i++;
  }
  return text.length;
}

function tooLarge(message: string): BitSharesError {
  return new BitSharesError('INVALID_ANSWER', {
    message,
    fix: 'No honest answer is that large. Check that the address is your own node or wallet and nothing stands between.',
  });
}
