import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ICredentialType, INodeType } from 'n8n-workflow';
import packageJson from '../../package.json';

const root = path.resolve(__dirname, '../..');

interface Packed {
  size: number;
  files: { path: string }[];
}

describe('what users install', () => {
  let packed: Packed;

  beforeAll(() => {
    execFileSync(process.execPath, ['node_modules/gulp/bin/gulp.js', 'build', '--silent'], { cwd: root });
    const [description] = JSON.parse(
      execFileSync('npm', ['pack', '--dry-run', '--json'], {
        cwd: root,
        stdio: ['ignore', 'pipe', 'ignore'],
      }).toString(),
    ) as Packed[];
    packed = description as Packed;
  }, 60_000);

  test('holds only what users need: no tests, no test chain, no demo, no sources, no source maps', () => {
    const unexpected = packed.files
      .map(({ path: file }) => file)
      .filter((file) => !/^(dist\/.+\.(js|svg|json|txt)|package\.json|README\.md|LICENSE)$/.test(file));
    expect(unexpected).toEqual([]);
    expect(packed.files.filter(({ path: file }) => /test|devchain|demo|\.map$/.test(file))).toEqual([]);
  });

  test('is under 200 KB', () => {
    expect(packed.size).toBeLessThan(200_000);
  });

  test('has no run-time dependencies, and carries the licences of what is bundled', () => {
    expect(Object.keys(packageJson)).not.toContain('dependencies');
    const licences = readFileSync(path.join(root, 'dist/THIRD_PARTY_LICENSES.txt'), 'utf8');
    for (const library of ['@noble/secp256k1 ', 'bs58 ', 'base-x ']) expect(licences).toContain(library);
  });

  test("opens connections in one file alone, with Node's own modules and no library", () => {
    const required = packed.files
      .map(({ path: file }) => file)
      .filter((file) => /^dist\/\w+\.js$/.test(file))
      .map((file) => {
        const code = readFileSync(path.join(root, file), 'utf8');
        return [
          file,
          [...new Set([...code.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name))].sort(),
        ];
      });
    expect(Object.fromEntries(required)).toEqual({
      'dist/bundle.js': ['./network.js', 'n8n-workflow', 'node:crypto'],
      'dist/network.js': ['node:dns/promises', 'node:http', 'node:https'],
    });
  });

  test('loads by plain require, without the tests or their dependencies', () => {
    const files = [...packageJson.n8n.nodes, ...packageJson.n8n.credentials];
    const script = `for (const file of ${JSON.stringify(files)}) {
      const [[name, Type]] = Object.entries(require(require('path').resolve(file)));
      if (!file.includes('/' + name + '.')) throw new Error(file + ' exports ' + name);
      new Type();
    }`;
    execFileSync(process.execPath, ['-e', script], { cwd: root });
  });

  test('every node and credential finds its icons, in both themes, and every node its codex file', () => {
    for (const file of [...packageJson.n8n.nodes, ...packageJson.n8n.credentials]) {
      const exported = jest.requireActual<Record<string, new () => INodeType | ICredentialType>>(
        path.join(root, file),
      );
      const [Type] = Object.values(exported) as [new () => INodeType | ICredentialType];
      const instance = new Type();
      const icon = 'description' in instance ? instance.description.icon : instance.icon;
      const { light, dark } = icon as { light: string; dark: string };
      expect(light).not.toBe(dark);
      for (const name of [light, dark]) {
        expect(existsSync(path.join(root, path.dirname(file), name.replace('file:', '')))).toBe(true);
      }
      if (file.endsWith('.node.js'))
        expect(existsSync(path.join(root, file.replace(/\.js$/, '.json')))).toBe(true);
    }
  });
});
