import { existsSync } from 'node:fs';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DemoStopped } from '../../demo/failure';
import { withInstallationLock } from '../../demo/installationLock';

let folder: string;
let lockFile: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'installation-lock-'));
  lockFile = join(folder, 'installing.lock');
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const never = new AbortController().signal;
const ignore = () => undefined;

test('two starts never install at once, and both get their turn', async () => {
  let inside = 0;
  let most = 0;
  const work = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
    return 'done';
  };
  const results = await Promise.all([1, 2, 3].map(() => withInstallationLock(lockFile, never, ignore, work)));
  expect(results).toEqual(['done', 'done', 'done']);
  expect(most).toBe(1);
  expect(existsSync(lockFile)).toBe(false);
});

test('the lock of a start that died is taken over', async () => {
  await writeFile(lockFile, 'somebody else');
  const longAgo = new Date(Date.now() - 3_600_000);
  await utimes(lockFile, longAgo, longAgo);
  let waited = 0;
  const result = await withInstallationLock(
    lockFile,
    never,
    () => (waited += 1),
    async () => 'mine',
  );
  expect(result).toBe('mine');
  expect(waited).toBe(1);
});

test('the lock of a living start is respected until the wait is stopped', async () => {
  await writeFile(lockFile, 'somebody else');
  const stop = new AbortController();
  const waiting = withInstallationLock(
    lockFile,
    stop.signal,
    () => stop.abort(),
    async () => 'mine',
  );
  await expect(waiting).rejects.toBeInstanceOf(DemoStopped);
  expect(existsSync(lockFile)).toBe(true);
});

test('a failed installation gives the lock back', async () => {
  const failing = withInstallationLock(lockFile, never, ignore, () =>
    Promise.reject(new Error('no network')),
  );
  await expect(failing).rejects.toThrow('no network');
  expect(existsSync(lockFile)).toBe(false);
});
