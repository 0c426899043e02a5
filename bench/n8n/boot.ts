/** What the package adds to the start of a real n8n. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import packageJson from '../../package.json';
import { findFreePorts } from '../../demo/freePorts';
import { ensureN8n, installationFolder, n8nVersion, type N8nInstallation } from '../../demo/n8nInstallation';
import { N8nProcess } from '../../demo/n8nProcess';
import { installTarball, packTarball } from '../../demo/nodePackageInstallation';
import { Report } from '../../demo/report';
import type { Bench, Figures } from '../bench';
import { realClock } from '../../test/support/realClock';
import { projectRoot } from '../environment';
import { intervalOfMedian, spread } from '../measure';

const pairs = 30;
/** Whole boots take longer, and cannot tell more than their own length. */
const wholePairs = 3;
const limit = 100;
const lookEvery = 10;
const encryptionKey = 'bench';

interface Times {
  /** In milliseconds, as all of them; `processor` counts the main thread. */
  wall: number;
  processor: number;
}

interface Boot {
  /** From the start of the process until the REST interface answers, in milliseconds. */
  wall: number;
  /** What of it is the loading of our package. */
  ours: Times | null;
}

interface Pair<Measured> {
  with: Measured;
  without: Measured;
}

interface Setting {
  installation: N8nInstallation;
  workFolder: string;
  signal: AbortSignal;
}

/**
 * A boot takes ten seconds and more, and two boots without any difference are hundreds of milliseconds apart. So what n8n
 * does with nodes is measured alone, by n8n's own code, with and without the package in turns; the rest of a boot does not
 * know of packages. A few whole boots show that the package is loaded there too, and how long that takes.
 */
export const boot: Bench = {
  name: 'n8n-boot',
  about: 'by how much the first boot of n8n grows with the package (needs the n8n of npm start)',
  run: async (context) => {
    if (!existsSync(installationFolder(process.env))) return [notHere];
    const signal = AbortSignal.timeout(3_600_000);
    const workFolder = await mkdtemp(path.join(tmpdir(), 'n8n-nodes-bitshares-boot-'));
    try {
      const report = new Report({ write: (text) => context.progress(text.trim()) });
      const installation = await ensureN8n(report, process.env, signal);
      const [installed, bare] = [path.join(workFolder, 'installed'), path.join(workFolder, 'bare')];
      const options = { repository: projectRoot, workFolder, environment: process.env, signal };
      context.progress('installing the package');
      await installTarball(await packTarball(options), installed, options);
      // Nothing else shall differ: the same folder, from which only the package was removed.
      await cp(installed, bare, { recursive: true });
      await rm(path.join(bare, '.n8n', 'nodes', 'node_modules', packageJson.name), { recursive: true });
      const setting = { installation, workFolder, signal };
      const inPairs = async <Measured>(
        count: number,
        what: string,
        measure: (setting: Setting, from: string) => Promise<Measured>,
        isWithOurs: (measured: Measured) => boolean,
      ) => {
        const measured: Pair<Measured>[] = [];
        // The first pair only brings n8n's files into memory.
        for (let number = context.quick ? 0 : -1; number < count; number += 1) {
          context.progress(`${what}: pair ${Math.max(0, number) + 1} of ${count}`);
          // Every other pair begins with the other one.
          const isSwapped = number % 2 !== 0;
          const first = await measure(setting, isSwapped ? bare : installed);
          const second = await measure(setting, isSwapped ? installed : bare);
          const pair = isSwapped ? { with: second, without: first } : { with: first, without: second };
          if (!isWithOurs(pair.with) || isWithOurs(pair.without)) {
            throw new Error('n8n did not load the package in one of two and leave it out in the other.');
          }
          if (number >= 0) measured.push(pair);
        }
        return measured;
      };
      return [
        growth(
          await inPairs(context.quick ? 3 : pairs, 'nodes alone', workWithNodes, ({ packages }) =>
            packages.includes(packageJson.name),
          ),
        ),
        wholeBoots(
          await inPairs(context.quick ? 1 : wholePairs, 'whole boots', bootOnce, ({ ours }) => ours !== null),
        ),
      ];
    } finally {
      await rm(workFolder, { recursive: true, force: true, maxRetries: 5 });
    }
  },
};

