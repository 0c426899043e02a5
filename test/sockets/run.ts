/**
 * `npm run test:sockets`: the cases of test/rpc and the built package against messages of 128 MiB, with the WebSocket of each
 * Node.js that n8n runs on. They are installed once, into the cache folder (120 MB each).
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { nodePackage } from '../../demo/n8nInstallation';
import { HostileNode, largeMessages } from './hostileNode';

/** The oldest that n8n 2.24 starts on, the newest of its line, what n8n 2.36 and later run on, and what comes after. */
const versions = ['22.22.0', '22.23.3', '24.21.0', '26.10.0'];

/** As little memory as n8n is run with. */
const heapMiB = 1024;
const longestStopMs = 1000;
const mostResidentMiB = 1024;

const root = path.resolve(__dirname, '../..');

/** What the client in a process of its own saw. */
export interface Seen {
  message: string;
  longestStopMs: number;
  peakResidentMiB: number;
}

function installedNode(version: string): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache');
  const folder = path.join(cache, 'n8n-nodes-bitshares', `node-${version}`);
  const library = nodePackage(process.platform, process.arch);
  const node = path.join(folder, 'node_modules', library, 'bin', 'node');
  if (!existsSync(node)) {
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--loglevel=error'];
    execFileSync('npm', ['install', ...flags, '--prefix', folder, `${library}@${version}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  return node;
}

interface Ended {
  code: number | null;
  output: string;
  errors: string;
}

function run(program: string, args: string[]): Promise<Ended> {
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output, errors }));
  });
}

async function withLargeMessages(node: string): Promise<boolean> {
  let good = true;
  for (const [name, { expected }] of Object.entries(largeMessages)) {
    const hostile = await HostileNode.start(name);
    const client = path.join(__dirname, 'client.cjs');
    const { code, output, errors } = await run(node, [
      `--max-old-space-size=${heapMiB}`,
      client,
      hostile.url,
    ]);
    hostile.stop();
    const seen = code === 0 ? (JSON.parse(output) as Seen) : undefined;
    const fits =
      seen !== undefined &&
      expected.test(seen.message) &&
      seen.longestStopMs <= longestStopMs &&
      seen.peakResidentMiB <= mostResidentMiB;
    good &&= fits;
    const figures =
      seen === undefined
        ? `ended with ${code}`
        : `${Math.round(seen.longestStopMs)} ms, ${Math.round(seen.peakResidentMiB)} MiB`;
    console.log(`  ${fits ? 'good' : 'BAD '} ${name.padEnd(32)} ${figures}`);
    if (!fits) console.log(`       ${seen?.message ?? errors}`);
  }
  return good;
}

async function main(): Promise<void> {
  execFileSync(process.execPath, ['node_modules/gulp/bin/gulp.js', 'build', '--silent'], { cwd: root });
  let good = true;
  for (const version of versions) {
    console.log(`Node.js ${version}`);
    const node = installedNode(version);
    const jest = await run(node, ['node_modules/jest/bin/jest.js', 'test/rpc', '-w', '2']);
    console.log(`  ${jest.code === 0 ? 'good' : 'BAD '} test/rpc`);
    if (jest.code !== 0) console.log(jest.errors);
    console.log('  longest stop of the event loop and peak memory with a message of 128 MiB:');
    good = (await withLargeMessages(node)) && jest.code === 0 && good;
  }
  if (!good) process.exitCode = 1;
}

void main();
