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

/** The socket library's own code, bundled: it cannot do without Node's sockets, timers and buffers. */
const socketLibrary = 'dist/vendor/ws.js';

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
);
