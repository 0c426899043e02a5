import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { PrivateKey } from '../../src/protocol';
import { findDestination } from '../../src/rpc/destination';
import { checkReceiver, Secret, secretText } from '../../src/rpc/secretExit';

const root = path.resolve(__dirname, '../..');
const key = PrivateKey.fromSeed('some key');
const at = (address: string, ...addresses: string[]) =>
  findDestination(address, () => Promise.resolve(addresses));

describe('the text of a secret', () => {
  test('is given for the wallet that its owner entered, however it is written', async () => {
    for (const address of [
      'http://127.0.0.1:8092',
      'HTTP://127.0.0.1:8092/',
      'http://u:p@127.0.0.1:8092',
      'http://2130706433:8092',
    ])
      expect(secretText(key, await at(address), { wallet: 'http://127.0.0.1:8092' })).toBe(key.toWif());
    expect(
      secretText(key, await at('https://Wallet.Example:443/'), { wallet: 'https://wallet.example' }),
    ).toBe(key.toWif());
  });

  test.each([
    'http://127.0.0.1:8093',
    'https://127.0.0.1:8092',
    'http://127.0.0.2:8092',
    'http://localhost:8092',
    'http://127.0.0.1:8092/webhook/other',
    'http://127.0.0.1:8092/?other',
    'http://127.0.0.1:8092@wallet.example',
  ])('is not given for another one: %s', async (address) => {
    const destination = await at(address, '127.0.0.1');
    expect(() => secretText(key, destination, { wallet: 'http://127.0.0.1:8092' })).toThrow(
      expect.objectContaining({ code: 'INVALID_PARAMETER', field: 'Wallet That May Receive These Keys' }),
    );
  });

  test('is not given where the owner entered nothing, also over TLS', async () => {
    const destination = await at('https://wallet.example');
    expect(() => new Secret(key, { wallet: '' }).textFor(destination)).toThrow(/no wallet is entered/);
    expect(() => checkReceiver({ wallet: '' }, 'https://wallet.example')).toThrow(/no wallet is entered/);
  });

  test('goes beyond private networks over TLS only', async () => {
    const receiver = 'the address beside it';
    const refusal = expect.objectContaining({ code: 'ACCESS_DENIED' });
    for (const scheme of ['http', 'ws']) {
      const stranger = await at(`${scheme}://host.example`, '10.0.0.1', '203.0.113.5');
      expect(() => secretText('word', stranger, receiver)).toThrow(refusal);
      const neighbour = await at(`${scheme}://host.example`, '10.0.0.1', '192.168.0.1');
      expect(secretText('word', neighbour, receiver)).toBe('word');
      const tls = await at(`${scheme}s://host.example`, '203.0.113.5');
      expect(secretText('word', tls, receiver)).toBe('word');
    }
  });
});

describe('the rule for our own code', () => {
  /** Messages of ESLint with the project's configuration for this text as that file. */
  const lint = (file: string, text: string): string[] => {
    const eslint = [
      'node_modules/eslint/bin/eslint.js',
      '--stdin',
      '--stdin-filename',
      file,
      '--format',
      'json',
    ];
    const run = () => execFileSync(process.execPath, eslint, { cwd: root, input: text });
    let output: string;
    try {
      output = run().toString();
    } catch (error) {
      output = String((error as { stdout: Buffer }).stdout);
    }
    const [result] = JSON.parse(output) as { messages: { ruleId: string | null; message: string }[] }[];
    return (result?.messages ?? [])
      .filter(({ ruleId }) => ruleId === 'no-restricted-syntax')
      .map(({ message }) => message);
  };
  const texts = `import { PrivateKey } from '../protocol';
    const key = PrivateKey.fromSeed('x');
    export const a = key.toWif();
    export const b = key['toWif']();
    export const { toWif: c } = key;
    export const d = key?.toWif;`;

  test.each([
    'src/rpc/walletClient.ts',
    'src/protocol/brainKeys.ts',
    'nodes/shared/balanceKeys.ts',
    'credentials/x.ts',
  ])('refuses the text of a key in %s', (file) => {
    expect(lint(file, texts)).toEqual(Array(4).fill(expect.stringContaining('src/rpc/secretExit.ts alone')));
  });

  test('allows it in the one way out', () => {
    expect(lint('src/rpc/secretExit.ts', texts)).toEqual([]);
  });

  test('keeps the bytes of a key in the protocol', () => {
    const bytes = texts.replaceAll('toWif', 'secretBytes');
    expect(lint('nodes/shared/balanceKeys.ts', bytes)).toHaveLength(4);
    expect(lint('src/rpc/secretExit.ts', bytes)).toHaveLength(4);
    expect(lint('src/protocol/transaction.ts', bytes)).toEqual([]);
  });
});
