import { importItems, shownImport } from '../../nodes/shared/claims/claimImportItems';
import { settleClaim } from '../../src/balances/claimSettlement';
import { totalsOf } from '../../src/balances/claimPlan';
import type { ImportResult } from '../../src/balances/importer';
import { BitSharesError } from '../../src/errors';
import { placeOf } from '../../src/payments/standing';
import { PrivateKey, recoverSigners, type SignedTransaction } from '../../src/protocol';
import { Devchain, type DevchainOptions } from '../../devchain';
import { ChainClock } from '../support/chainClock';
import { addressesOfKey, balanceKey, fiveEach, openImport, type Harness } from '../support/importOnDevchain';

const keys = Array.from({ length: 40 }, (_, i) => balanceKey(i));
const vestingKey = balanceKey(99);
const day = 86_400;
const start = Date.parse('2026-01-01T00:00:00Z') / 1000;
/** (1 + ... + 40) * (1 + ... + 5) thousand. */
const fortyKeysTotal = 820n * 15n * 1000n;

const outcomes = ({ transactions }: ImportResult) =>
  transactions.map(({ expiration, sent }) =>
    sent === null ? 'dry_run' : settleClaim({ expiration, sent }).outcome,
  );
const placesOf = ({ transactions }: ImportResult) =>
  transactions.map(({ sent }) => (sent === null ? null : placeOf(sent.standing)));
const claimed = ({ transactions }: ImportResult) =>
  totalsOf(
    transactions.flatMap(({ balances }) =>
      balances.map(({ object, claimable }) => ({
        amount: claimable.amount,
        assetId: object.balance.assetId,
      })),
    ),
  );

