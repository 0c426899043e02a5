import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import packageJson from '../../package.json';
import { findFreePorts } from '../../demo/freePorts';
import { ensureN8n, installationFolder, n8nVersion, type N8nInstallation } from '../../demo/n8nInstallation';
import { N8nProcess } from '../../demo/n8nProcess';
import { installTarball, packTarball } from '../../demo/nodePackageInstallation';
import { Report } from '../../demo/report';
import type { Bench, Figures, Result, Target } from '../bench';
import { realClock } from '../chain/clock';
import { projectRoot } from '../environment';
import { exact, intervalOfMedian, spread, type Spread } from '../measure';

const pairs = 10;
/** Fewer do not tell how far the figures can be trusted. */
const pairsToJudge = 6;
const limit = 100;
const lookEvery = 10;

interface Times {
  wall: number;
  processor: number;
}

interface Boot {
  /** From the start of the process until the REST interface answers; `processor` counts the main thread, in milliseconds. */
  whole: Times;
  /** The phase in which n8n loads all nodes and prepares their descriptions. */
  loading: Times;
  /** What of it is the loading of our package. */
  ours: Times | null;
}

/**
 * A boot takes ten seconds and more, and two boots without any difference are hundreds of milliseconds apart. So boots with
 * and without the package take turns, differences are those of neighbours, and what matters is also measured where it
 * happens: in n8n's own loading of nodes.
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
      const options = {
        repository: projectRoot,
        workFolder,
        environment: process.env,
        signal,
      };
      context.progress('installing the package');
      await installTarball(await packTarball(options), installed, options);
      // Nothing else shall differ: the same folder, from which only the package was removed.
      await cp(installed, bare, { recursive: true });
      await rm(path.join(bare, '.n8n', 'nodes', 'node_modules', packageJson.name), { recursive: true });
      const count = context.quick ? 2 : pairs;
      const booted: { with: Boot; without: Boot }[] = [];
      // The first pair only brings n8n's files into memory.
      for (let pair = context.quick ? 0 : -1; pair < count; pair += 1) {
        context.progress(`pair ${Math.max(0, pair) + 1} of ${count}`);
        const start = (from: string) => bootOnce({ installation, workFolder, from, signal });
        // Every other pair begins with the other one.
        const first = await start(pair % 2 === 0 ? installed : bare);
        const second = await start(pair % 2 === 0 ? bare : installed);
        const both = pair % 2 === 0 ? { with: first, without: second } : { with: second, without: first };
        if (both.with.ours === null || both.without.ours !== null) {
          throw new Error('n8n did not load the package in one boot and leave it out in the other.');
        }
        if (pair >= 0) booted.push(both);
      }
      return results(booted);
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

function results(booted: readonly { with: Boot; without: Boot }[]): Result[] {
  const of = (pick: (boot: Boot) => number) => spread(booted.map(({ without }) => pick(without)));
  const more = (pick: (boot: Boot) => number) =>
    intervalOfMedian(booted.map((pair) => pick(pair.with) - pick(pair.without)));
  const ours = (pick: (times: Times) => number) =>
    spread(booted.map((pair) => (pair.with.ours === null ? Number.NaN : pick(pair.with.ours))));
  const loading = more((boot) => boot.loading.processor);
  const whole = more((boot) => boot.whole.processor);
  return [
    {
      kind: 'figures',
      size: `n8n ${n8nVersion}, where it happens`,
      values: [
        { name: 'loading our package', value: ours(({ wall }) => wall), unit: 'ms' },
        { name: '- of it on the processor', value: ours(({ processor }) => processor), unit: 'ms' },
        { name: 'loading all nodes takes longer by', value: loading, unit: 'ms on the processor' },
        {
          name: '- without the package',
          value: of((boot) => boot.loading.processor),
          unit: 'ms on the processor',
        },
      ],
      targets: [
        {
          text: `loading the package takes less than ${limit} ms`,
          met: ours(({ wall }) => wall).median < limit,
        },
        ...judged('loading all nodes', loading, booted.length),
      ],
    },
    {
      kind: 'figures',
      size: `n8n ${n8nVersion}, ${booted.length} pairs of whole boots`,
      values: [
        { name: 'longer by', value: whole, unit: 'ms on the processor' },
        { name: 'longer by', value: more((boot) => boot.whole.wall), unit: 'ms by the clock' },
        {
          name: 'resolved to',
          value: exact((whole.high - whole.low) / 2),
          unit: 'ms on the processor, up or down',
        },
        { name: 'without the package', value: of((boot) => boot.whole.wall / 1000), unit: 's by the clock' },
        { name: '- of it', value: of((boot) => boot.whole.processor / 1000), unit: 's on the processor' },
      ],
      targets: judged('the whole boot', whole, booted.length),
    },
  ];
}

/** A difference that is not known to within the limit, or whose interval holds it, says nothing about it. */
function judged(what: string, { low, high }: Spread, count: number): Target[] {
  if (count < pairsToJudge || (high - low) / 2 > limit) return [];
  const text = `${what} grows by less than ${limit} ms`;
  if (high < limit) return [{ text, met: true }];
  return low > limit ? [{ text, met: false }] : [];
}

/** One boot in a fresh user folder, ended at once when it answers. */
async function bootOnce(given: {
  installation: N8nInstallation;
  workFolder: string;
  from: string;
  signal: AbortSignal;
}): Promise<Boot> {
  const { installation, workFolder, from, signal } = given;
  const userFolder = path.join(workFolder, 'user');
  await cp(from, userFolder, { recursive: true });
  const [port = 0, brokerPort = 0] = await findFreePorts(2);
  const reportFile = path.join(workFolder, 'boot.json');
  const variables = {
    NODE_OPTIONS: `--require=${path.join(__dirname, 'bootProbe.cjs')}`,
    BENCH_BOOT_REPORT: reportFile,
    BENCH_BOOT_PACKAGE: packageJson.name,
  };
  const encryptionKey = 'bench';
  const settings = { installation, userFolder, port, brokerPort, encryptionKey, variables };
  const n8n = new N8nProcess(settings, process.env);
  const started = performance.now();
  try {
    // What it throws is what went wrong; the answer is looked for more often than it does.
    const running = n8n.start(signal);
    running.catch(() => undefined);
    await Promise.race([running, firstAnswer(n8n)]);
    const wall = performance.now() - started;
    const { pid, loading, ours } = JSON.parse(await readFile(reportFile, 'utf8')) as {
      pid: number;
      loading: Times;
      ours: Times | null;
    };
    const processor = await processorTime(pid);
    await running;
    return { whole: { wall, processor }, loading, ours };
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

/** Of the main thread, in milliseconds. */
async function processorTime(pid: number): Promise<number> {
  const [nanoseconds] = (await readFile(`/proc/${pid}/task/${pid}/schedstat`, 'utf8')).split(' ');
  return Number(nanoseconds) / 1e6;
}
