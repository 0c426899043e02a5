/** Judges each answer against the recorded one. */
import type { Difference } from './compare';
import { differences } from './compare';
import { exclusions, looseFields } from './exclusions';
import type { Answer, Replayed } from './replay';
import type { Exchange } from './transcripts';
import { readTranscript } from './transcripts';

export interface Verdict {
  file: string;
  index: number;
  note: string;
  verdict: 'matched' | 'differs' | 'left out';
  differences: Difference[];
}

/** Puts the recorded transaction ids in the place of ours. */
function renamed(value: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string')
    return value.replace(/[0-9a-f]{40}/g, (text) => (text.length === 40 ? (ids.get(text) ?? text) : text));
  if (Array.isArray(value)) return value.map((item) => renamed(item, ids));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, renamed(item, ids)]));
  return value;
}

/** Packed transactions differ in the four bytes of the reference prefix and in the signature at the end. */
function withoutPrefixAndSignature(reply: unknown): unknown {
  const { result, ...rest } = reply as { result?: unknown };
  if (typeof result !== 'string') return reply;
  const body = result.slice(0, 4) + result.slice(12);
  const signature = /01[12][0-9a-f]{129}$/;
  return { ...rest, result: body.replace(signature, '01'), length: result.length };
}

/** The block notices of the recording are trimmed, and block ids differ: object notices are compared. */
function objectNotices(notices: readonly unknown[] | undefined): unknown {
  return (notices ?? []).filter(
    (notice) => !/^[0-9a-f]{40}$/.test(String((notice as { params: [unknown, unknown[]] }).params[1][0])),
  );
}

function compareOne(exchange: Exchange, answer: Answer, ids: ReadonlyMap<string, string>): Difference[] {
  if (exchange.notices)
    return differences(objectNotices(exchange.notices), renamed(objectNotices(answer.notices), ids));
  const recorded = exchange.reply ?? (JSON.parse(exchange.replyText ?? 'null') as unknown);
  const loose = looseFields
    .filter(({ file, indexes }) => file === answer.file && indexes.includes(answer.index))
    .flatMap(({ paths }) => paths);
  const packed = String(exchange.request?.params[1]).startsWith('get_transaction_hex');
  const ours = renamed(answer.reply, ids);
  const found = packed
    ? differences(withoutPrefixAndSignature(recorded), withoutPrefixAndSignature(ours))
    : differences(recorded, ours, loose);
  if (exchange.httpStatus !== undefined && exchange.httpStatus !== answer.httpStatus) {
    found.push({ path: 'HTTP status', recorded: exchange.httpStatus, ours: answer.httpStatus });
  }
  return found;
}

/** Compares every answer with its recording. `recording` can be given changed, to see that a change is noticed. */
export function judge(
  { answers, recordedIds }: Replayed,
  recording: (answer: Answer) => Exchange | undefined = ({ file, index }) => readTranscript(file)[index],
): Verdict[] {
  return answers.map((answer) => {
    const exchange = recording(answer);
    const { file, index } = answer;
    const note = exchange?.note ?? String(exchange?.request?.params[1] ?? exchange?.request?.method ?? '');
    if (!exchange || exclusions.some((left) => left.file === file && left.index === index))
      return { file, index, note, verdict: 'left out', differences: [] };
    const found = compareOne(exchange, answer, recordedIds);
    return { file, index, note, verdict: found.length === 0 ? 'matched' : 'differs', differences: found };
  });
}
