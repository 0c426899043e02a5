/** Guarantee: the chain's parameters are those of the node at this moment, though they are seldom asked for. */
import { Devchain } from '../../devchain';
import { asJson } from '../../devchain/rpc/api';
import type { Json } from '../../devchain/wire/json';
import type { ChainState, NodeEndpoints } from '../../src/chain/interfaces';
import { openNodeClient } from '../../src/rpc/nodeClient';
import { realClock } from '../support/realClock';

let chain: Devchain;
let client: NodeEndpoints;
let asked: string[];
/** What the node makes of its answer. */
let told: (result: Json) => Json;
beforeEach(async () => {
  chain = await Devchain.start({
    blockInterval: 3,
    witnesses: 27,
    maintenanceInterval: 600,
    accounts: [{ name: 'alice', balances: { BTS: '100' } }],
  });
  chain.advance(900);
  client = openNodeClient({ chainId: chain.chainId, urls: [chain.trustedUrl] }, { clock: realClock });
  asked = [];
  told = (result) => result;
  chain.faults.add({
    kind: 'change',
    method: 'get_objects',
    times: Infinity,
    change: (result, [, , args]) => {
      asked.push(String((args as unknown[])[0]));
      return told(result);
    },
  });
});
afterEach(async () => {
  client.close();
  await chain.stop();
});

async function state(): Promise<ChainState> {
  asked.length = 0;
  return (await client.session()).state();
}
const feeOf = ({ fees }: ChainState) => String(fees.parameters.get(0)?.['fee']);
const raiseFees = () =>
  chain.changeParameters((parameters) => ({
    ...parameters,
    current_fees: {
      ...parameters.current_fees,
      parameters: parameters.current_fees.parameters.map(([type, fee]) =>
        type === 0 ? [type, { ...fee, fee: 777n }] : [type, fee],
      ),
    },
  }));

/** To the first state whose question left the parameters out. */
async function untilKnown(): Promise<ChainState> {
  for (let blocks = 0; blocks < 100; blocks++) {
    const seen = await state();
    if (asked.join() === '2.1.0') return seen;
    chain.produceBlock();
  }
  throw new Error('the parameters were asked for in a hundred blocks in a row');
}

test('in an interval whose maintenance is irreversible only the head is asked for', async () => {
  const first = await state();
  expect(asked).toEqual(['2.1.0,2.0.0']);
  // The head that was seen first has to be irreversible, for it is what is known to be behind the maintenance.
  const known = await untilKnown();
  expect(known.lastIrreversibleBlock).toBeGreaterThanOrEqual(first.headBlockNumber);
  expect(known.headBlockNumber).toBeGreaterThan(first.headBlockNumber);
  expect(feeOf(known)).toBe(feeOf(first));
  chain.produceBlock();
  const next = await state();
  expect(asked).toEqual(['2.1.0']);
  expect(next.headBlockNumber).toBe(known.headBlockNumber + 1);
});

test('behind a maintenance they are read with the state, until a fork cannot replace it', async () => {
  const before = await untilKnown();
  raiseFees();
  while (chain.head.seconds < before.nextMaintenanceTime) chain.produceBlock();
  const behind = await state();
  expect(behind.nextMaintenanceTime).toBeGreaterThan(before.nextMaintenanceTime);
  expect(feeOf(behind)).toBe('777');
  expect(asked.at(-1)).toBe('2.1.0,2.0.0');
  // The last blocks are replaced, the maintenance among them.
  chain.fork({ depth: 2, keep: 'drop', blocks: 4 });
  const forked = await state();
  expect(asked).toEqual(['2.1.0,2.0.0']);
  expect(forked.headBlockId).toBe(chain.head.id);
});

test('what one connection showed is not taken for what the next one would show', async () => {
  await untilKnown();
  (await client.session()).close();
  await state();
  expect(asked).toEqual(['2.1.0,2.0.0']);
});

test('a node that said them wrongly is believed again within twenty blocks of being mended', async () => {
  told = (result) =>
    asJson(
      (result as unknown as { parameters?: object }[]).map((object) =>
        object.parameters === undefined
          ? object
          : { ...object, parameters: { ...object.parameters, maintenance_interval: 601 } },
      ),
    );
  expect((await untilKnown()).maintenanceInterval).toBe(601);
  told = (result) => result;
  chain.produceBlocks(20);
  expect((await state()).maintenanceInterval).toBe(600);
});
