/** The BitShares nodes of the example workflow, run one after another as n8n would, on a devchain. */
import type { IDataObject, INodeType } from 'n8n-workflow';
import template from '../../examples/import-balances.json';
import { BitShares } from '../../nodes/BitShares/BitShares.node';
import { BitSharesWallet } from '../../nodes/BitSharesWallet/BitSharesWallet.node';
import { executeNode } from '../support/executeNode';
import { balanceKey, fiveEach } from '../support/importOnDevchain';
import { itemsOf, startWalletHouse } from '../support/walletOnDevchain';

interface TemplateNode {
  name: string;
  type: string;
  parameters: IDataObject;
  credentials?: Record<string, { id: string }>;
  executeOnce?: boolean;
}
const nodes = template.nodes as unknown as TemplateNode[];
const types: Record<string, () => INodeType> = {
  'n8n-nodes-bitshares.bitShares': () => new BitShares(),
  'n8n-nodes-bitshares.bitSharesWallet': () => new BitSharesWallet(),
};
const ours = nodes.filter(({ type }) => type in types);

test('the example has the order of the exchange guide, and asks a person before the only import that sends', () => {
  expect(
    ours.map(({ parameters: { resource, operation, dryRun } }) => [resource, operation, dryRun]),
  ).toEqual([
    ['wallet', 'setPassword', undefined],
    ['account', 'get', undefined],
    ['wallet', 'importKey', undefined],
    ['claimableBalance', 'import', true],
    ['balance', 'import', true],
    ['balance', 'import', false],
  ]);
  const into = (target: string) =>
    Object.entries(template.connections).filter(([, { main }]) =>
      main.flat().some(({ node }) => node === target),
    );
  expect(into('Import').map(([name]) => name)).toEqual(['Ask a person']);
  expect(into('Ask a person').map(([name]) => name)).toEqual(['Same claims?']);
});

test('plain claims must be equal one by one, while the amount of a vesting one may differ', () => {
  const compare = nodes.find(({ name }) => name === 'Same claims?');
  const { conditions } = compare?.parameters.conditions as unknown as {
    conditions: { leftValue: string; rightValue: string }[];
  };
  const claim = (balanceId: string, amountRaw: string, vesting: boolean | null) => ({
    balanceId,
    amountRaw,
    vesting,
  });
  const evaluate = (expression: string, native: object[], wallet: object[]): unknown => {
    const all = (claims: object[]) => ({ all: () => [{ json: { claims } }] });
    const $ = (name: string) => all(name === 'Dry run with keys in n8n' ? native : wallet);
    return (new Function('$', `return ${expression.slice(3, -2)}`) as (_: typeof $) => unknown)($);
  };
  const equal = (native: object[], wallet: object[]) =>
    conditions.every(
      ({ leftValue, rightValue }) =>
        evaluate(leftValue, native, wallet) === evaluate(rightValue, native, wallet),
    );
  const native = [claim('1.15.1', '10', false), claim('1.15.2', '20', true)];
  expect(equal(native, [claim('1.15.2', '21', null), claim('1.15.1', '10', null)])).toBe(true);
  expect(equal(native, [claim('1.15.2', '20', null), claim('1.15.1', '11', null)])).toBe(false);
  expect(equal(native, [claim('1.15.1', '10', null)])).toBe(false);
  expect(equal([], [])).toBe(true);
});

test('the example imports what both dry runs showed, and nothing before the name was typed', async () => {
  const keys = Array.from({ length: 8 }, (_, i) => balanceKey(i));
  const house = await startWalletHouse({ newWallet: true, balanceObjects: fiveEach(keys) });
  try {
    const credentials = house.credentials({
      keys: {
        activeKey: house.chain.account('hot-wallet').keys.active,
        balanceKeys: keys.map((key) => key.toWif()).join(),
      },
    });
    let items: IDataObject[] = [{}];
    const totals: unknown[] = [];
    for (const node of ours) {
      const parameters: IDataObject = { ...node.parameters };
      if (parameters.operation === 'get') parameters.account = 'hot-wallet';
      if (parameters.dryRun === false) {
        expect(house.broadcasts.hits).toBe(0);
        // What the form of the approval gives.
        items = [{ 'Account name': 'hot-wallet' }];
        parameters.options = { waitFor: 'broadcast' };
      }
      const given = node.executeOnce === true ? items.slice(0, 1) : items;
      items = itemsOf(
        await executeNode({
          node: (types[node.type] as () => INodeType)(),
          parameters: parameters as never,
          credentials: Object.fromEntries(
            Object.keys(node.credentials ?? {}).map((name) => [name, credentials[name] ?? {}]),
          ),
          items: given,
        }),
      );
      if (parameters.dryRun === true) totals.push(items[0]?.importTotals);
    }
    expect(totals[0]).toEqual(totals[1]);
    expect(totals[0]).toMatchObject([{ asset: 'BTS', amountRaw: String(36 * 15 * 1000) }]);
    expect(items.map(({ outcome }) => outcome)).toEqual(['in_mempool', 'in_mempool']);
    house.chain.produceBlock();
    expect(house.chain.balance('hot-wallet')).toBe(1_000_000_000n + 36n * 15n * 1000n);
  } finally {
    await house.stop();
  }
});