const notHere: Figures = {
  kind: 'figures',
  size: 'not measured: n8n is not on this machine, npm start installs it',
  values: [],
  targets: [],
};

function growth(measured: readonly Pair<NodeWork>[]): Figures {
  const more = (pick: (work: NodeWork) => number) =>
    intervalOfMedian(measured.map((pair) => pick(pair.with) - pick(pair.without)));
  const wall = more((work) => work.wall);
  return {
    kind: 'figures',
    size: `n8n ${n8nVersion}, its work with nodes when it boots, ${measured.length} pairs`,
    values: [
      { name: 'longer by', value: wall, unit: 'ms' },
      { name: '- on the processor', value: more((work) => work.processor), unit: 'ms' },
      {
        name: 'without the package',
        value: spread(measured.map(({ without }) => without.wall)),
        unit: 'ms',
      },
    ],
    // The upper end of what the pairs leave possible, not their middle.
    targets: [{ text: `a boot grows by less than ${limit} ms`, met: wall.high < limit }],
  };
}

function wholeBoots(measured: readonly Pair<Boot>[]): Figures {
  const ours = (pick: (times: Times) => number) =>
    spread(measured.map((pair) => (pair.with.ours === null ? Number.NaN : pick(pair.with.ours))));
  const whole = (side: keyof Pair<Boot>) => spread(measured.map((pair) => pair[side].wall / 1000));
  return {
    kind: 'figures',
    size: `whole boots of n8n ${n8nVersion}`,
    values: [
      { name: 'loading our package', value: ours(({ wall }) => wall), unit: 'ms' },
      { name: '- on the processor', value: ours(({ processor }) => processor), unit: 'ms' },
      { name: 'with the package', value: whole('with'), unit: 's' },
      { name: 'without the package', value: whole('without'), unit: 's' },
    ],
    targets: [
      {
        text: `loading the package takes less than ${limit} ms`,
        met: ours(({ wall }) => wall).median < limit,
      },
    ],
  };
}

interface NodeWork extends Times {
  packages: string[];
}

async function workWithNodes({ installation, signal }: Setting, from: string): Promise<NodeWork> {
  const program = path.join(__dirname, 'nodeWork.cjs');
  const n8nFolder = path.dirname(path.dirname(installation.script));
  const { stdout } = await promisify(execFile)(installation.node, [program, n8nFolder], {
    env: { PATH: process.env.PATH, N8N_USER_FOLDER: from, N8N_ENCRYPTION_KEY: encryptionKey },
    signal,
  });
  return JSON.parse(stdout) as NodeWork;
}

/** One boot in a fresh user folder, ended at once when it answers. */
async function bootOnce({ installation, workFolder, signal }: Setting, from: string): Promise<Boot> {
  const userFolder = path.join(workFolder, 'user');
  await cp(from, userFolder, { recursive: true });
  const [port = 0, brokerPort = 0] = await findFreePorts(2);
  const reportFile = path.join(workFolder, 'boot.json');
  const variables = {
    NODE_OPTIONS: `--require=${path.join(__dirname, 'bootProbe.cjs')}`,
    BENCH_BOOT_REPORT: reportFile,
    BENCH_BOOT_PACKAGE: packageJson.name,
  };
  const settings = { installation, userFolder, port, brokerPort, encryptionKey, variables };
  const n8n = new N8nProcess(settings, process.env);
  const started = performance.now();
  try {
    // What it throws is what went wrong; the answer is looked for more often than it does.
    const running = n8n.start(signal);
    running.catch(() => undefined);
    await Promise.race([running, firstAnswer(n8n)]);
    const wall = performance.now() - started;
    const { ours } = JSON.parse(await readFile(reportFile, 'utf8')) as { ours: Times | null };
    await running;
    return { wall, ours };
  } finally {
    await n8n.kill();
    await rm(userFolder, { recursive: true, force: true, maxRetries: 5 });
    await rm(reportFile, { force: true });
  }
}

async function firstAnswer({ address }: N8nProcess): Promise<void> {
  for (;;) {
    try {
      const response = await fetch(`${address}/rest/settings`);
      if ((await response.text()).startsWith('{"data"')) return;
    } catch {
      // It does not listen yet.
    }
    await realClock.sleep(lookEvery);
  }
}
