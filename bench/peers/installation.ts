/** The libraries to compare with, installed inside `bench/` so that the package itself never depends on them. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { benchRoot } from '../environment';

const requireFromBench = createRequire(path.join(benchRoot, 'package.json'));

/** Installs them when they are missing, without running any script of theirs. */
export function installPeers(): void {
  if (existsSync(path.join(benchRoot, 'node_modules', '.package-lock.json'))) return;
  console.log('Installing the libraries to compare with into bench/node_modules ...');
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: benchRoot,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

export function requirePeer(library: string): unknown {
  return requireFromBench(library);
}

/** For libraries that are ES modules only. */
export async function importPeer(library: string): Promise<unknown> {
  return import(requireFromBench.resolve(library));
}
