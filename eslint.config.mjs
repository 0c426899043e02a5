import communityNodes from '@n8n/eslint-plugin-community-nodes';
import importX, { createNodeResolver } from 'eslint-plugin-import-x';
import n8nNodesBase from 'eslint-plugin-n8n-nodes-base';
import tseslint from 'typescript-eslint';

/** What n8n lints in a package: the face, and everything that ends up in the tarball. */
const published = ['nodes/**/*.ts', 'credentials/**/*.ts', 'src/**/*.ts'];

/**
 * The rooms and what each may import, from the inside out. `src/errors.ts` (the error type) and `src/chain.ts` (the
 * interfaces to a node) are ground that every room stands on.
 */
const directions = [
  {
    target: './src/protocol',
    from: ['./src', './nodes', './credentials'],
    except: ['./protocol', './errors.ts'],
    why: 'protocol is pure and imports nothing of ours but the error type',
  },
  {
    target: './src/rpc',
    from: ['./src/deposits', './src/withdrawals', './src/balances', './nodes', './credentials'],
    why: 'rpc knows the protocol and nothing about what the calls are for',
  },
  ...['deposits', 'withdrawals', 'balances'].map((room) => ({
    target: `./src/${room}`,
    from: [
      './src/rpc',
      './nodes',
      './credentials',
      ...['deposits', 'withdrawals', 'balances']
        .filter((other) => other !== room)
        .map((other) => `./src/${other}`),
    ],
    why: 'a domain room takes the interfaces of src/chain.ts, not the socket client, and does not know its neighbours',
  })),
  {
    target: './src',
    from: ['./nodes', './credentials', './devchain', './demo'],
    why: 'src does not know n8n or the tests',
  },
  {
    target: './nodes',
    from: ['./devchain', './demo', './test'],
    why: 'the package does not ship its test chain',
  },
  {
    target: './devchain',
    from: ['./src', './nodes', './credentials'],
    why: 'devchain checks src, so it must not share its mistakes',
  },
];

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
  { ignores: ['node_modules', 'build', 'coverage', 'test/vectors', 'test/transcripts'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.js', '.json'] })] },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': [
        'error',
        {
          zones: directions.flatMap(({ target, from, except, why }) =>
            from.map((folder) => ({
              target,
              from: folder,
              message: why,
              ...(except && folder === './src' ? { except } : {}),
            })),
          ),
        },
      ],
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
    files: networkModules,
    rules: {
      // A host name is judged by its addresses, and the call goes to those: no allowed module looks names up or lets a call
      // choose its address. fetch looks the name up again, writes the Host header itself, and inflates what it receives.
      '@n8n/community-nodes/no-restricted-imports': 'off',
    },
  },
);
