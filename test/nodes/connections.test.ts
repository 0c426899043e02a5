import { Devchain } from '../../devchain';
import { BitShares } from '../../nodes/BitShares/BitShares.node';
import { nodeCredentialFor } from '../support/devchainCredentials';
import { executeNode } from '../support/executeNode';

test('executions that follow one another find the connection to the node open', async () => {
  const chain = await Devchain.start({ accounts: [{ name: 'alice' }] });
  const { server } = chain.trusted;
  for (let execution = 1; execution <= 3; execution++) {
    const { items } = await executeNode({
      node: new BitShares(),
      parameters: { resource: 'account', operation: 'get', account: 'alice' },
      credentials: { bitSharesNodeApi: nodeCredentialFor(chain) },
    });
    expect(items?.map(({ json }) => json.name)).toEqual(['alice']);
    expect([server.connectionCount, server.connectionsTaken]).toEqual([1, 1]);
  }
  await chain.stop();
});
