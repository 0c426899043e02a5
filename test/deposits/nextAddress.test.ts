/** A trigger with two addresses of a node, the first of which is in trouble: real connections, a strict chain. */
import { Devchain } from '../../devchain';
import { systemClock } from '../../nodes/shared/clock';
import { ScriptedNode } from '../support/scriptedNode';
import { nodeCredentialFor } from '../support/devchainCredentials';
import { codes, Ledger } from '../support/depositScenario';
import { TriggerHost } from '../support/triggerHost';

jest.setTimeout(120_000);

let chain: Devchain;
let host: TriggerHost;
let ledger: Ledger;

beforeEach(async () => {
  chain = await Devchain.start({
    startTime: Math.floor(Date.now() / 1000) - 30,
    accounts: [{ name: 'exchange' }, { name: 'alice', balances: { BTS: '1000' } }],
  });
  chain.produceBlock();
  chain.confirm();
  ledger = new Ledger();
});
afterEach(async () => {
  await host.stop();
  host.kill();
  await chain.stop();
});

const trigger = (credential: object) =>
  new TriggerHost(systemClock, {
    consumer: ledger.consume,
    parameters: { options: { staleAfter: 0 } },
    credentials: { bitSharesNodeApi: nodeCredentialFor(chain, credential) },
  });

async function eventually(condition: () => boolean, what: string): Promise<void> {
  for (const end = Date.now() + 90_000; !condition();) {
    if (Date.now() > end) throw new Error(`${what}: ${JSON.stringify(host.failures)}`);
    await systemClock.sleep(5);
  }
}

async function deposit(amount: string): Promise<void> {
  const { size } = ledger.credited;
  chain.transfer({ from: 'alice', to: 'exchange', amount });
  chain.produceBlock();
  chain.confirm();
  await eventually(() => ledger.credited.size === size + 1, `the deposit of ${amount} arrives`);
}

test('an address that cannot be used is reported once, deposits arrive, and its return is reported', async () => {
  const second = await chain.addNode('second', { delayed: true });
  const [firstUrl, secondUrl] = [chain.delayedUrl, second.url];
  await chain.delayed.stop();
  host = trigger({ delayedUrls: `${firstUrl}, ${secondUrl}` });
  await host.start();
  await deposit('1');
  expect(codes(host)).toEqual(['NODE_UNREACHABLE']);
  expect(host.failures[0]?.message).toBe(
    `${firstUrl} is not reachable (the connection was refused). ${secondUrl} is used instead of ${firstUrl}, and nothing is lost`,
  );

  await chain.delayed.start();
  await second.stop();
  await deposit('2');
  const reports = host.failures.map(({ message }) => message);
  expect(reports.slice(1)).toEqual([
    expect.stringContaining(`${firstUrl} is used again. It was left because of this: ${firstUrl} is not`),
    expect.stringContaining(`${firstUrl} is used instead of ${secondUrl}, and nothing is lost`),
  ]);
});

test('an address that floods the process is reported, and deposits arrive', async () => {
  const hostile = await ScriptedNode.start(() => ({ raw: `[${'{},'.repeat(1_000_000)}{}]` }));
  host = trigger({
    delayedUrls: `${hostile.url}, ${chain.delayedUrl}`,
    trustedUrls: `${hostile.url}, ${chain.trustedUrl}`,
  });
  await host.start();
  await deposit('1');
  expect(codes(host)).toEqual(['INVALID_ANSWER', 'INVALID_ANSWER']);
  for (const { message } of host.failures)
    expect(message).toMatch(new RegExp(`^${hostile.url} sent a message of more than .* nothing is lost$`));
  await hostile.stop();
});
