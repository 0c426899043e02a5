/** Keeps two starts of the demo from installing into one folder. */
import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';

import { pause } from './waiting';

/** A lock whose file was not touched for this long, in milliseconds, belongs to a process that died. */
const staleAfter = 60_000;
const touchEvery = 10_000;

/**
 * Runs `work` while holding `lockFile`, so that two starts do not install into one folder at once.
 *
 * The holder touches the file every 10 s; a file untouched for a minute (kill -9, power loss) is taken over. `onWait` is called
 * once when somebody else holds the lock.
 *
 * @throws DemoStopped when the signal fires while waiting, and whatever `work` throws.
 */
export async function withInstallationLock<T>(
  lockFile: string,
  signal: AbortSignal,
  onWait: () => void,
  work: () => Promise<T>,
): Promise<T> {
  const token = randomUUID();
  for (let waited = false; !(await take(lockFile, token));) {
    if (!waited) onWait();
    waited = true;
    await removeIfStale(lockFile);
    await pause(500, signal);
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(lockFile, now, now).catch(() => {
      // The file is gone only when the machine slept for a minute and another start took over; the steps are idempotent.
    });
  }, touchEvery);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if ((await readFile(lockFile, 'utf8').catch(() => '')) === token) await rm(lockFile, { force: true });
  }
}

async function take(lockFile: string, token: string): Promise<boolean> {
  try {
    await writeFile(lockFile, token, { flag: 'wx' });
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Moves a stale file away under a unique name first: of two waiters that see it, only one may remove it. */
async function removeIfStale(lockFile: string): Promise<void> {
  const aside = `${lockFile}.${randomUUID()}`;
  try {
    const seen = await readFile(lockFile, 'utf8');
    const { mtimeMs } = await stat(lockFile);
    if (Date.now() - mtimeMs < staleAfter) return;
    await rename(lockFile, aside);
    const moved = await readFile(aside, 'utf8');
    // Another waiter replaced the stale file between our look and our move: give it back.
    if (moved !== seen) await link(aside, lockFile).catch(() => undefined);
    await rm(aside, { force: true });
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
