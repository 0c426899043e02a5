import type { ICredentialsDecrypted } from 'n8n-workflow';
import { Devchain } from '../../devchain';
import { testKeysCredential, testNodeCredential } from '../../nodes/shared/credentials/credentialTests';
import { keysCredentialFor, nodeCredentialFor } from '../support/devchainCredentials';

const now = () => Math.floor(Date.now() / 1000);

describe('the test of a credential says what is wrong', () => {
  let chain: Devchain;
  let rotated: string;

  beforeAll(async () => {
    // The chain's past ends now, so that its head is as recent as a healthy node's.
    chain = await Devchain.start({
      startTime: now() - 300,
      accounts: [{ name: 'exchange' }, { name: 'alice', balances: { BTS: '1000' } }],
    });
    chain.produceBlocks(100);
    rotated = chain.account('exchange').keys.memo;
  });
  afterAll(() => chain.stop());

  const decrypted = (data: object) =>
    ({ id: '1', name: 'x', type: 'x', data }) as ICredentialsDecrypted<never>;
  const testNode = (change: object = {}) =>
    testNodeCredential.call({} as never, decrypted(nodeCredentialFor(chain, change)));
  const testKeys = (change: object = {}) =>
    testKeysCredential.call({} as never, decrypted(keysCredentialFor(chain, 'exchange', change)));
  const error = (message: RegExp) => ({ status: 'Error', message: expect.stringMatching(message) as string });
  const ok = (message: RegExp) => ({ status: 'OK', message: expect.stringMatching(message) as string });

  describe('BitShares Node API', () => {
    test('both nodes right', async () => {
      expect(await testNode()).toEqual(ok(/trusted and the delayed node are on the right chain and in sync/));
    });

    test('no delayed node: connected, with a hint', async () => {
      expect(await testNode({ delayedUrls: '' })).toEqual(ok(/Without a delayed node/));
    });

    test('wrong chain', async () => {
      expect(await testNode({ chain: 'mainnet' })).toEqual(
        error(/is on chain .* the credential is for 4018d784/),
      );
    });

    test('not reachable, naming the address of several', async () => {
      expect(await testNode({ trustedUrls: `${chain.trustedUrl}, ws://127.0.0.1:9` })).toEqual(
        error(/ws:\/\/127\.0\.0\.1:9 is not reachable .*Check the address/),
      );
    });

    test('every address that failed is named, not only the first', async () => {
      const down = ['ws://127.0.0.1:9', 'ws://127.0.0.1:11', 'ws://127.0.0.1:13'] as const;
      const { status, message } = await testNode({
        trustedUrls: `${down[0]}, ${chain.trustedUrl}, ${down[1]}`,
        delayedUrls: down[2],
      });
      expect(status).toBe('Error');
      for (const url of down)
        expect(message).toContain(`${url} is not reachable (the connection was refused)`);
      // The same advice is given once.
      expect(message?.match(/Check the address/g)).toHaveLength(1);
    });

    test('not in sync', async () => {
      chain.faults.add({ kind: 'out of sync', node: 'trusted', method: 'get_objects', seconds: 600 });
      expect(await testNode()).toEqual(error(/is not in sync: its head block is \d{3} s old/));
      chain.faults.clear();
    });

    test('a full node entered as delayed', async () => {
      expect(await testNode({ delayedUrls: chain.trustedUrl })).toEqual(
        error(/it is a full node.*delayed_node/),
      );
    });

    test('a field that is empty or malformed', async () => {
      expect(await testNode({ trustedUrls: '' })).toEqual(error(/^Trusted Node URLs: no address/));
      expect(await testNode({ chainId: 'abc' })).toEqual(error(/^Chain ID: .*digits\. Ask/));
    });
  });

  describe('BitShares Keys API', () => {
    test('memo key right, no active key: watching', async () => {
      expect(await testKeys()).toEqual(ok(/the memo key matches; without an active key nothing can be sent/));
    });

    test('both keys right', async () => {
      expect(await testKeys({ activeKey: chain.account('exchange').keys.active })).toEqual(
        ok(/exchange is 1\.2\.\d+: the memo key matches, the active key matches\./),
      );
    });

    test('unknown account', async () => {
      expect(await testKeys({ account: 'nobody' })).toEqual(error(/^Account: there is no account nobody/));
    });

    test('a node that cannot be reached, naming the field that holds its address', async () => {
      expect(await testKeys({ testNodeUrl: 'ws://127.0.0.1:9' })).toEqual(
        error(/is not reachable .*enter another node under "Node for the Connection Test"/),
      );
    });

    test('the keys of another account', async () => {
      const other = chain.account('alice').keys;
      expect(await testKeys({ memoKey: other.memo })).toEqual(
        error(/^Memo Key: this is not the memo key of exchange now/),
      );
      expect(await testKeys({ activeKey: other.active })).toEqual(
        error(/^Active Key: this is not an active key of exchange now/),
      );
    });

    test('keys in each other’s fields', async () => {
      const { owner, active } = chain.account('exchange').keys;
      expect(await testKeys({ memoKey: active })).toEqual(error(/it is an active key/));
      expect(await testKeys({ activeKey: owner })).toEqual(error(/it is an owner key/));
      expect(await testKeys({ activeKey: rotated })).toEqual(error(/it is the memo key/));
    });

    test('malformed keys, which are not repeated', async () => {
      const result = await testKeys({ memoKey: `${rotated.slice(0, -1)}1` });
      expect(result).toEqual(error(/^Memo Key: .*checksum/));
      expect(result.message).not.toContain(rotated.slice(0, -1));
    });

    test('a rotated memo key belongs under the older ones', async () => {
      const { id, keys } = chain.account('alice');
      const options = {
        memo_key: chain.account('exchange').publicKeys.memo,
        voting_account: '1.2.5',
        num_witness: 0,
        num_committee: 0,
        votes: [],
        extensions: [],
      };
      const update = {
        fee: { amount: 0, asset_id: '1.3.0' },
        account: id,
        new_options: options,
        extensions: {},
      };
      chain.push(chain.sign([[6, update]], [keys.active]));
      chain.produceBlock();
      expect(await testKeys({ account: 'alice', memoKey: chain.account('alice').keys.memo })).toEqual(
        error(/it may have been replaced.*Older Memo Keys/),
      );
    });

    test('without a node only the form is checked, and it says so', async () => {
      expect(await testKeys({ testNodeUrl: '' })).toEqual(ok(/well formed/));
    });
  });
});
