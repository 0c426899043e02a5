import { n8nEnvironment } from '../../demo/n8nProcess';

const settings = {
  installation: { folder: '/cache', node: '/cache/node', script: '/cache/n8n' },
  userFolder: '/tmp/user',
  port: 40001,
  brokerPort: 40002,
  encryptionKey: 'k',
};

test('settings of an n8n that the user runs do not reach the n8n of the demo', () => {
  const environment = n8nEnvironment(settings, {
    PATH: '/bin',
    HOME: '/home/me',
    DB_TYPE: 'postgresdb',
    N8N_USER_FOLDER: '/home/me',
    N8N_ENCRYPTION_KEY: 'the real one',
    NODE_OPTIONS: '--inspect',
  });
  expect(environment).toMatchObject({
    PATH: '/bin',
    HOME: '/home/me',
    N8N_USER_FOLDER: '/tmp/user',
    N8N_ENCRYPTION_KEY: 'k',
  });
  expect(environment).not.toHaveProperty('DB_TYPE');
  expect(environment).not.toHaveProperty('NODE_OPTIONS');
});

test('n8n and its task broker listen on 127.0.0.1 only', () => {
  const environment = n8nEnvironment(settings, {});
  expect(environment['N8N_LISTEN_ADDRESS']).toBe('127.0.0.1');
  expect(environment['N8N_RUNNERS_BROKER_LISTEN_ADDRESS']).toBe('127.0.0.1');
  expect(environment['N8N_WEBHOOK_URL']).toBe('http://127.0.0.1:40001/');
});