describe('importing balances', () => {
  let devchain: Devchain;
  let harness: Harness;

  const begin = async (options: DevchainOptions, more: Parameters<typeof openImport>[2] = {}) => {
    devchain = await Devchain.start({
      accounts: [{ name: 'treasury', balances: { BTS: '1' } }, { name: 'thief' }],
      assets: [{ symbol: 'USDX', precision: 4 }],
      parameters: { maximum_transaction_size: 98_304 },
      ...options,
    });
    devchain.produceBlocks(30);
    harness = await openImport(devchain, 'treasury', more);
  };
  afterEach(async () => {
    harness.node.close();
    await devchain.stop();
  });
  const claimElsewhere = (balanceId: string, key: PrivateKey, amount: bigint, asset = '1.3.0') =>
    devchain.push(
      devchain.sign(
        [
          [
            37,
            {
              fee: { amount: 0, asset_id: '1.3.0' },
              deposit_to_account: devchain.account('thief').id,
              balance_to_claim: balanceId,
              balance_owner_key: key.publicKey.toString('BTS'),
              total_claimed: { amount: amount.toString(), asset_id: asset },
            },
          ],
        ],
        [devchain.account('thief').keys.active, key.toWif()],
      ),
    );
  const idOf = (owner: string) => {
    const object = devchain.producer.state.store
      .all<{ id: string; owner: string }>('1.15')
      .find((candidate) => candidate.owner === owner);
    if (object === undefined) throw new Error('no such balance');
    return object.id;
  };

  test('a dry run of forty keys with five addresses each shows every claim and sends nothing', async () => {
    await begin({ balanceObjects: fiveEach(keys) });
    const before = devchain.balance('treasury');
    const result = await harness.run({ balanceKeys: [...keys, ...keys.slice(0, 3)], dryRun: true });
    expect(result.transactions.map(({ balances }) => balances.length)).toEqual([30, 30, 30, 30, 30, 30, 20]);
    expect(claimed(result)).toEqual([{ assetId: '1.3.0', amount: fortyKeysTotal }]);
    expect(result.keyCount).toBe(40);
    expect(new Set(outcomes(result))).toEqual(new Set(['dry_run']));
    // Asked at the endpoint, not at the caller.
    expect(harness.broadcasts.hits).toBe(0);
    devchain.produceBlock();
    expect(devchain.balance('treasury')).toBe(before);
    // What it shows is complete: the chain accepts these very transactions.
    for (const { transaction } of result.transactions) devchain.push(transaction);
    devchain.produceBlock();
    expect(devchain.balance('treasury')).toBe(before + fortyKeysTotal);
  });

  test('a dry run without an active key shows the same operations without signatures', async () => {
    await begin({ balanceObjects: fiveEach(keys.slice(0, 2)) });
    const [transaction] = (await harness.run({ balanceKeys: keys, activeKeys: [], dryRun: true }))
      .transactions;
    expect(transaction?.transaction.signatures).toEqual([]);
    expect(transaction?.transaction.operations).toHaveLength(10);
  });

  test('an import moves every balance and ends irreversible', async () => {
    await begin({ balanceObjects: fiveEach(keys) });
    const before = devchain.balance('treasury');
    const result = await harness.run({ balanceKeys: keys });
    expect(outcomes(result)).toEqual(Array(7).fill('irreversible'));
    expect(devchain.balance('treasury')).toBe(before + fortyKeysTotal);
    for (const [i, place] of placesOf(result).entries()) {
      expect(place?.blockNumber).toBeLessThanOrEqual(devchain.lastIrreversible);
      const block = devchain.block(place?.blockNumber ?? 0);
      expect(block?.transactions[place?.trxInBlock ?? -1]?.id).toBe(result.transactions[i]?.transactionId);
    }
  });

  test('a second run after a success claims nothing and names the blocks of the first', async () => {
    await begin({ balanceObjects: fiveEach(keys) });
    const first = await harness.run({ balanceKeys: keys });
    const sentBefore = harness.broadcasts.hits;
    const second = await harness.run({ balanceKeys: keys });
    expect(second.transactions).toEqual([]);
    expect(harness.broadcasts.hits).toBe(sentBefore);
    expect(second.earlier.map(({ transactionId, blockNumber }) => [transactionId, blockNumber])).toEqual(
      placesOf(first).map((place, i) => [first.transactions[i]?.transactionId, place?.blockNumber]),
    );
    expect(second.earlier.every(({ irreversible }) => irreversible)).toBe(true);
    expect(totalsOf(second.earlier.flatMap(({ claims }) => claims.map(({ amount }) => amount)))).toEqual([
      { assetId: '1.3.0', amount: fortyKeysTotal },
    ]);
  });

  test('a second run tells an earlier transaction in full, also the claims of keys that own more', async () => {
    const [first, second] = [balanceKey(0), balanceKey(1)];
    const [a = ''] = addressesOfKey(first);
    const [b = ''] = addressesOfKey(second);
    const later = { beginTime: start + 9000 * day, durationSeconds: 10, beginBalance: 1000n };
    await begin({
      balanceObjects: [
        { owner: a, amount: 5n },
        { owner: b, amount: 7n },
        { owner: b, amount: 1000n, vesting: later },
      ],
    });
    await harness.run({ balanceKeys: [first, second] });
    const { earlier } = await harness.run({ balanceKeys: [first, second] });
    expect(earlier.map(({ claims }) => totalsOf(claims.map(({ amount }) => amount)))).toEqual([
      [{ assetId: '1.3.0', amount: 12n }],
    ]);
  });

  test('a second run tells all earlier transactions, also when blocks were replaced while the history was read', async () => {
    await begin({ balanceObjects: fiveEach(keys) });
    const first = await harness.run({ balanceKeys: keys });
    const { statistics } = harness.node;
    let asked = 0;
    harness.node.statistics = async (id) => {
      const answer = await statistics(id);
      return { ...answer, totalOps: answer.totalOps + (++asked === 1 ? 1 : 0) };
    };
    const { earlier } = await harness.run({ balanceKeys: keys });
    expect(earlier.map(({ transactionId }) => transactionId)).toEqual(
      first.transactions.map(({ transactionId }) => transactionId),
    );
  });

  test('several assets are claimed in the order in which cli_wallet claims them, and totals are kept apart', async () => {
    const [first, second] = [balanceKey(0), balanceKey(1)];
    const [a = ''] = addressesOfKey(first);
    const [b = ''] = addressesOfKey(second);
    await begin({
      balanceObjects: [
        { owner: a, amount: 5n, symbol: 'USDX' },
        { owner: a, amount: 7n },
        { owner: b, amount: 11n },
        { owner: b, amount: 13n, symbol: 'USDX' },
      ],
    });
    const result = await harness.run({ balanceKeys: [first, second] });
    expect(outcomes(result)).toEqual(['irreversible']);
    expect(claimed(result)).toEqual([
      { assetId: '1.3.0', amount: 18n },
      { assetId: '1.3.1', amount: 18n },
    ]);
    expect(devchain.balance('treasury', 'USDX')).toBe(18n);
  });

  test('a vesting balance gives what is released, then nothing for a day, then the rest', async () => {
    const [owner = ''] = addressesOfKey(vestingKey);
    const request = { balanceKeys: [vestingKey] };
    await begin({
      balanceObjects: [
        {
          owner,
          amount: 864_000n * 100n,
          vesting: { beginTime: start - 5 * day, durationSeconds: 10 * day, beginBalance: 864_000n * 100n },
        },
      ],
    });
    const before = devchain.balance('treasury');
    const released = BigInt(devchain.head.seconds - (start - 5 * day)) * 100n;
    const first = await harness.run(request);
    expect(outcomes(first)).toEqual(['irreversible']);
    expect(devchain.balance('treasury') - before).toBe(released);

    const second = await harness.run(request);
    expect(second.transactions).toEqual([]);
    expect(second.skipped).toMatchObject([{ reason: 'claimed_within_a_day' }]);
    const { claimableFrom } = second.skipped[0]?.balance.claimable ?? {};
    expect(claimableFrom).toBeGreaterThan(devchain.head.seconds);

    devchain.produceBlock({ miss: Math.ceil((6 * day) / 3) });
    const third = await harness.run({ ...request, waitFor: 'block' });
    expect(outcomes(third)).toEqual(['in_block']);
    expect(devchain.balance('treasury') - before).toBe(864_000n * 100n);
  });

  test('a balance that does not vest yet is named with the time from which it can be claimed', async () => {
    const [owner = ''] = addressesOfKey(vestingKey);
    await begin({
      balanceObjects: [
        {
          owner,
          amount: 1000n,
          vesting: { beginTime: start, durationSeconds: 10 * day, cliffSeconds: 7 * day },
        },
      ],
    });
    const result = await harness.run({ balanceKeys: [vestingKey] });
    expect(result.transactions).toEqual([]);
    expect(result.skipped).toMatchObject([
      {
        reason: 'not_vested_yet',
        balance: { claimable: { claimableFrom: start + 7 * day, fullyVestedAt: start + 10 * day } },
      },
    ]);
  });

  test('a balance that somebody else claims in between is left out, and all others are claimed', async () => {
    await begin(
      { balanceObjects: fiveEach(keys.slice(0, 8)) },
      {
        beforeBroadcast: () => {
          const [owner = ''] = addressesOfKey(keys[2] as PrivateKey);
          claimElsewhere(idOf(owner), keys[2] as PrivateKey, 3000n);
          devchain.produceBlock();
        },
      },
    );
    const before = devchain.balance('treasury');
    const result = await harness.run({ balanceKeys: keys.slice(0, 8) });
    expect(outcomes(result)).toEqual(['irreversible', 'irreversible']);
    expect(result.transactions.map(({ balances }) => balances.length)).toEqual([29, 10]);
    expect(result.skipped).toMatchObject([{ reason: 'claimed_meanwhile' }]);
    const total = 36n * 15n * 1000n - 3000n;
    expect(claimed(result)).toEqual([{ assetId: '1.3.0', amount: total }]);
    expect(devchain.balance('treasury') - before).toBe(total);
  });

  test('an answer that is lost after the node accepted is no failure: the claim is found in its block', async () => {
    await begin({ balanceObjects: fiveEach(keys.slice(0, 3)) });
    devchain.faults.clear();
    devchain.faults.add({ kind: 'answer lost', method: /^broadcast/ });
    const before = devchain.balance('treasury');
    const result = await harness.run({ balanceKeys: keys.slice(0, 3) });
    expect(outcomes(result)).toEqual(['irreversible']);
    expect(devchain.balance('treasury') - before).toBe(6n * 15n * 1000n);
  });

  test('an error without a code of the node is no refusal: the claim is found in its block', async () => {
    await begin({ balanceObjects: fiveEach(keys.slice(0, 1)) });
    // A proxy that waited too long for a node that took the transaction.
    const { broadcast } = harness.node;
    harness.node.broadcast = async (transaction) => {
      await broadcast(transaction);
      throw new BitSharesError('NODE_ERROR', { message: 'upstream timed out', data: { nodeCode: 0 } });
    };
    expect(outcomes(await harness.run({ balanceKeys: keys.slice(0, 1) }))).toEqual(['irreversible']);
  });

  test('a refusal of the moment is not final: another node has the claim in its block', async () => {
    await begin({ balanceObjects: fiveEach(keys.slice(0, 1)) });
    const { broadcast } = harness.node;
    harness.node.broadcast = async (transaction) => {
      await broadcast(transaction);
      const nodeMessage = 'Assert Exception: trx.ref_block_prefix == tapos_block_summary.block_id._hash[1]: ';
      throw new BitSharesError('NODE_ERROR', { message: nodeMessage, data: { nodeCode: 10, nodeMessage } });
    };
    expect(outcomes(await harness.run({ balanceKeys: keys.slice(0, 1) }))).toEqual(['irreversible']);
  });

  test('a connection that is lost while blocks are read does not take back what was known', async () => {
    await begin({ balanceObjects: fiveEach(keys.slice(0, 1)) });
    const block = harness.node.block.bind(harness.node);
    let seen = false;
    harness.node.block = async (number) => {
      if (seen) throw new BitSharesError('CONNECTION_LOST', { message: 'gone' });
      const answer = await block(number);
      seen = answer !== null && answer.transactions.length > 0;
      return answer;
    };
    expect(outcomes(await harness.run({ balanceKeys: keys.slice(0, 1), maximumWait: 9 }))).toEqual([
      'in_block',
    ]);
  });

  /** What the node is asked to send, and what becomes of each time in its order; the last goes on for ever. */
  const onBroadcast = (...answers: ((transaction: SignedTransaction) => Promise<void>)[]) => {
    const sent: SignedTransaction[] = [];
    harness.node.broadcast = (transaction) => {
      sent.push(transaction);
      const answer = answers[Math.min(sent.length, answers.length) - 1];
      return answer === undefined ? Promise.reject(new Error('no answer')) : answer(transaction);
    };
    return sent;
  };
  const accepted = (transaction: SignedTransaction) =>
    Promise.resolve(devchain.push(transaction)).then(() => undefined);
  const lost = () => Promise.reject(new BitSharesError('CONNECTION_LOST', { message: 'gone' }));
  const refused = (nodeMessage: string) => () =>
    Promise.reject(
      new BitSharesError('NODE_ERROR', { message: nodeMessage, data: { nodeCode: 10, nodeMessage } }),
    );
  const usedUp = refused('Assert Exception: Unable to find Object 1.15.0');
  const otherFork = refused(
    'Assert Exception: trx.ref_block_prefix == tapos_block_summary.block_id._hash[1]: ',
  );
  const onlyCopies = (sent: readonly SignedTransaction[]) =>
    expect(new Set(sent.map((transaction) => JSON.stringify(transaction))).size).toBe(1);
  const oneKey = { balanceKeys: keys.slice(0, 1) };

  test('a claim whose broadcast was lost is sent again, the same bytes, and ends irreversible', async () => {
    await begin({ balanceObjects: fiveEach(keys.slice(0, 1)) });
    const cut = devchain.faults.add({ kind: 'cut', method: /^broadcast/ });
    const { broadcast } = harness.node;
    const sent = onBroadcast(broadcast);
    expect(outcomes(await harness.run(oneKey))).toEqual(['irreversible']);
    expect(cut.hits).toBe(1);
    expect(sent).toHaveLength(2);
    onlyCopies(sent);
  });

  test('a claim that the node refused for the moment is sent again, and ends irreversible', async () => {
    await begin({ balanceObjects: fiveEach(keys.slice(0, 1)) });
    const sent = onBroadcast(otherFork, otherFork, accepted);
    expect(outcomes(await harness.run(oneKey))).toEqual(['irreversible']);
    expect(sent).toHaveLength(3);
    onlyCopies(sent);
  });

  test('a claim that its node accepted and lost is sent again', async () => {
    await begin({ balanceObjects: fiveEach(keys.slice(0, 1)) });
    const sent = onBroadcast(() => Promise.resolve(), accepted);
    expect(outcomes(await harness.run(oneKey))).toEqual(['irreversible']);
    expect(sent).toHaveLength(2);
    onlyCopies(sent);
  });

  test('a claim that the node holds, or that is in a block, is not sent again', async () => {
    await begin({ balanceObjects: fiveEach(keys.slice(0, 1)) });
    const sent = onBroadcast((transaction) => accepted(transaction).then(lost));
    expect(outcomes(await harness.run(oneKey))).toEqual(['irreversible']);
    expect(sent).toHaveLength(1);
  });

  test.each([
    ['lost', lost],
    ['refused for the moment', otherFork],
    ['accepted', () => Promise.resolve()],
  ])(
    'while a copy that was %s may live, the refusal of another is not called rejected, and nothing else is made',
    async (_, first) => {
      await begin({ balanceObjects: fiveEach(keys.slice(0, 1)) });
      const sent = onBroadcast(first, usedUp);
      const soon = await harness.run({ ...oneKey, maximumWait: 9 });
      const [claim] = soon.transactions;
      expect(claim?.sent && settleClaim({ ...claim, sent: claim.sent })).toEqual({
        outcome: 'unknown',
        paid: false,
        final: false,
      });
      expect(claim?.sent?.reason?.message).toMatch(/Unable to find Object.* A copy that was sent before may/);
      expect(claim?.balances).toHaveLength(5);
      expect(soon.skipped).toEqual([]);
      expect(sent.length).toBeGreaterThan(2);
      onlyCopies(sent);
    },
  );

  test('a first copy that lives ends irreversible, whatever was said of the others', async () => {
    await begin({ balanceObjects: fiveEach(keys.slice(0, 1)) });
    const sent = onBroadcast(lost, usedUp);
    const before = devchain.balance('treasury');
    const clock = new ChainClock(devchain);
    clock.onTick = () => {
      if (sent.length < 4) return;
      // Another node had it all the time, and now it is the one that makes a block.
      devchain.push(sent[0] as SignedTransaction);
      clock.onTick = undefined;
    };
    expect(outcomes(await harness.run(oneKey, { clock }))).toEqual(['irreversible']);
    expect(devchain.balance('treasury') - before).toBe(15_000n);
  });

  test('a first copy that is dead ends expired by proof, and not rejected by what was said of the others', async () => {
    await begin({ balanceObjects: fiveEach(keys.slice(0, 1)) });
    onBroadcast(lost, usedUp);
    expect(outcomes(await harness.run(oneKey))).toEqual(['expired']);
  });

  test('a claim that was refused as the first and only answer is rejected at once, and not sent again', async () => {
    await begin({ balanceObjects: fiveEach(keys.slice(0, 1)) });
    const sent = onBroadcast(refused('Assert Exception: no'));
    expect(outcomes(await harness.run(oneKey))).toEqual(['rejected']);
    expect(sent).toHaveLength(1);
  });

  /** Gives the live node, except the times that are named: the first is for building. */
  const nodeExcept = (...times: number[]) => {
    let asked = 0;
    return () =>
      times.includes(++asked)
        ? Promise.reject(new BitSharesError('NODE_UNREACHABLE', { message: 'nobody there' }))
        : Promise.resolve(harness.node);
  };

  test('claims that found no connection at first are sent once there is one', async () => {
    await begin({ balanceObjects: fiveEach(keys.slice(0, 8)) });
    const before = devchain.balance('treasury');
    // The second claim of two finds none, and then neither does.
    const result = await harness.run({ balanceKeys: keys.slice(0, 8) }, { node: nodeExcept(3, 4, 5) });
    expect(outcomes(result)).toEqual(['irreversible', 'irreversible']);
    expect(harness.broadcasts.hits).toBe(2);
    expect(devchain.balance('treasury') - before).toBe(36n * 15n * 1000n);
  });

  test('a claim that is sent late leaves out what somebody else claimed meanwhile, like any other', async () => {
    const [key = balanceKey(0)] = keys;
    await begin(
      { balanceObjects: fiveEach([key]) },
      {
        beforeBroadcast: () => {
          claimElsewhere(idOf(addressesOfKey(key)[0] ?? ''), key, 1000n);
          devchain.produceBlock();
        },
      },
    );
    const result = await harness.run(oneKey, { node: nodeExcept(2, 3, 4) });
    expect(outcomes(result)).toEqual(['irreversible']);
    expect(claimed(result)).toEqual([{ assetId: '1.3.0', amount: 14_000n }]);
    expect(result.skipped).toMatchObject([{ reason: 'claimed_meanwhile' }]);
  });

  test('a claim for which there never was a connection says so, and that no copy was sent', async () => {
    await begin({ balanceObjects: fiveEach(keys.slice(0, 1)) });
    const node = nodeExcept(...Array.from({ length: 100 }, (_, i) => i + 2));
    const result = await harness.run({ ...oneKey, maximumWait: 9 }, { node });
    expect(outcomes(result)).toEqual(['unknown']);
    expect(result.transactions[0]?.sent).toMatchObject({
      copies: 'none',
      reason: { code: 'NODE_UNREACHABLE' },
    });
    expect(harness.broadcasts.hits).toBe(0);
  });

  test('an execution that is stopped between two rounds sends nothing more', async () => {
    await begin({ balanceObjects: fiveEach(keys.slice(0, 1)) });
    const stop = new AbortController();
    const sent = onBroadcast(lost);
    const clock = new ChainClock(devchain);
    clock.onTick = () => stop.abort();
    expect(outcomes(await harness.run(oneKey, { clock, signal: stop.signal }))).toEqual(['unknown']);
    // The first, and the one after the look of the same round.
    expect(sent).toHaveLength(2);
  });

  test('an execution that is stopped during a look sends nothing after it', async () => {
    await begin({ balanceObjects: fiveEach(keys.slice(0, 1)) });
    const stop = new AbortController();
    const sent = onBroadcast(lost);
    harness.node.recentTransaction = () => {
      stop.abort();
      return Promise.resolve(null);
    };
    expect(outcomes(await harness.run(oneKey, { signal: stop.signal }))).toEqual(['unknown']);
    expect(sent).toHaveLength(1);
  });

  test('an execution that is stopped before a claim is sent sends none, and its item says so', async () => {
    await begin({ balanceObjects: fiveEach(keys.slice(0, 8)) });
    const stop = new AbortController();
    const sent = onBroadcast((transaction) => {
      stop.abort();
      return accepted(transaction);
    });
    const result = await harness.run({ balanceKeys: keys.slice(0, 8) }, { signal: stop.signal });
    expect(outcomes(result)).toEqual(['in_mempool', 'unknown']);
    const account = { id: devchain.account('treasury').id, name: 'treasury' };
    const shown = shownImport(result, 'BTS');
    const [, item] = await importItems(shown, { reader: harness.node, account, dryRun: false });
    expect(item).toMatchObject({ claimed: false, final: false });
    expect(item?.nextStep).toContain('Nothing was sent: the execution was stopped before.');
    expect(sent).toHaveLength(1);
  });

  test('a claim that never arrives ends as expired, proved by irreversible blocks, and not as a failure', async () => {
    await begin({ balanceObjects: fiveEach(keys.slice(0, 1)) });
    devchain.faults.clear();
    devchain.faults.add({ kind: 'cut', method: /^broadcast/, times: Infinity });
    expect(outcomes(await harness.run(oneKey))).toEqual(['expired']);
    devchain.faults.clear();
    expect(outcomes(await harness.run(oneKey))).toEqual(['irreversible']);
  });

  test('while nothing is known, the outcome is unknown', async () => {
    await begin({ balanceObjects: fiveEach(keys.slice(0, 1)) });
    devchain.faults.clear();
    devchain.faults.add({ kind: 'cut', method: /^broadcast/, times: Infinity });
    const result = await harness.run({ ...oneKey, maximumWait: 20 });
    expect(outcomes(result)).toEqual(['unknown']);
    expect(result.transactions[0]?.sent?.reason?.code).toBe('CONNECTION_LOST');
  });

  test('a claim in a block that is abandoned is not called irreversible, and ends in its new block', async () => {
    await begin({ balanceObjects: fiveEach(keys.slice(0, 1)) });
    const first = await harness.run({ balanceKeys: keys.slice(0, 1), waitFor: 'block' });
    expect(outcomes(first)).toEqual(['in_block']);
    devchain.fork({ depth: 1, keep: 'drop' });
    const second = await harness.run({ balanceKeys: keys.slice(0, 1) });
    expect(outcomes(second)).toEqual(['irreversible']);
  });

  test('a balance key that is the active key of the account signs once', async () => {
    const wif = PrivateKey.fromSeed('both roles').toWif();
    const both = PrivateKey.fromWif(wif);
    const [owner = ''] = addressesOfKey(both);
    await begin({
      accounts: [{ name: 'treasury', keys: { active: wif } }, { name: 'thief' }],
      balanceObjects: [{ owner, amount: 77n }, ...fiveEach(keys.slice(0, 1))],
    });
    const result = await harness.run({ balanceKeys: [both, ...keys.slice(0, 1)], activeKeys: [both] });
    expect(outcomes(result)).toEqual(['irreversible']);
    const signers = result.transactions.flatMap(({ transaction }) =>
      recoverSigners(transaction, harness.chain),
    );
    expect(signers).toHaveLength(2);
  });

  test('without authority over the account nothing is sent', async () => {
    await begin({ balanceObjects: fiveEach(keys.slice(0, 1)) });
    await expect(
      harness.run({ balanceKeys: keys.slice(0, 1), activeKeys: [balanceKey(5)] }),
    ).rejects.toMatchObject({ code: 'KEY_WITHOUT_AUTHORITY' });
    await expect(harness.run({ balanceKeys: keys.slice(0, 1), activeKeys: [] })).rejects.toMatchObject({
      code: 'KEY_WITHOUT_AUTHORITY',
    });
    expect(harness.broadcasts.hits).toBe(0);
  });

  test('on a chain with the smallest transactions all balances are claimed in more transactions', async () => {
    await begin({
      balanceObjects: fiveEach(keys.slice(0, 8)),
      parameters: { maximum_transaction_size: 2048 },
    });
    const before = devchain.balance('treasury');
    const result = await harness.run({ balanceKeys: keys.slice(0, 8) });
    expect(result.transactions.length).toBeGreaterThan(1);
    expect(new Set(outcomes(result))).toEqual(new Set(['irreversible']));
    expect(devchain.balance('treasury') - before).toBe(36n * 15n * 1000n);
  });
});
