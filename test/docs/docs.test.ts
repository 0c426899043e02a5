/** What the documents say to type, and what they must not say differently from each other or from the error texts. */
import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describeGap } from '../../src/deposits/reading/historyReader';
import { historyPruned } from '../../nodes/BitSharesTrigger/preparation';

const root = resolve(__dirname, '../..');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'examples/README.md',
  'test/README.md',
  'devchain/README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];
const read = (page: string) => readFileSync(join(root, page), 'utf8');

/** The indented commands of a page, each in one line. */
function commands(page: string, program: string): string[] {
  const lines = read(page)
    .replace(/\\\n\s*/g, '')
    .split('\n');
  return lines.filter((line) => line.startsWith(`    ${program} `)).map((line) => line.trim());
}

describe('the commands of the documents start the daemons', () => {
  const nodes = commands('docs/operating-nodes.md', 'witness_node');
  test('a full and a delayed node, each with its own data folder and with what a node with an API needs', () => {
    expect(nodes).toHaveLength(2);
    for (const command of nodes) {
      expect(command).toMatch(/--plugins "[^"]*\baccount_history\b[^"]*"/);
      // Without it witness_node ends at once when it has an --rpc-endpoint.
      expect(command).toMatch(/--plugins "[^"]*\bapi_helper_indexes\b[^"]*"/);
      expect(command).toMatch(/--track-account '"1\.2\.\d+"' --max-ops-per-account 1000000$/);
    }
    expect(nodes[1]).toMatch(/--plugins "delayed_node .*" --trusted-node 127\.0\.0\.1:8090 /);
    for (const option of ['data-dir', 'rpc-endpoint']) {
      const values = nodes.map((command) => new RegExp(`--${option} (\\S+)`).exec(command)?.[1]);
      expect(values).not.toContain(undefined);
      expect(new Set(values).size).toBe(2);
    }
  });
  test('cli_wallet as a daemon with an HTTP address', () => {
    const [command, ...more] = commands('docs/cli-wallet.md', 'cli_wallet');
    expect(more).toEqual([]);
    expect(command).toMatch(/ --daemon .* -H 127\.0\.0\.1:8092 /);
  });
});

test('documents and errors give one advice on pruned history: track the account, keep 1,000,000 operations', () => {
  const account = { id: '1.2.7', name: 'exchange' } as never;
  const gap = { fromSequence: 1, toSequence: 2, fromBlock: 1, toBlock: 2, found: 0, expected: 2 } as never;
  const errors = [historyPruned(account, 5), describeGap(gap)].map(({ fix = '' }) => fix);
  for (const fix of errors) {
    expect(fix).toMatch(/track-account .*max-ops-per-account = 1000000 .*--replay-blockchain/);
  }
  for (const text of [...pages.map(read), ...errors]) {
    expect(text).not.toMatch(/without\s+`?max-ops|max-ops-per-account`?\s+out|large\s+`?max-ops/);
    const mentions = [...text.matchAll(/max-ops-per-account\W{1,5}(?:to\s+)?(\d+)/g)].map(
      (match) => match[1],
    );
    // 100 is what the configuration says that a node writes by itself.
    for (const number of mentions) expect(['1000000', '100']).toContain(number);
  }
});

test('the least n8n is named once and alike: 2.24, the first that keeps other nodes from reading a restricted credential', () => {
  for (const page of pages) {
    for (const [, version] of read(page).matchAll(/n8n (2\.\d+) or newer/g))
      // The forms of the approved withdrawals need a newer one than the nodes do.
      expect([page, version]).toEqual([page, page === 'examples/README.md' ? '2.41' : '2.24']);
    expect(read(page)).not.toMatch(/n8n before 2\.|\b2\.20\b/);
  }
  expect(read('README.md')).toContain('n8n 2.24 or newer');
});

test('links between the documents lead somewhere', () => {
  for (const page of pages) {
    for (const [, target = ''] of read(page).matchAll(/\]\((?!https?:|#)([^)\s]+)\)/g)) {
      const [file = '', heading] = target.split('#');
      const path = join(root, dirname(page), file);
      expect([page, target, existsSync(path)]).toEqual([page, target, true]);
      if (heading === undefined) continue;
      const headings = readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('#'))
        .map((line) =>
          line
            .replace(/^#+ /, '')
            .toLowerCase()
            .replace(/[^\w -]/g, '')
            .replaceAll(' ', '-'),
        );
      expect([page, target, headings]).toEqual([page, target, expect.arrayContaining([heading])]);
    }
  }
});

/** The folders of the repository that the documents name files of, and everything in them. */
const folders = [
  'bench',
  'credentials',
  'demo',
  'devchain',
  'docs',
  'examples',
  'nodes',
  'operations',
  'src',
  'test',
].filter((folder) => existsSync(join(root, folder)));
const paths = folders.flatMap((folder) => [
  folder,
  ...readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(
    (file) => `${folder}/${file}`,
  ),
]);

/** Paths are written from the root, or without the folders that the sentence is about: `trigger/delivery.ts`. */
function exists(path: string): boolean {
  if (existsSync(join(root, path))) return true;
  const isFromRoot = folders.some((folder) => path.startsWith(`${folder}/`));
  return !isFromRoot && paths.some((known) => known.endsWith(`/${path}`));
}

test('files and folders that the documents name exist', () => {
  for (const page of pages) {
    const spans = [...read(page).matchAll(/`([\w./-]+)`/g)].map(([, span = '']) => span.replace(/\/$/, ''));
    const named = spans.filter(
      (span) => /\w\.(?:ts|mjs|cjs|md)$/.test(span) || folders.includes(span.split('/')[0] ?? ''),
    );
    expect([page, named.filter((span) => !exists(span))]).toEqual([page, []]);
  }
});
