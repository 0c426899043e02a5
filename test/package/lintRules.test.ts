/** Each rule that the architecture and the secrets lean on refuses what it is there for: a rule that cannot fail is none. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const paths = 'import-x/no-restricted-paths';
const imports = (specifier: string) => `import * as imported from '${specifier}';\nexport { imported };\n`;
const cycle = (half: string) => readFileSync(path.join(__dirname, `lint/cycle/${half}.ts`), 'utf8');

/** What is refused: as which file, its text, and the rule that refuses it. */
const refused: [guarantee: string, file: string, text: string, rule: string][] = [
  ['an import cycle', 'test/package/lint/cycle/one.ts', cycle('one'), 'import-x/no-cycle'],
  ['its other half', 'test/package/lint/cycle/two.ts', cycle('two'), 'import-x/no-cycle'],
  ['protocol that asks a node', 'src/protocol/x.ts', imports('../chain/interfaces'), paths],
  ['chain that knows a payment', 'src/chain/x.ts', imports('../payments/fees'), paths],
  ['chain that knows a room', 'src/chain/x.ts', imports('../deposits/reading/position'), paths],
  ['payments that know a room', 'src/payments/x.ts', imports('../withdrawals/transaction/intent'), paths],
  [
    'deposits that know withdrawals',
    'src/deposits/reading/x.ts',
    imports('../../withdrawals/proof/scan'),
    paths,
  ],
  [
    'withdrawals that know deposits',
    'src/withdrawals/proof/x.ts',
    imports('../../deposits/reading/gap'),
    paths,
  ],
  ['claims that know withdrawals', 'src/balances/x.ts', imports('../withdrawals/sending/checks'), paths],
  ['a room that opens sockets', 'src/withdrawals/sending/x.ts', imports('../../rpc/connection'), paths],
  ['rpc that knows a room', 'src/rpc/x.ts', imports('../balances/importer'), paths],
  ['rpc that knows payments', 'src/rpc/x.ts', imports('../payments/fees'), paths],
  ['reading that knows the trigger', 'src/deposits/reading/x.ts', imports('../trigger/delivery'), paths],
  ['items that know the trigger', 'src/deposits/items/x.ts', imports('../trigger/watcher'), paths],
  ['a transaction that asks for proof', 'src/withdrawals/transaction/x.ts', imports('../proof/scan'), paths],
  ['proof that sends', 'src/withdrawals/proof/x.ts', imports('../sending/runner'), paths],
  ['src that knows a node of n8n', 'src/chain/x.ts', imports('../../nodes/shared/clock'), paths],
  ['src that knows the test chain', 'src/rpc/x.ts', imports('../../devchain'), paths],
  ['a node that uses the test chain', 'nodes/BitShares/x.ts', imports('../../devchain'), paths],
  ['a node that uses another', 'nodes/BitSharesWallet/x.ts', imports('../BitShares/resources'), paths],
  [
    'a node that uses a trigger',
    'nodes/BitShares/actions/x.ts',
    imports('../../BitSharesTrigger/state'),
    paths,
  ],
  ['what nodes share, and uses one of them', 'nodes/shared/x.ts', imports('../BitShares/resources'), paths],
  [
    'a parameter that is read without its declaration',
    'nodes/BitShares/x.ts',
    "export const read = (context: any) => context.getNodeParameter('limit', 0);",
    'no-restricted-syntax',
  ],
  ['a test chain that uses src', 'devchain/chain/x.ts', imports('../../src/protocol'), paths],
  ['a room of the test chain that knows the hand', 'devchain/wallet/x.ts', imports('../operator'), paths],
  ["a chain that knows the test chain's wallet", 'devchain/chain/x.ts', imports('../wallet/wallet'), paths],
  ['src that imports n8n', 'src/chain/x.ts', imports('n8n-workflow'), 'no-restricted-imports'],
  [
    'a value import of a type',
    'src/chain/x.ts',
    "import { Clock } from './interfaces';\nexport type C = Clock;",
    '@typescript-eslint/consistent-type-imports',
  ],
  [
    'a timer in what n8n loads',
    'src/chain/x.ts',
    'setTimeout(() => {}, 1);',
    '@n8n/community-nodes/no-restricted-globals',
  ],
  [
    'a network module in what n8n loads',
    'src/chain/x.ts',
    imports('node:net'),
    '@n8n/community-nodes/no-restricted-imports',
  ],
];

/** What ESLint refuses in each text as that file, as `rule: message`. */
function lint(texts: (readonly [file: string, text: string])[]): string[][] {
  const output = execFileSync(process.execPath, [path.join(__dirname, 'lint/lint.mjs')], {
    input: JSON.stringify(texts),
  });
  return JSON.parse(output.toString()) as string[][];
}

test('every rule that this house leans on refuses its fixture', () => {
  const messages = lint(refused.map(([, file, text]) => [file, text]));
  const passed = refused.filter(([, , , rule], i) => !messages[i]?.some((it) => it.startsWith(`${rule}: `)));
  expect(passed.map(([guarantee]) => guarantee)).toEqual([]);
});

test('the import of a floor below is not refused', () => {
  const messages = lint([
    ['src/chain/x.ts', imports('../protocol/ids')],
    ['src/payments/x.ts', imports('../chain/interfaces')],
    ['src/withdrawals/sending/x.ts', imports('../proof/scan')],
    ['src/deposits/trigger/x.ts', imports('../reading/position')],
    ['src/rpc/x.ts', imports('../chain/interfaces')],
  ]);
  expect(messages.flat()).toEqual([]);
});
