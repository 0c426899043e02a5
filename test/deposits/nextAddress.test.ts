/** A trigger with two addresses of a node, the first of which is in trouble: real connections, a strict chain. */
import type { Devchain } from '../../devchain';
import { codes } from '../support/depositScenario';
import { ScriptedNode } from '../support/scriptedNode';
import { chainOfToday, TriggerOnDevchain } from '../support/triggerOnDevchain';

jest.setTimeout(120_000);

let chain: Devchain;
let exchange: TriggerOnDevchain;

beforeEach(async () => {
  chain = await chainOfToday();
});
afterEach(() => exchange.end());

async function deposit(amount: string): Promise<void> {
  const { ledger } = exchange;
  const { size } = ledger.credited;
  chain.transfer({ from: 'alice', to: 'exchange', amount });
  exchange.confirm();
  await exchange.until(() => ledger.credited.size === size + 1, `the deposit of ${amount} arrives`);
}

test('an address that cannot be used is reported once, deposits arrive, and its return is reported', async () => {
  const second = await chain.addNode('second', { delayed: true });
  const [firstUrl, secondUrl] = [chain.delayedUrl, second.url];
  await chain.delayed.stop();
  exchange = new TriggerOnDevchain(chain, { node: { delayedUrls: `${firstUrl}, ${secondUrl}` } });
  const { host } = exchange;
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
  exchange = new TriggerOnDevchain(chain, {
    node: {
      delayedUrls: `${hostile.url}, ${chain.delayedUrl}`,
      trustedUrls: `${hostile.url}, ${chain.trustedUrl}`,
    },
  });
  const { host } = exchange;
  await host.start();
  await deposit('1');
  expect(codes(host)).toEqual(['INVALID_ANSWER', 'INVALID_ANSWER']);
  for (const { message } of host.failures)
    expect(message).toMatch(new RegExp(`^${hostile.url} sent a message of more than .* nothing is lost$`));
  await hostile.stop();
});
