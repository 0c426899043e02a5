// n8n's engine logs every error of a node; the tests look at the errors themselves.
process.env.N8N_LOG_LEVEL = 'silent';

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  maxWorkers: '100%',
  // Nothing here is judged by its speed: a slow machine must not make a test fail.
  testTimeout: 60_000,
  setupFiles: ['<rootDir>/test/support/platformWebSocket.cjs'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: {
    '^.+\\.[jt]s$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }],
  },
  // @noble/secp256k1 ships ES modules only; everything else in node_modules is loaded as it is.
  transformIgnorePatterns: ['/node_modules/(?!@noble/)'],
};
