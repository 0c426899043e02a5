/** Keeps private keys that somebody put into a memo out of items, logs and error messages. */
import { isWif } from './keys';

/** What stands in a memo's text where a private key stood. */
export const removedPrivateKey = '[private key removed]';

// Every place where a private key in wallet import format could start: 51 characters from 5H, 5J or 5K, or 52 from K or L
// (the compressed form). The lookahead makes overlapping candidates visible, so that a key glued to other text is found.
const candidate = /(?=(5[HJK][1-9A-HJ-NP-Za-km-z]{49}|[KL][1-9A-HJ-NP-Za-km-z]{51}))/g;

/** The text with every private key replaced, and whether there was one. */
export function maskPrivateKeys(text: string): { text: string; masked: boolean } {
  let result = '';
  let end = 0;
  for (const match of text.matchAll(candidate)) {
    const key = match[1];
    if (key === undefined || match.index < end || !isWif(key)) continue;
    result += text.slice(end, match.index) + removedPrivateKey;
    end = match.index + key.length;
  }
  return { text: result + text.slice(end), masked: end > 0 };
}
