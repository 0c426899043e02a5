import type { Devchain } from '../../devchain';
import { ChainError } from '../../devchain';
import type { ChainNode } from '../../devchain';
import { stringify } from '../../devchain/wire/json';
import type { Json } from '../../devchain/wire/json';
import { replayed } from '../../devchain/rpc/nodeHandle';
import { randomNumbers } from '../support/randomNumbers';
import { send, startedChain, stopChains, transferOperation } from './support';

afterEach(stopChains);

/** Every object of a node and the history of some accounts, as text. */
function snapshot(node: ChainNode, accounts: readonly string[]): Record<string, string> {
  const { state, history } = node;
  const objects = [...state.store.objects.keys()]
    .sort()
    .map((id): [string, string] => [id, stringify(state.store.find(id) as unknown as Json)]);
  const histories = accounts.map((id): [string, string] => [
    `history ${id}`,
    stringify(
      Array.from(
        { length: history.total(id) },
        (_, i) => history.object(history.at(id, i + 1) ?? -1) ?? null,
      ) as unknown as Json,
    ),
  ]);
  return Object.fromEntries([...objects, ...histories]);
}

const names = ['exchange', 'alice', 'bob', 'carol'] as const;

function step(chain: Devchain, random: (below: number) => number): void {
  const from = names[random(4)] ?? 'alice';
  const to = names[random(4)] ?? 'bob';
  const { id } = chain.account(from);
  switch (random(10)) {
    case 0:
      chain.fork({
        depth: 1 + random(Math.max(1, chain.head.number - chain.lastIrreversible - 1)),
        keep: random(2) === 0 ? 'pool' : 'drop',
      });
      return;
    case 1: {
      const expiration = new Date((chain.head.seconds + 10 + random(60)) * 1000).toISOString().slice(0, 19);
      const inner = chain.operator.withFee(transferOperation(chain, to, from, 1 + random(50_000_000)));
      send(
        chain,
        [from],
        [22, { fee_paying_account: id, expiration_time: expiration, proposed_ops: [{ op: inner }] }],
      );
      return;
    }
    case 2: {
      const open = chain.producer.state.store.all<{ id: string }>('1.10');
      const proposal = open[random(Math.max(open.length, 1))];
      if (proposal)
        send(
          chain,
          [from],
          [23, { fee_paying_account: id, proposal: proposal.id, active_approvals_to_add: [id] }],
        );
      return;
    }
    case 3:
      send(
        chain,
        ['nathan'],
        [7, { authorizing_account: chain.account('nathan').id, account_to_list: id, new_listing: random(4) }],
      );
      return;
    case 4:
    case 5:
    case 6:
      chain.produceBlock(random(6) === 0 ? { miss: 1 + random(3) } : {});
      return;
    default:
      send(chain, [from], transferOperation(chain, from, to, 1 + random(30_000_000)));
  }
}

describe('after any mixture of transactions, proposals, failures, missed slots and reorganisations', () => {
  it.each([1, 2, 3])('the state is what a replay of the blocks gives (mixture %i)', async (seed) => {
    const chain = await startedChain({
      seed: `mixture ${seed}`,
      maintenanceInterval: 60,
      assets: [{ symbol: 'USDX', precision: 4 }],
      accounts: names.map((name) => ({ name, balances: { BTS: '1000' } })),
    });
    const numbers = randomNumbers(seed);
    const random = (below: number) => Math.floor(numbers() * below);
    let refused = 0;
    for (let i = 0; i < 250; i++) {
      try {
        step(chain, random);
      } catch (error) {
        if (!(error instanceof ChainError)) throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(0);
    chain.produceBlocks(3);
    const accounts = [...names, 'nathan'].map((name) => chain.account(name).id);
    expect(snapshot(replayed(chain.producer, {}), accounts)).toEqual(snapshot(chain.producer, accounts));
    chain.confirm();
    chain.produceBlocks(5);
    expect(chain.delayed.node.blocks.get(10)?.id).toBe(chain.block(10)?.id);
  });
});
