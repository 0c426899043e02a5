/** Whether n8n fits on the disk, asked before it is downloaded. */
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

import { DemoFailure } from './failure';

/** The free bytes that a user who is not root may fill on the file system that holds (or will hold) `folder`. */
export async function freeBytes(folder: string): Promise<bigint> {
  let existing = folder;
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  const { bavail, bsize } = await statfs(existing, { bigint: true });
  return bavail * bsize;
}

/** @throws DemoFailure when fewer than `needed` bytes are free. */
export function requireSpace(folder: string, free: bigint, needed: bigint): void {
  if (free >= needed) return;
  throw new DemoFailure(
    `Installing n8n needs ${gigabytes(needed)} GB; ${folder} has ${gigabytes(free)} GB free.`,
    'Free some space, or set XDG_CACHE_HOME to a folder on a larger disk.',
  );
}

function gigabytes(bytes: bigint): string {
  return (Number(bytes / 1_000_000n) / 1000).toFixed(1);
}
