import { Devchain } from '../../devchain';
import { BitShares } from '../../nodes/BitShares/BitShares.node';
import { ScriptedNode } from '../support/scriptedNode';
import { nodeCredentialFor } from '../support/devchainCredentials';
import { executeNode } from '../support/executeNode';

let chain: Devchain;
beforeAll(async () => {
  chain = await Devchain.start({ accounts: [{ name: 'alice' }, { name: 'bob' }] });
});
afterAll(() => chain.stop());

const getAccounts = (trustedUrls: string) =>
  executeNode({
    node: new BitShares(),
    parameters: { resource: 'account', operation: 'get', account: '={{ $json.account }}' },
    credentials: { bitSharesNodeApi: nodeCredentialFor(chain, { trustedUrls }) },
    items: [{ account: 'alice' }, { account: 'bob' }],
  });

test('an action goes on with the next address, and a hint names the one that could not be used', async () => {
  const result = await getAccounts(`ws://127.0.0.1:9, ${chain.trustedUrl}`);
  expect(result.items?.map(({ json }) => json.name)).toEqual(['alice', 'bob']);
  expect(result.hints).toEqual([
    {
      message: `ws://127.0.0.1:9 is not reachable (the connection was refused). ${chain.trustedUrl} was used instead of ws://127.0.0.1:9.`,
      location: 'outputPane',
      type: 'warning',
    },
  ]);
});

test('an answer that is too large is asked for at the next address, and a hint says so', async () => {
  const hostile = await ScriptedNode.start(({ id, params }) =>
    params[1] === 'get_chain_id'
      ? { result: chain.chainId }
      : { raw: `{"id":${id},"result":[${'{},'.repeat(4_000_000)}{}]}` },
  );
  const result = await getAccounts(`${hostile.url}, ${chain.trustedUrl}`);
  await hostile.stop();
  expect(result.items?.map(({ json }) => json.name)).toEqual(['alice', 'bob']);
  expect(result.hints).toEqual([
    expect.objectContaining({
      message: expect.stringMatching(/answered get_accounts with 12\d{6} bytes/) as string,
    }),
  ]);
});

test('without trouble there is no hint', async () => {
  expect((await getAccounts(`${chain.trustedUrl}, ws://127.0.0.1:9`)).hints).toEqual([]);
});
