import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { searchForSecrets } from '../../demo/secretSearch';

const wif = '5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD3';
const secret = { name: 'active key of somebody', values: ['another form', wif] };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secret-search-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

test.each([
  ['as text inside binary data', 'text', Buffer.concat([Buffer.from([0, 255, 1]), Buffer.from(`x${wif}y`)])],
  ['in hexadecimal', 'hexadecimal', Buffer.from(`00${Buffer.from(wif).toString('hex')}ff`)],
  ['in upper-case hexadecimal', 'hexadecimal', Buffer.from(Buffer.from(wif).toString('hex').toUpperCase())],
  ['in Base64', 'Base64', Buffer.from(Buffer.from(wif).toString('base64'))],
  ['in Base64 after one other byte', 'Base64', Buffer.from(Buffer.from(`"${wif}"}`).toString('base64'))],
  ['in Base64 after two other bytes', 'Base64', Buffer.from(Buffer.from(`: ${wif}`).toString('base64'))],
])('a secret is found %s', async (_title, form, content) => {
  await mkdir(join(folder, '.n8n'));
  await writeFile(join(folder, '.n8n', 'database.sqlite'), content);
  const result = await searchForSecrets(folder, [secret]);
  expect(result.findings).toEqual([{ name: secret.name, form, file: join('.n8n', 'database.sqlite') }]);
});

test('what holds no secret gives no finding, and says how much was searched', async () => {
  await writeFile(join(folder, 'n8n.log'), 'nothing here');
  expect(await searchForSecrets(folder, [secret])).toEqual({
    filesSearched: 1,
    bytesSearched: 12,
    findings: [],
  });
});

test('installed program code is not searched', async () => {
  await mkdir(join(folder, 'node_modules'));
  await writeFile(join(folder, 'node_modules', 'index.js'), wif);
  expect((await searchForSecrets(folder, [secret])).filesSearched).toBe(0);
});
