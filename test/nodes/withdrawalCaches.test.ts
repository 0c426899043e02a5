import { connections } from '../../nodes/shared/transfer/withdrawals';
import type { NodeSettings, Nodes } from '../../nodes/shared/credentials/nodeCredential';
import { mainnet } from '../../src/protocol';

const settings = (...trustedUrls: string[]): NodeSettings => ({
  chain: mainnet,
  trustedUrls,
  delayedUrls: [],
  user: '',
  password: '',
});
const cachesOf = (...trustedUrls: string[]) => connections(settings(...trustedUrls), {} as Nodes).caches;

test('what the nodes of one credential showed is no proof under another credential', () => {
  const own = cachesOf('ws://127.0.0.1:8090', 'ws://127.0.0.1:8092');
  expect(cachesOf('ws://127.0.0.1:9090')).not.toBe(own);
  expect(cachesOf('ws://127.0.0.1:8090', 'ws://127.0.0.1:8092')).toBe(own);
});
