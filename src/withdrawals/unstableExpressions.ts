/** Refuses expressions that give another value when n8n runs the node again. */
import { BitSharesError } from '../errors';

/** What changes between two runs of the same request, and how it reads to a user. */
const unstable: readonly [RegExp, string][] = [
  [/\$now\b/, '$now'],
  [/\$today\b/, '$today'],
  [/\$execution/, '$execution'],
  [/\$runIndex\b/, '$runIndex'],
  [/\bDate\b/, 'Date'],
  [/\bDateTime\s*\??\.\s*(?:now|local|utc)\b/, 'DateTime.now'],
  [/\b(?:random|uuid|nanoid|crypto)/i, 'a random function'],
  [/\bperformance\b/, 'a clock'],
];

/** Names of nodes (`$('Make a uuid')`) and of fields (`$json["Date"]`, `$json.uuid`) are data, not code. */
const names: readonly [RegExp, string][] = [
  [/\$\(\s*(["'`])[^"'`$\\]*\1\s*\)/g, '$(x)'],
  [/\[\s*(["'])[^"'$\\]*\1\s*\]/g, '[x]'],
  [/\.\s*(?!(?:now|local|utc)\b)[A-Za-z_][\w$]*(?![\w$]|\s*\()/g, '.x'],
];

/**
 * Checks the raw text of a parameter, as it stands in the workflow, before n8n resolves it. A withdrawal is the same one
 * on a retry only when its withdrawalId and requestedAt are, so neither may come from the clock, the execution or chance.
 * This catches honest mistakes; whoever writes workflows could still hide a clock from it.
 *
 * @throws UNSTABLE_EXPRESSION
 */
export function refuseUnstableExpression(rawText: unknown, field: string): void {
  if (typeof rawText !== 'string' || !rawText.startsWith('=')) return;
  const code = names.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), rawText);
  const found = unstable.find(([pattern]) => pattern.test(code));
  if (found === undefined) return;
  throw new BitSharesError('UNSTABLE_EXPRESSION', {
    field,
    message: `the expression holds ${found[1]}, so a retry would be another withdrawal and could pay again`,
    fix: 'Take the value from the request: the row in your own database that is the same on every retry, such as {{ $json.withdrawalId }} and {{ $json.requestedAt }}.',
  });
}
