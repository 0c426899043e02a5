import { systemClock } from '../../nodes/shared/clock';
import { movesNothing } from '../../src/deposits/reading/pageTrouble';
import { watchedAccount } from '../../src/deposits/reading/watchedAccount';
import { openNodeClient } from '../../src/rpc/nodeClient';
import { chainOfToday } from '../support/triggerOnDevchain';

it('the node says which operations move no value without showing them', async () => {
  const chain = await chainOfToday();
  const { id, keys } = chain.account('bob');
  const fee = { amount: 50_000_000, asset_id: '1.3.0' };
  const custom = { fee, payer: id, required_auths: [], id: 1, data: 'ff' };
  chain.push(chain.sign([[35, custom]], [keys.active]));
  chain.transfer({ from: 'alice', to: 'bob', amount: '1' });
  chain.produceBlock();
  const { chainId } = chain;
  const client = openNodeClient({ urls: [chain.trustedUrl], chainId }, { clock: systemClock });
  const session = await client.session();
  const account = await watchedAccount(session, 'bob');
  const answers = [1, 2, 3].map((sequence) => movesNothing(session, account, sequence));
  // The third does not exist: of it nothing is said.
  expect(await Promise.all(answers)).toEqual([true, false, false]);
  client.close();
  await chain.stop();
});
