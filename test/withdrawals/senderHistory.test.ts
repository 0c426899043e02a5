/** The history of an account as executions read it that run at the same time, on nodes that change between two answers. */
import type { HistoryOperation } from '../../src/chain/interfaces';
import { SenderHistory, type HistoryReading } from '../../src/withdrawals/proof/senderHistory';
import { block, HandDrivenNode, inHistory, payment, sender } from '../support/handDrivenNode';

/** The proposal that must be reached back to, and the payment that it made. */
const created = inHistory(1, [22, { proposed_ops: [] } as never], { result: [1, '1.10.5'] });
const proposalPlace = { blockNumber: 1, trxInBlock: 0, opInTrx: 0 };
const nonce = 77n;
const executed = (blockNumber: number) =>
  inHistory(blockNumber, [0, payment(nonce)], { virtualOp: 1, isVirtual: true });

/** Operations in the blocks `from` to `to`, one in each, each with its block as nonce. */
function operations(from: number, to: number): HistoryOperation[] {
  return Array.from({ length: to - from + 1 }, (_, i) => inHistory(from + i, [0, payment(from + i)]));
}

function look(
  history: SenderHistory,
  node: HandDrivenNode,
  irreversibleBlock = 1000,
): Promise<HistoryReading> {
  return history.read(node.reader, sender, 0, irreversibleBlock);
}

/** Looks with all answers at once. */
async function lookNow(
  history: SenderHistory,
  node: HandDrivenNode,
  irreversibleBlock = 1000,
): Promise<HistoryReading> {
  const reading = look(history, node, irreversibleBlock);
  await node.answerAll();
  return reading;
}

const timeOf = (blockNumber: number) => block(blockNumber).timestamp;
const reaches = (reading: HistoryReading) => reading.reachesBackTo(proposalPlace);
const shows = (reading: HistoryReading) => reading.with(nonce).length > 0;

let history: SenderHistory;
let node: HandDrivenNode;
beforeEach(() => {
  history = new SenderHistory(sender.id);
  node = new HandDrivenNode('ws://127.0.0.1:8090');
  node.operations = [created, ...operations(2, 5)];
});

test('a look joins what was read before, and reaches back to it', async () => {
  expect(reaches(await lookNow(history, node))).toBe(true);
  node.operations.push(...operations(6, 250), executed(251));
  const reading = await lookNow(history, node);
  expect([reaches(reading), shows(reading)]).toEqual([true, true]);
  expect(reading.proposalIdAt(proposalPlace)).toBe('1.10.5');
});

test('the gap in the history of one node is not closed by what another showed at the same time', async () => {
  const behind = new HandDrivenNode('ws://127.0.0.1:8091');
  behind.operations = [...node.operations];
  // The execution of the proposal is among what this node has removed, and the other does not know of it yet.
  node.operations.push(executed(6), ...operations(7, 20));
  node.removed = 10;
  const lost = new HandDrivenNode('ws://127.0.0.1:8092');
  const first = look(history, lost);
  const pruned = look(history, node);
  const whole = look(history, behind);
  await Promise.all([expect(first).rejects.toThrow(), lost.loseConnection()]);
  await node.answer();
  await behind.answerAll();
  expect(reaches(await whole)).toBe(true);
  await node.answerAll();
  expect([reaches(await pruned), shows(await pruned)]).toEqual([false, false]);
});

test('also not when both are read one after the other', async () => {
  const behind = new HandDrivenNode('ws://127.0.0.1:8091');
  behind.operations = [...node.operations];
  await lookNow(history, behind);
  node.operations.push(executed(6), ...operations(7, 20));
  node.removed = 10;
  expect(reaches(await lookNow(history, node))).toBe(false);
  expect(reaches(await lookNow(history, behind))).toBe(true);
  expect(reaches(await lookNow(history, node))).toBe(false);
});

test('operations that the node removes while pages are read leave no unseen gap', async () => {
  await lookNow(history, node);
  node.operations.push(executed(6), ...operations(7, 300));
  const reading = look(history, node);
  // Statistics, the operation at the end of what is known, the first page.
  await node.answer(3);
  node.removed = 150;
  await node.answerAll();
  expect([reaches(await reading), shows(await reading)]).toEqual([false, false]);
  expect(reaches(await lookNow(history, node))).toBe(false);
});

test('blocks that are replaced while pages are read leave no unseen gap, and the next look has everything', async () => {
  await lookNow(history, node);
  node.operations.push(executed(6), ...operations(7, 300));
  const reading = look(history, node, 290);
  await node.answer(2);
  node.operations = node.operations.slice(0, 297);
  await node.answerAll();
  expect([reaches(await reading), shows(await reading)]).toEqual([false, true]);
  const next = await lookNow(history, node, 290);
  expect([reaches(next), shows(next)]).toEqual([true, true]);
});

test('blocks that are replaced between two looks are read anew', async () => {
  const before = node.operations;
  node.operations = [...before, executed(8)];
  expect(shows(await lookNow(history, node, 5))).toBe(true);
  node.operations = [...before, ...operations(8, 9)];
  expect(shows(await lookNow(history, node, 5))).toBe(false);
  node.operations = [...before, executed(9)];
  expect(shows(await lookNow(history, node, 9))).toBe(true);
});

test('a node on a fork shows its payment to the execution that reads it, and to no other', async () => {
  const forked = new HandDrivenNode('ws://127.0.0.1:8091');
  forked.operations = [...node.operations, executed(8)];
  const first = look(history, node, 5);
  const onFork = look(history, forked, 5);
  const onMain = look(history, node, 5);
  await node.answerAll();
  await first;
  await node.answerAll();
  await forked.answerAll();
  expect(shows(await onFork)).toBe(true);
  expect((await onFork).with(nonce)[0]?.isIrreversible).toBe(false);
  expect(shows(await onMain)).toBe(false);
});

