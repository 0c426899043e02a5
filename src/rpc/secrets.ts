/** Secrets that the other side repeats in its error texts. */

/**
 * The text with every secret cut out of it, as it was given and as JSON writes it, also inside a text that is JSON again:
 * a quote or a backslash in a password would hide it from a plain search.
 */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  let rest = text;
  for (const secret of secrets) {
    if (secret === '') continue;
    const once = inJson(secret);
    // The longest first: a shorter spelling may be a part of it.
    for (const spelling of [inJson(once), once, secret]) rest = rest.replaceAll(spelling, '[secret]');
  }
  return rest;
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
