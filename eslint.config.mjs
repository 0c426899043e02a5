import communityNodes from '@n8n/eslint-plugin-community-nodes';
import importX, { createNodeResolver } from 'eslint-plugin-import-x';
import n8nNodesBase from 'eslint-plugin-n8n-nodes-base';
import tseslint from 'typescript-eslint';

/** What n8n lints in a package: the face, and everything that ends up in the tarball. */
const published = ['nodes/**/*.ts', 'credentials/**/*.ts', 'src/**/*.ts'];

/** The floors of src, from the ground up: each may import the floors before its own. `src/errors.ts` is the ground. */
const floors = ['protocol', 'chain', 'payments'];
/** The rooms that stand on the floors; none knows another. `rpc` implements what the floor `chain` describes. */
const rooms = ['rpc', 'deposits', 'withdrawals', 'balances'];
/** Rooms inside a room, and folders of devchain, in the order in which they may import. */
const inside = {
  'src/deposits': ['reading', 'items', 'trigger'],
  'src/withdrawals': ['transaction', 'proof', 'sending'],
  devchain: ['wire', 'chain', 'rpc', 'wallet'],
};

/** The nodes, each in its folder. */
const faces = ['BitShares', 'BitSharesTrigger', 'BitSharesWallet'];

/** `from` must not be imported by `target`. */
const zone = (target, from, why) => ({ target: `./${target}`, from: `./${from}`, message: why });

const zones = [
  ...floors.flatMap((floor, height) =>
    [...floors.slice(height + 1), ...rooms].map((above) =>
      zone(`src/${floor}`, `src/${above}`, `src/${floor} is a floor under src/${above}`),
    ),
  ),
  ...rooms.flatMap((room) =>
    rooms
      .filter((other) => other !== room)
      .map((other) =>
        zone(
          `src/${room}`,
          `src/${other}`,
          'a room takes the interfaces of src/chain and does not know its neighbours: what two of them need is on a floor below',
        ),
      ),
  ),
  zone('src/rpc', 'src/payments', 'rpc carries questions and does not know what they are for'),
  ...Object.entries(inside).flatMap(([room, parts]) =>
    parts.flatMap((part, i) =>
      parts
        .slice(i + 1)
        .map((later) => zone(`${room}/${part}`, `${room}/${later}`, `${room}: ${parts.join(' < ')}`)),
    ),
  ),
  ...['nodes', 'credentials', 'devchain', 'demo', 'test'].map((outside) =>
    zone('src', outside, 'src does not know n8n or the tests'),
  ),
  ...['devchain', 'demo', 'test'].map((outside) =>
    zone('nodes', outside, 'the package does not ship its test chain'),
  ),
  ...inside.devchain.map((room) =>
    zone(`devchain/${room}`, 'devchain/*.ts', 'the hand that drives devchain is above its rooms'),
  ),
  ...faces.flatMap((face) =>
    [...faces, 'shared']
      .filter((other) => other !== face)
      .map((other) =>
        zone(
          `nodes/${other}`,
          `nodes/${face}`,
          'no node knows another: what two of them need is in nodes/shared',
        ),
      ),
  ),
  ...['src', 'nodes', 'credentials'].map((ours) =>
    zone('devchain', ours, 'devchain checks src, so it must not share its mistakes'),
  ),
];

/** The socket library's own code, bundled: it cannot do without Node's sockets, timers and buffers. */
const socketLibrary = 'dist/vendor/ws.js';

/** The one file of ours that uses Node's network modules, and what it becomes in the tarball. */
const networkModules = ['src/rpc/network.ts', 'dist/network.js'];

/** The one way out for the texts of private keys. */
const secretExit = 'src/rpc/secretExit.ts';

/** Refuses `key.name(...)`, `key['name']` and `const { name } = key`. */
const noAccessTo = (name, message) =>
  [
    `MemberExpression[property.name='${name}']`,
    `MemberExpression[property.value='${name}']`,
    `ObjectPattern > Property[key.name='${name}']`,
    `ObjectPattern > Property[key.value='${name}']`,
  ].map((selector) => ({ selector, message }));

