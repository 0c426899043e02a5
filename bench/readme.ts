/** The table of README.md, made from `results.json`, so that it says what was measured and nothing else. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { Result } from './bench';
import { projectRoot } from './environment';
import { readStored, type StoredResults } from './results';
import { figure } from './table';

interface Row {
  work: string;
  bench: string;
  /** Which of its results, by the beginning of `size`. */
  size?: string;
  /** Names of peers, or of one value. */
  show: readonly string[];
  /** The beginnings of the targets that are told. */
  targets?: readonly string[];
}

const peers = ['bitsharesjs', 'python-bitshares'];

const rows: readonly Row[] = [
  { work: 'memo decoded, sender not met before', bench: 'memo-decode-cold', show: peers },
  { work: 'memo decoded, sender met before', bench: 'memo-decode-repeat', show: peers },
  { work: 'memo encrypted', bench: 'memo-encode', show: peers },
  { work: 'transfer built, identified, signed', bench: 'transfer', show: peers },
  { work: 'the same with an encrypted memo', bench: 'transfer-memo', show: peers },
  { work: 'signed transaction read from bytes', bench: 'transaction-decode', show: peers },
  {
    work: 'backlog of deposits into items',
    bench: 'catch-up',
    size: '100,000',
    show: ['into items'],
    targets: ['at least 5,000'],
  },
  {
    work: 'longest work on the event loop meanwhile',
    bench: 'catch-up',
    size: '100,000',
    show: ['longest work on the event loop'],
    targets: ['no work'],
  },
  {
    work: 'time of 100,000 deposits beside 10,000',
    bench: 'catch-up',
    size: 'growth',
    show: ['time'],
    targets: ['time'],
  },
  {
    work: 'memory of 100,000 deposits beside 10,000',
    bench: 'catch-up',
    size: 'growth',
    show: ['peak resident memory'],
    targets: ['memory'],
  },
  {
    work: 'backlog in which every sender is new',
    bench: 'new-senders',
    size: '20,000',
    show: ['into items'],
    targets: [],
  },
  { work: 'pruned history read again', bench: 'recovery', size: '10,000', show: ['recovered'] },
  { work: 'block to item', bench: 'latency', show: ['median'] },
  { work: 'block to execution that n8n started', bench: 'n8n-latency', show: ['median'] },
  { work: 'trigger that waits', bench: 'idle', show: ['processor'] },
  {
    work: 'loading the package when n8n starts',
    bench: 'n8n-boot',
    size: 'whole boots',
    show: ['loading our package'],
  },
];

const begin = '<!-- speed: npm run bench -- --readme -->';
const end = '<!-- end of speed -->';

/** @throws when there are no results, or no place for them */
export async function writeReadme(): Promise<void> {
  const stored = readStored();
  if (stored === null) throw new Error('There are no results yet: npm run bench.');
  const file = path.join(projectRoot, 'README.md');
  const text = readFileSync(file, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md has no place for the results: ${begin} ... ${end}`);
  const table = rows.flatMap((row) => rowText(row, stored));
  const { processor, cores } = stored.machine;
  const lines = [
    `Measured on ${cores} cores (${processor}) with Node ${stored.versions.node}.`,
    '',
    '| work | measured | asked of it |',
    '| --- | --- | --- |',
    ...table,
  ];
  const written = `${text.slice(0, from)}${begin}\n\n${lines.join('\n')}\n\n${text.slice(to)}`;
  writeFileSync(file, await format(written, { ...(await resolveConfig(file)), filepath: file }));
}

/** Nothing where there is no result. */
function rowText({ work, bench, size, show, targets }: Row, stored: StoredResults): string[] {
  const result = stored.benches[bench]?.results.find((one) => one.size.startsWith(size ?? ''));
  if (result === undefined) return [];
  const measured = shown(result, show);
  if (measured === '') return [];
  const asked = result.targets
    .filter(({ text }) => targets?.some((beginning) => text.startsWith(beginning)) ?? true)
    .map(({ text, met }) => (met ? text : `${text} (missed)`));
  return [`| ${work} | ${measured} | ${asked.join(', ')} |`];
}

function shown(result: Result, names: readonly string[]): string {
  if (result.kind === 'figures') {
    return result.values
      .filter(({ name }) => names.includes(name))
      .map(({ value, unit }) => `${figure(value.median)} ${unit}`)
      .join(', ');
  }
  return result.contestants
    .flatMap(({ name, oursIsTimes }) =>
      names.includes(name) && oursIsTimes !== null ? [`${figure(oursIsTimes.median)} x ${name}`] : [],
    )
    .join(', ');
}
