/** Guarantee: all who judge a node say the same of it, and an unfit node is left by whoever moves money. */
import type { ICredentialsDecrypted, IDataObject } from 'n8n-workflow';
import { Devchain } from '../../devchain';
import { BitShares } from '../../nodes/BitShares/BitShares.node';
import { testNodeCredential } from '../../nodes/shared/credentials/credentialTests';
import { addressesOfKey, balanceKey } from '../support/importOnDevchain';
import { keysCredentialFor, nodeCredentialFor } from '../support/devchainCredentials';
import { executeNode } from '../support/executeNode';

jest.setTimeout(120_000);

const owned = balanceKey(1);
let chain: Devchain;
beforeAll(async () => {
  chain = await Devchain.start({
    clock: 'real',
    blockInterval: 1,
    startTime: Math.floor(Date.now() / 1000) - 120,
    accounts: [{ name: 'hot-wallet', balances: { BTS: '10000' } }, { name: 'alice' }],
    balanceObjects: addressesOfKey(owned).map((owner) => ({ owner, amount: 1000n })),
  });
  chain.produceBlocks(100);
});
afterEach(() => chain.faults.clear());
afterAll(() => chain.stop());

const keys = () =>
  keysCredentialFor(chain, 'hot-wallet', {
    activeKey: chain.account('hot-wallet').keys.active,
    balanceKeys: owned.toWif(),
  });
const run = (parameters: IDataObject, node: object = {}, item: IDataObject = {}) =>
  executeNode({
    node: new BitShares(),
    parameters: parameters as never,
    credentials: { bitSharesNodeApi: nodeCredentialFor(chain, node), bitSharesKeysApi: keys() },
    items: [item],
  });
const quote = (node: object = {}) =>
  run({ resource: 'transfer', operation: 'quote', memo: 'hello' }, node, {
    withdrawalId: 'H-1',
    requestedAt: new Date(chain.head.seconds * 1000).toISOString(),
    to: 'alice',
    amount: '1.5',
  });
const importAll = (node: object = {}) =>
  run(
    {
      resource: 'claimableBalance',
      operation: 'import',
      dryRun: false,
      confirmAccountName: 'hot-wallet',
      options: { waitFor: 'block' },
    },
    node,
  );
const testOf = (change: object = {}) =>
  testNodeCredential.call(
    {} as never,
    { id: '1', name: 'x', type: 'x', data: nodeCredentialFor(chain, change) } as ICredentialsDecrypted<never>,
  );

/** 72 of the last 128 slots: 56 %. */
const withFewWitnesses = () =>
  chain.faults.add({
    kind: 'change',
    node: 'trusted',
    method: 'get_objects',
    times: Infinity,
    change: (result) =>
      (result as ({ id?: string } | null)[]).map((object) =>
        object?.id === '2.1.0' ? { ...object, recent_slots_filled: ((1n << 72n) - 1n).toString() } : object,
      ) as never,
  });

test('of a node with a participation of 56 % and a new head: the credential test, Quote, Import and Get Info', async () => {
  withFewWitnesses();
  const text = `${chain.trustedUrl} sees a witness participation of 56 %: it may be on a minority fork`;
  const tested = await testOf();
  expect(tested.status).toBe('Error');
  expect(tested.message).toContain(text);
  expect((await quote()).error?.message).toBe(text);
  expect((await importAll()).error?.message).toBe(text);
  const info = await run({ resource: 'chain', operation: 'getInfo' });
  expect(info.items?.[0]?.json).toMatchObject({ participation: 56, trouble: text });
});

test('without trouble none of them finds fault', async () => {
  expect(await testOf()).toMatchObject({ status: 'OK' });
  expect((await quote()).error).toBeNull();
  const info = await run({ resource: 'chain', operation: 'getInfo' });
  expect(info.items?.[0]?.json.trouble).toBeNull();
});

test('claims are sent through the next address when the first one is on a minority fork, and a hint says so', async () => {
  const second = await chain.addNode('second');
  withFewWitnesses();
  const { error, items, hints } = await importAll({ trustedUrls: `${chain.trustedUrl}, ${second.url}` });
  expect(error).toBeNull();
  expect(items?.map(({ json }) => json.outcome)).toEqual(['in_block']);
  expect(hints.map(({ message }) => message)).toEqual([
    expect.stringMatching(/participation of 56 %.*was used instead of/),
  ]);
});

test('a delayed node of another chain of the same id is named by the credential test and refused by Quote', async () => {
  const other = await Devchain.start({ ...chain.options, clock: 'manual' });
  other.produceBlock({ miss: 1 });
  other.produceBlocks(60);
  const text = new RegExp(`has another block \\d+ than ${chain.trustedUrl}`);
  expect(await testOf({ delayedUrls: other.delayedUrl })).toMatchObject({
    status: 'Error',
    message: expect.stringMatching(text) as string,
  });
  expect((await quote({ delayedUrls: other.delayedUrl })).error?.message).toMatch(text);
  await other.stop();
});
