/** Refuses expressions that give another value when n8n runs the node again, or that put an id together from nothing. */
import { BitSharesError } from '../../errors';

type Pattern = readonly [RegExp, string];

/** What changes between two runs of the same request, and how it reads to a user. */
const unstable: readonly Pattern[] = [
  [/\$now\b/, '$now'],
  [/\$today\b/, '$today'],
  [/\$execution/, '$execution'],
  [/\$runIndex\b/, '$runIndex'],
  // A retry may bring fewer items, and then every later one has another number.
  [/\$(?:itemIndex|position)\b/, '$itemIndex'],
  [/\$resume\w*Url\b/, '$resumeWebhookUrl'],
  [/\$getWorkflowStaticData\b/, '$getWorkflowStaticData'],
  [/\$fromAI\b/i, '$fromAI'],
  [/\bcurrentRunIndex\b/, 'currentRunIndex'],
  [/\bDate\b/, 'Date'],
  [/\bDateTime\s*\??\.\s*(?:now|local|utc)\b/, 'DateTime.now'],
  [/\b(?:random|uuid|nanoid|crypto)/i, 'a random function'],
  [/\bperformance\b/, 'a clock'],
];

/** The same where the names of fields still stand: how often a node ran, and what a loop counts. */
const unstableMembers: readonly Pattern[] = [
  [/\$prevNode\b/, '$prevNode'],
  [/(?:\$\(x\)|\$node(?:\[x\]|\s*\.\s*\w+)|\$input)\s*\??\.\s*(?:context|runIndex)\b/, 'the run of a node'],
  [
    /(?:\$\(x\)|\$node(?:\[x\]|\s*\.\s*\w+)|\$input)\s*(?:\?\.)?\s*\[\s*(["'`])(?:context|runIndex)\1/,
    'the run of a node',
  ],
];

/** Names of nodes (`$('Make a uuid')`) and of fields (`$json["Date"]`, `$json.uuid`) are data, not code. */
const nodeNames: readonly Pattern[] = [
  [/\$\(\s*(["'`])[^"'`$\\]*\1\s*\)/g, '$(x)'],
  [/\$node\s*\[\s*(["'`])[^"'`$\\]*\1\s*\]/g, '$node[x]'],
];
const fieldNames: readonly Pattern[] = [
  [/\[\s*(["'])[^"'$\\]*\1\s*\]/g, '[x]'],
  [/\.\s*(?!(?:now|local|utc)\b)[A-Za-z_][\w$]*(?![\w$]|\s*\()/g, '.x'],
];

/**
 * Checks the raw text of a parameter, as it stands in the workflow, before n8n resolves it. A withdrawal is the same one
 * on a retry only when its withdrawalId and requestedAt are, so neither may come from the clock, the execution, the place in a batch
 * or chance. This catches honest mistakes; whoever writes workflows could still hide a clock from it.
 *
 * @throws UNSTABLE_EXPRESSION
 */
export function refuseUnstableExpression(rawText: unknown, field: string): void {
  if (typeof rawText !== 'string' || !rawText.startsWith('=')) return;
  const withMembers = replaced(rawText, nodeNames);
  const code = replaced(withMembers, fieldNames);
  const found =
    unstable.find(([pattern]) => pattern.test(code)) ??
    unstableMembers.find(([pattern]) => pattern.test(withMembers));
  if (found === undefined) return;
  throw new BitSharesError('UNSTABLE_EXPRESSION', {
    field,
    message: `the expression holds ${found[1]}, so a retry could be another withdrawal and pay again`,
    fix: 'Take the value from the request: the row in your own database that is the same on every retry, such as {{ $json.withdrawalId }} and {{ $json.requestedAt }}.',
  });
}

function replaced(text: string, patterns: readonly Pattern[]): string {
  return patterns.reduce((code, [pattern, replacement]) => code.replace(pattern, replacement), text);
}

/**
 * Refuses a text that was put together from text and expressions (`w-{{ $json.number }}`) of which one gave nothing. n8n leaves a
 * missing value out, so that every id would be `w-`, the same withdrawal, and a memo would name no customer.
 *
 * @param rawText The parameter as it stands in the workflow
 * @param value What n8n made of it
 * @throws INVALID_PARAMETER
 */
export function refuseMissingParts(rawText: unknown, value: unknown, field: string): void {
  if (typeof rawText !== 'string' || typeof value !== 'string' || !rawText.startsWith('=')) return;
  const texts = rawText.slice(1).split(/\{\{[\s\S]*?\}\}/);
  // Braces inside an expression: where it ends is for n8n's own reader to say.
  if (texts.some((text) => /\{\{|\}\}|\\/.test(text)) || canBeFilled(texts, value)) return;
  throw new BitSharesError('INVALID_PARAMETER', {
    field,
    message: `the text is ${JSON.stringify(value)}: one of its expressions gives nothing`,
    fix: 'Look at the names of the fields in the expression.',
  });
}

/** Whether the value consists of these texts with at least one character between each two. */
function canBeFilled(texts: readonly string[], value: string): boolean {
  const last = texts.length - 1;
  const [first = ''] = texts;
  if (last === 0) return true;
  if (!value.startsWith(first)) return false;
  // The earliest place of each text leaves the most room for those behind it.
  let end = first.length;
  // Nothing between two expressions: which of them gave what cannot be told, so they count as one.
  for (const text of texts.slice(1, last).filter((between) => between !== '')) {
    const place = value.indexOf(text, end + 1);
    if (place === -1) return false;
    end = place + text.length;
  }
  const tail = texts[last] ?? '';
  return value.endsWith(tail) && value.length - tail.length > end;
}