const noKeyText = noAccessTo(
  'toWif',
  `the text of a private key leaves through ${secretExit} alone, which knows where it may go: pass the key itself, or a Secret`,
);
const noKeyBytes = noAccessTo(
  'secretBytes',
  'the bytes of a private key stay in src/protocol: sign there, or pass the key itself',
);

export default tseslint.config(
  {
    ignores: [
      'node_modules',
      'build',
      'coverage',
      'test/vectors',
      'test/transcripts',
      'test/package/lint/**/*.ts',
    ],
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.js', '.json'] })],
      // Without it the rule about cycles looks into no TypeScript file, and says nothing.
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': ['error', { zones }],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'n8n-workflow', message: 'src does not import n8n' },
            { name: 'n8n-core', message: 'src does not import n8n' },
          ],
        },
      ],
    },
  },
  {
    files: published,
    rules: { 'no-restricted-syntax': ['error', ...noKeyText, ...noKeyBytes] },
  },
  {
    files: ['nodes/**/*.ts'],
    ignores: ['nodes/shared/parameters/*.ts', 'nodes/shared/items/routing.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...noKeyText,
        ...noKeyBytes,
        ...noAccessTo(
          'getNodeParameter',
          'declare the parameter (nodes/shared/parameters/parameter.ts) and read it from its declaration: label, default and limits are said once',
        ),
      ],
    },
  },
  {
    files: ['src/protocol/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...noKeyText] },
  },
  {
    files: [secretExit],
    rules: { 'no-restricted-syntax': ['error', ...noKeyBytes] },
  },
  {
    files: published,
    plugins: communityNodes.configs.recommended.plugins,
    rules: communityNodes.configs.recommended.rules,
  },
  // The rules for n8n's own nodes, with those off that n8n's command line tool switches off for community packages.
  {
    files: ['credentials/**/*.ts'],
    plugins: { 'n8n-nodes-base': n8nNodesBase },
    rules: {
      ...n8nNodesBase.configs.credentials.rules,
      'n8n-nodes-base/cred-class-field-documentation-url-miscased': 'off',
      'n8n-nodes-base/cred-class-field-type-options-password-missing': 'off',
    },
  },
  {
    files: ['nodes/**/*.ts'],
    plugins: { 'n8n-nodes-base': n8nNodesBase },
    rules: {
      ...n8nNodesBase.configs.nodes.rules,
      'n8n-nodes-base/node-class-description-inputs-wrong-regular-node': 'off',
      'n8n-nodes-base/node-class-description-outputs-wrong': 'off',
      'n8n-nodes-base/node-param-type-options-max-value-present': 'off',
    },
  },
  {
    files: ['package.json'],
    plugins: { ...communityNodes.configs.recommended.plugins, 'n8n-nodes-base': n8nNodesBase },
    rules: { ...communityNodes.configs.recommended.rules, ...n8nNodesBase.configs.community.rules },
    languageOptions: { parser: tseslint.parser, parserOptions: { extraFileExtensions: ['.json'] } },
  },
  {
    // What users install is linted as well: n8n's scanner looks at the tarball, not at the source.
    files: ['dist/**/*.js'],
    plugins: communityNodes.configs.recommended.plugins,
    rules: communityNodes.configs.recommended.rules,
    languageOptions: { sourceType: 'commonjs' },
  },
  {
    files: [socketLibrary],
    rules: {
      // A socket is made of node:net, node:tls, node:http and streams; no allowed module has one on Node 20.
      '@n8n/community-nodes/no-restricted-imports': 'off',
      // Its handshake and closing timeouts are timers, and it reads process for its debug switches.
      '@n8n/community-nodes/no-restricted-globals': 'off',
    },
  },
  {
    files: networkModules,
    rules: {
      // A host name is judged by its addresses, and the call goes to those: no allowed module looks names up or lets a call
      // choose its address. fetch looks the name up again, writes the Host header itself, and inflates what it receives.
      '@n8n/community-nodes/no-restricted-imports': 'off',
    },
  },
);
