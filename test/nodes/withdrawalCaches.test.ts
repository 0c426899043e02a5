/** Guarantee: what was read under one credential proves nothing to the user of another one. */
import { readNodeSettings } from '../../nodes/shared/credentials/nodeCredential';
import { connections } from '../../nodes/shared/transfer/withdrawals';
import type { WithdrawalCaches } from '../../src/withdrawals/proof/evidence';

const credential = {
  chain: 'custom',
  chainId: '11'.repeat(32),
  addressPrefix: 'BTS',
  trustedUrls: 'ws://127.0.0.1:8090',
  delayedUrls: '',
  user: 'exchange',
  password: 'secret',
};

function cachesOf(changed: Partial<typeof credential> = {}): WithdrawalCaches {
  const settings = readNodeSettings({ ...credential, ...changed });
  return connections(settings, { trusted: {} as never, delayed: undefined }).caches;
}

test('executions with equal credentials share what they read', () => {
  expect(cachesOf()).toBe(cachesOf());
});

test.each([
  ['user', { user: 'somebody' }],
  ['password', { password: 'another' }],
  ['chain id', { chainId: '22'.repeat(32) }],
  ['address prefix', { addressPrefix: 'TEST' }],
  ['trusted nodes', { trustedUrls: 'ws://127.0.0.1:8091' }],
  ['delayed nodes', { delayedUrls: 'ws://127.0.0.1:8091' }],
])('those whose credentials differ in the %s do not', (_, changed) => {
  expect(cachesOf(changed)).not.toBe(cachesOf());
});
