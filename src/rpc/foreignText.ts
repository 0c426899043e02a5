/** What a node or wallet says in words, made fit to be shown: such texts reach items, answers of webhooks and stored executions. */
import { withoutSecrets } from './secrets';

const longest = 1000;

/**
 * The text on one line, without control and format characters (which can reorder and hide what is read), without the
 * secrets, and not longer than 1,000 characters.
 */
export function foreignText(text: string, secrets: readonly string[] = []): string {
  const visible = withoutSecrets(text, secrets)
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}]/gu, '');
  // Once more: an invisible character in the middle of a secret hid it from the first search.
  return withoutSecrets(visible, secrets).slice(0, longest).trim();
}

/** The text in quotation marks that it cannot end by itself: it is seen where the other side's words stop. */
export function quoted(text: string): string {
  return `"${text.replaceAll('"', "'")}"`;
}
