import { exclusions, looseFields } from './exclusions';
import type { Replayed } from './replay';
import { replayAll } from './replay';
import type { Verdict } from './report';
import { judge } from './report';
import type { FileName } from './transcripts';
import { fileNames, readTranscript } from './transcripts';

let replayed: Replayed;
let verdicts: Verdict[];

beforeAll(async () => {
  replayed = await replayAll();
  verdicts = judge(replayed);
}, 120_000);

const describeDifference = (verdict: Verdict): string =>
  `${verdict.file} ${verdict.index} (${verdict.note}): ${verdict.differences
    .slice(0, 5)
    .map(
      ({ path, recorded, ours }) =>
        `${path} recorded ${JSON.stringify(recorded)} ours ${JSON.stringify(ours)}`,
    )
    .join('; ')}`;

describe("devchain's answers and the recorded answers of the real daemons", () => {
  it('are equal field by field, apart from what must differ', () => {
    const matched = verdicts.filter(({ verdict }) => verdict === 'matched').length;
    const differing = verdicts.filter(({ verdict }) => verdict === 'differs');
    const lines = [
      `compared ${matched + differing.length} recorded exchanges, ${matched} matched, ${exclusions.length} left out:`,
      ...exclusions.map(({ file, index, reason }) => `  ${file} ${index}: ${reason}`),
      'fields that must differ in single exchanges:',
      ...looseFields.map(({ file, indexes, reason }) => `  ${file} ${indexes.join(', ')}: ${reason}`),
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
    expect(differing.map(describeDifference)).toEqual([]);
  });

  it('cover every recorded exchange', () => {
    const asked = new Set(verdicts.map(({ file, index }) => `${file} ${index}`));
    const recorded = fileNames.flatMap((file) => readTranscript(file).map((_, index) => `${file} ${index}`));
    expect(recorded.filter((name) => !asked.has(name))).toEqual([]);
  });
});

/** Every leaf of a value, with a way to change it. */
function* leaves(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value)) yield* leaves(item, [...path, key]);
  else yield path;
}

function changed(value: unknown, path: readonly string[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined)
    return typeof value === 'number' ? value + 1 : typeof value === 'boolean' ? !value : `${String(value)}x`;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value)
    ? [...(value as unknown[])]
    : { ...(value as Record<string, unknown>) };
  (copy as Record<string, unknown>)[key] = changed((value as Record<string, unknown>)[key], rest);
  return copy;
}

describe('the comparison', () => {
  it('notices any single changed field of a recorded answer', () => {
    const exchange = readTranscript('history')[43];
    const paths = [...leaves(exchange?.reply)];
    expect(paths.length).toBeGreaterThan(50);
    for (const path of paths) {
      const verdict = judge(replayed, (answer) =>
        answer.file === 'history' && answer.index === 43 && exchange
          ? { ...exchange, reply: changed(exchange.reply, path) }
          : undefined,
      ).find(({ file, index }) => file === 'history' && index === 43);
      expect([path.join('.'), verdict?.verdict]).toEqual([path.join('.'), 'differs']);
    }
  });

  it('notices a changed recorded answer in every exchange that it compares', () => {
    const broken = judge(replayed, ({ file, index }) => {
      const exchange = readTranscript(file)[index];
      if (!exchange || exchange.notices) return exchange;
      const reply = exchange.reply ?? (JSON.parse(exchange.replyText ?? 'null') as unknown);
      return { ...exchange, reply: { ...(reply as object), id: 'another' } };
    });
    const unnoticed = broken.filter(
      ({ file, index, verdict }) =>
        verdict === 'matched' && !readTranscript(file as FileName)[index]?.notices,
    );
    expect(unnoticed.map(({ file, index }) => `${file} ${index}`)).toEqual([]);
  });
});
