/** On what a benchmark ran: without it a figure means nothing. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export const projectRoot = path.resolve(__dirname, '..');
export const benchRoot = __dirname;

export interface Machine {
  processor: string;
  cores: number;
  memoryGiB: number;
  platform: string;
}

export interface Versions {
  node: string;
  openssl: string;
  [library: string]: string;
}

export function machine(): Machine {
  const cpus = os.cpus();
  return {
    processor: cpus[0]?.model ?? 'unknown',
    cores: cpus.length,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    platform: `${os.type()} ${os.arch()}`,
  };
}

export function versions(): Versions {
  const main = versionsIn(projectRoot, ['ws', '@noble/secp256k1', 'n8n-workflow']);
  const peers = versionsIn(benchRoot, ['bitsharesjs', 'tiny-secp256k1', '@bitauth/libauth']);
  return { node: process.versions.node, openssl: process.versions.openssl, ...main, ...peers };
}

/** The commit, with a `+` when the sources of the package differ from it. */
export function commit(): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: projectRoot, encoding: 'utf8' }).trim();
  try {
    const changed = git('status', '--porcelain', '--', 'src', 'nodes', 'bench', ':!bench/results.json');
    return `${git('rev-parse', '--short=10', 'HEAD')}${changed === '' ? '' : '+'}`;
  } catch {
    return 'unknown';
  }
}

function versionsIn(root: string, libraries: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    libraries.flatMap((library): [string, string][] => {
      try {
        const text = readFileSync(path.join(root, 'node_modules', library, 'package.json'), 'utf8');
        return [[library, (JSON.parse(text) as { version: string }).version]];
      } catch {
        return [];
      }
    }),
  );
}