test('the id of a proposal in a block that was replaced does not stay', async () => {
  const forked = new HandDrivenNode('ws://127.0.0.1:8091');
  forked.operations = [{ ...created, result: [1, '1.10.4'] }];
  const first = look(history, node, 0);
  const onMain = look(history, node, 5);
  const onFork = look(history, forked, 0);
  await node.answerAll();
  await first;
  await node.answerAll();
  await forked.answerAll();
  expect((await onFork).proposalIdAt(proposalPlace)).toBe('1.10.5');
  expect((await onMain).proposalIdAt(proposalPlace)).toBe('1.10.5');
});

test('a connection lost half way leaves nothing half read', async () => {
  node.operations.push(executed(6), ...operations(7, 300));
  const lost = look(history, node);
  await node.answer(2);
  await Promise.all([expect(lost).rejects.toMatchObject({ code: 'CONNECTION_LOST' }), node.loseConnection()]);
  const reading = await lookNow(history, node);
  expect([reaches(reading), shows(reading)]).toEqual([true, true]);
});

test('an execution that waits goes on when the one that it waited for loses its connection', async () => {
  const lost = look(history, node);
  const waiting = look(history, node);
  await node.answer();
  await Promise.all([expect(lost).rejects.toMatchObject({ code: 'CONNECTION_LOST' }), node.loseConnection()]);
  await node.answerAll();
  expect(reaches(await waiting)).toBe(true);
});

test('an irreversible payment stays known on a node without history; absence is not', async () => {
  node.operations.push(executed(6));
  await lookNow(history, node);
  const without = new HandDrivenNode('ws://127.0.0.1:8091');
  without.operations = [...node.operations];
  without.hasHistory = false;
  const reading = await lookNow(history, without);
  expect([reaches(reading), shows(reading)]).toEqual([false, true]);
});

test('a look that showed nothing is not changed by what others read later', async () => {
  node.hasHistory = false;
  const reading = await lookNow(history, node);
  node.hasHistory = true;
  expect(reaches(await lookNow(history, node))).toBe(true);
  expect(reaches(reading)).toBe(false);
});

test('a node that was replayed has other sequence numbers, and what it does not have is not reached', async () => {
  await lookNow(history, node);
  // Behind the same address: tracking began later, and has caught up.
  node.operations = [...operations(4, 5), executed(6), ...operations(7, 30)];
  const reading = await lookNow(history, node);
  expect([reaches(reading), shows(reading)]).toEqual([false, true]);
});

test('executions that begin at the same moment read each page about once, not each for itself', async () => {
  node.operations.push(...operations(6, 2000));
  const readings = Array.from({ length: 50 }, () => look(history, node, 2000));
  await node.answerAll();
  for (const reading of await Promise.all(readings)) expect(reaches(reading)).toBe(true);
  // The first reads 20 pages; the others ask for the number of operations and the newest one.
  expect(node.asked).toBe(21 + 49 * 2);
});

test('a look long after the last one reads everything since then, however old it is', async () => {
  await lookNow(history, node);
  node.operations.push(executed(6), ...operations(7, 300));
  const late = history.read(node.reader, sender, timeOf(250), 1000);
  await node.answerAll();
  expect([reaches(await late), shows(await late)]).toEqual([true, true]);
});

test('a first look goes back to the time that it was asked for, and no further', async () => {
  node.operations.push(...operations(6, 300));
  const first = history.read(node.reader, sender, timeOf(150), 1000);
  await node.answerAll();
  expect(reaches(await first)).toBe(false);
  expect(node.asked).toBe(3);
});

test('what was read of two nodes with other sequence numbers is kept for each', async () => {
  const later = new HandDrivenNode('ws://127.0.0.1:8091');
  node.operations.push(...operations(6, 300));
  later.operations = node.operations.slice(2);
  await lookNow(history, node);
  await lookNow(history, later);
  const before = [node.asked, later.asked];
  expect(reaches(await lookNow(history, node))).toBe(true);
  expect(reaches(await lookNow(history, later))).toBe(false);
  // The statistics, and the operation at which the last look ended.
  expect([node.asked, later.asked].map((asked, i) => asked - (before[i] ?? 0))).toEqual([2, 2]);
});

test('a payment further back is seen also when blocks are replaced during the first look', async () => {
  node.operations.push(executed(6), ...operations(7, 300));
  const reading = look(history, node, 290);
  await node.answer();
  node.operations = node.operations.slice(0, 297);
  await node.answerAll();
  expect((await reading).with(nonce)[0]).toMatchObject({ blockNumber: 6 });
});

test('no more is asked for at once than there is', async () => {
  const asked = jest.spyOn(node.reader, 'history');
  node.operations.push(...operations(6, 110));
  await lookNow(history, node);
  expect(asked.mock.calls.map(([, { limit }]) => limit)).toEqual([100, 10]);
});

test('a node that was down twice, and then answers a hundred questions a connection, shows its history', async () => {
  node.operations.push(executed(6), ...operations(7, 300));
  let reading: HistoryReading | undefined;
  for (let attempt = 1; reading === undefined && attempt < 10; attempt++) {
    let isOver = false;
    const looking = look(history, node)
      .then((answer) => (reading = answer))
      .catch(() => {})
      .finally(() => (isOver = true));
    // The statistics come, and the first page does not.
    await node.answer();
    for (let left = attempt <= 2 ? 0 : 99; left > 0 && !isOver; left--) await node.answer();
    await node.loseConnection();
    await looking;
  }
  expect(reading?.with(nonce)[0]).toMatchObject({ blockNumber: 6 });
});
