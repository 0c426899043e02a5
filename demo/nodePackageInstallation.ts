/** Builds this package, packs it, and installs the tarball into an n8n user folder, as n8n itself keeps community nodes. */

import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { runCommand } from './command';
import { DemoFailure } from './failure';

const minute = 60_000;

export interface PackageInstallationOptions {
  /** The root of this repository. */
  repository: string;
  /** A folder for the tarball and the logs. */
  workFolder: string;
  environment: NodeJS.ProcessEnv;
  signal: AbortSignal;
}

async function build(options: PackageInstallationOptions): Promise<void> {
  const { repository } = options;
  const gulp = join(repository, 'node_modules', 'gulp', 'bin', 'gulp.js');
  await run(options, process.execPath, [gulp, 'build'], repository, 'build.log');
}

/** Builds the package from the sources of this repository and packs it; gives the path of the tarball. */
export async function packTarball(options: PackageInstallationOptions): Promise<string> {
  const { repository, workFolder } = options;
  await build(options);
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', workFolder];
  const answer: unknown = JSON.parse(await run(options, 'npm', args, repository, 'build.log'));
  const entries: unknown[] = Array.isArray(answer) ? answer : Object.values(answer ?? {});
  const [entry] = entries;
  if (
    typeof entry === 'object' &&
    entry !== null &&
    'filename' in entry &&
    typeof entry.filename === 'string'
  ) {
    return join(workFolder, entry.filename);
  }
  throw new DemoFailure(
    `"npm pack" gave an answer without a file name: ${JSON.stringify(answer).slice(0, 300)}`,
  );
}

/**
 * Installs the tarball into an N8N_USER_FOLDER. The package has no run-time dependencies, so nothing is asked from a registry.
 */
export async function installTarball(
  tarball: string,
  userFolder: string,
  options: PackageInstallationOptions,
): Promise<void> {
  const folder = join(userFolder, '.n8n', 'nodes');
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'installed-nodes', private: true }, null, 2),
  );
  const flags = [
    '--ignore-scripts',
    '--legacy-peer-deps',
    '--offline',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  await run(options, 'npm', ['install', ...flags, tarball], folder, 'install.log');
}

/** Builds the package anew and puts it in the place of the installed one; n8n reads it when it starts. */
export async function replaceInstalled(
  userFolder: string,
  options: PackageInstallationOptions,
): Promise<void> {
  await build(options);
  const { name } = JSON.parse(await readFile(join(options.repository, 'package.json'), 'utf8')) as {
    name: string;
  };
  const installed = join(userFolder, '.n8n', 'nodes', 'node_modules', name, 'dist');
  await rm(installed, { recursive: true, force: true });
  await cp(join(options.repository, 'dist'), installed, { recursive: true });
}

async function run(
  options: PackageInstallationOptions,
  program: string,
  args: string[],
  folder: string,
  logName: string,
): Promise<string> {
  const result = await runCommand(program, args, {
    folder,
    environment: options.environment,
    logFile: join(options.workFolder, logName),
    deadline: 5 * minute,
    signal: options.signal,
  });
  if (result.exitCode === 0) return result.output;
  throw new DemoFailure(
    `"${program} ${args.join(' ')}" ended with code ${result.exitCode ?? 'none'}:\n${result.tail}`,
  );
}
