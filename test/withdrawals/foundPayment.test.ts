/** A payment that only history shows, held against the block that should have it. */
import type { Block, HistoryOperation } from '../../src/chain/interfaces';
import { customChain } from '../../src/protocol';
import { findPayment, proposalInFlight, type Evidence } from '../../src/withdrawals/proof/evidence';
import { withdrawalNonce } from '../../src/withdrawals/transaction/nonce';
import { ScannedBlocks } from '../../src/withdrawals/proof/scan';
import { SenderHistory } from '../../src/withdrawals/proof/senderHistory';
import type { ChainView } from '../../src/withdrawals/proof/view';
import { block, HandDrivenNode, inHistory, payment, sender } from '../support/handDrivenNode';

const { prefix } = customChain({ chainId: 'ab'.repeat(32), prefix: 'BTS' });
const withdrawalId = 'W-1';
const nonce = withdrawalNonce(sender.id, withdrawalId);
const created = inHistory(1, [22, { proposed_ops: [] } as never], { result: [1, '1.10.5'] });
const proposal: Block = block(1, [
  [
    22,
    {
      expiration_time: '2023-11-14T22:14:00',
      proposed_ops: [{ op: [0, payment(nonce)] }],
    } as never,
  ],
]);

/** Evidence of one look at a node whose blocks hold the proposal, and whose history says `operations`. */
async function evidence(
  operations: HistoryOperation[],
  blocks: (Block | null)[],
  { irreversible = 100, final = 100 } = {},
): Promise<Evidence> {
  const node = new HandDrivenNode('ws://127.0.0.1:8090');
  node.operations = operations;
  const reading = new SenderHistory(sender.id).read(node.reader, sender, 0, irreversible);
  await node.answerAll();
  const scanned = new ScannedBlocks(sender.id, prefix);
  scanned.index.add(proposal);
  const session = {
    endpoint: node.endpoint,
    block: (number: number) => Promise.resolve(blocks.find((found) => found?.number === number) ?? null),
  };
  const view = { session, finalBlock: final, lastIrreversibleTime: 1_800_000_000 } as unknown as ChainView;
  return { view, scanned, reversible: scanned.forReversible(), history: await reading };
}

const find = (found: Evidence) => findPayment(found, sender.id, withdrawalId);

test('a proposal that was executed at its expiration counts as paid on a node that does not tell what is virtual', async () => {
  // Nodes older than 6.1: after the last transaction of its block, from virtual operation 0.
  const executed = inHistory(50, [0, payment(nonce)], { isVirtual: null, blockTime: null });
  const found = await evidence([created, executed], [block(50)]);
  expect(await find(found)).toMatchObject({ blockNumber: 50, final: true });
});

test('an operation of a transaction on such a node is found in its block, with its transaction', async () => {
  const executed = inHistory(50, [0, payment(nonce)], { isVirtual: null, blockTime: null });
  const found = await evidence([executed], [block(50, [[0, payment(nonce)]])]);
  expect((await find(found))?.transactionId).toMatch(/^[0-9a-f]{40}$/);
});

test('a payment in an irreversible block that this node does not have yet is no absence', async () => {
  const executed = inHistory(50, [0, payment(nonce)], { virtualOp: 1, isVirtual: true });
  await expect(find(await evidence([created, executed], []))).rejects.toMatchObject({
    code: 'INVALID_ANSWER',
    message: expect.stringContaining('does not show the payment') as string,
  });
  const own = inHistory(50, [0, payment(nonce)]);
  await expect(find(await evidence([own], [block(50)]))).rejects.toMatchObject({ code: 'INVALID_ANSWER' });
});

test('a payment in a block that was replaced is none', async () => {
  const own = inHistory(50, [0, payment(nonce)]);
  expect(await find(await evidence([own], [block(50)], { irreversible: 40 }))).toBeNull();
  expect(await find(await evidence([own], [], { irreversible: 40 }))).toBeNull();
});

test('an execution that was read from a block that could be replaced is not called final later', async () => {
  const executed = inHistory(50, [0, payment(nonce)], { virtualOp: 1, isVirtual: true });
  const reversible = await evidence([created, executed], [block(50)], { irreversible: 40, final: 60 });
  expect(await find(reversible)).toMatchObject({ blockNumber: 50, final: false });
});

test('a proposal is over only for the look that reached back to it', async () => {
  const whole = await evidence([created], []);
  expect(proposalInFlight(whole, sender.id, withdrawalId)).toBeNull();
  expect(proposalInFlight({ ...whole, history: null }, sender.id, withdrawalId)).toMatchObject({
    over: true,
  });
});

test('a proposal that another one created is in flight until its own time is over', async () => {
  const inner = [
    22,
    { expiration_time: '2040-01-01T00:00:00', proposed_ops: [{ op: [0, payment(nonce)] }] },
  ] as never;
  const outer = block(1, [
    [22, { expiration_time: '2023-11-14T22:14:00', proposed_ops: [{ op: inner }] } as never],
  ]);
  const executed = inHistory(1, inner, { virtualOp: 1, isVirtual: true, result: [1, '1.10.6'] });
  const { scanned, ...found } = await evidence([created, executed], []);
  const nested = new ScannedBlocks(scanned.senderId, prefix);
  nested.index.add(outer);
  expect(proposalInFlight({ ...found, scanned: nested }, sender.id, withdrawalId)).not.toBeNull();
});
