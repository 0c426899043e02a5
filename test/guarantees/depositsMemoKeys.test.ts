/** Guarantee: a trigger whose keys open no memo of its account says so, before the first deposit or as soon as it happens. */
import { BitSharesError } from '../../src/errors';
import { encryptMemo, PrivateKey } from '../../src/protocol';
import { exchange, transfer, alice } from '../support/memoryChain';
import { codes, Scenario } from '../support/depositScenario';

// Time is simulated; what it takes in reality depends on what else the machine does.
jest.setTimeout(120_000);

const present = PrivateKey.fromSeed('memo key of the exchange');
const next = PrivateKey.fromSeed('the next memo key of the exchange');
const foreign = PrivateKey.fromSeed('memo key of the hot wallet');
const sender = PrivateKey.fromSeed('memo key of alice');
const textOf = (key: PrivateKey) => key.publicKey.toString('BTS');

interface Keys {
  account: string;
  memoKey?: string;
  olderMemoKeys?: string;
  activeKey?: string;
  balanceKeys?: string;
}

const right: Keys = { account: 'exchange', memoKey: present.toWif() };
const wrong: Keys = { account: 'hot-wallet', memoKey: foreign.toWif() };

class MemoScenario extends Scenario {
  private nonce = 1n;
  private readonly credentials: Record<string, object>;

  /** @param keys what the keys credential holds */
  constructor(keys: Keys, parameters: Record<string, unknown> = {}) {
    const credentials = { bitSharesKeysApi: keys };
    super({ credentials, parameters });
    this.credentials = credentials;
    this.chain.memoKeys.set(exchange, textOf(present));
  }

  edit(keys: Keys): void {
    this.credentials['bitSharesKeysApi'] = keys;
  }

  /** Takes the keys credential out of the node, which counts from the next publication on. */
  removeKeys(): void {
    delete this.credentials['bitSharesKeysApi'];
  }

  /** A deposit whose memo is encrypted to the key. */
  pay(text: string, to = present): void {
    const memo = encryptMemo({ from: sender, to: to.publicKey, nonce: this.nonce++, text, prefix: 'BTS' });
    this.chain.deposit(Number(this.nonce), { memo });
    this.confirm();
  }

  async told(count: number): Promise<(string | null)[]> {
    await this.untilCredited(count);
    return this.host.delivered().map(({ memo, memoStatus }) => memo ?? memoStatus);
  }
}

describe('a first activation', () => {
  it.each<[string, Keys, string]>([
    [
      'of another account',
      wrong,
      `belongs to hot-wallet and holds no key that fits the memo key of exchange (${textOf(present)})`,
    ],
    [
      'of the account, but only former ones',
      { account: '1.2.1', olderMemoKeys: foreign.toWif() },
      '"bitSharesKeysApi" holds no key that fits the memo key of exchange',
    ],
    [
      'that open no memo at all',
      { account: 'exchange', balanceKeys: present.toWif() },
      '"bitSharesKeysApi" holds no key that opens memos',
    ],
  ])('with keys %s is refused, and so is a test in the editor', async (_, keys, message) => {
    const scenario = new MemoScenario(keys, { triggerOn: 'paymentSent' });
    const refusal = {
      code: 'MEMO_KEY_MISMATCH',
      field: 'Keys Credential',
      message: expect.stringContaining(message),
      fix: expect.stringMatching(/keys credential of exchange|Older Memo Keys/),
    };
    await expect(scenario.start()).rejects.toMatchObject(refusal);
    expect(scenario.host.staticData).toBe('{}');
    await expect(scenario.during(scenario.host.test())).rejects.toMatchObject(refusal);
  });

  it.each<[string, Keys]>([
    ['memo key', right],
    ['older memo key', { account: 'exchange', memoKey: foreign.toWif(), olderMemoKeys: present.toWif() }],
    ['active key', { account: 'exchange', activeKey: present.toWif() }],
    ['memo key, in a credential of another account', { ...right, account: 'hot-wallet' }],
  ])('with the right key as %s begins and reads memos', async (_, keys) => {
    const scenario = new MemoScenario(keys);
    await scenario.start();
    scenario.pay('order 1');
    expect(await scenario.told(1)).toEqual(['order 1']);
    expect(scenario.host.failures).toEqual([]);
  });

  it('that was refused and then corrected begins, although n8n calls it an update', async () => {
    const scenario = new MemoScenario(wrong);
    await expect(scenario.start()).rejects.toMatchObject({ code: 'MEMO_KEY_MISMATCH' });
    const publish = () => scenario.during(scenario.host.activate('update'));
    await expect(publish()).rejects.toMatchObject({ code: 'MEMO_KEY_MISMATCH' });
    scenario.edit(right);
    await publish();
    scenario.pay('order 1');
    expect(await scenario.told(1)).toEqual(['order 1']);
    expect(scenario.host.failures).toEqual([]);
    // From then on a position that is gone was lost.
    await scenario.stop();
    scenario.host.staticData = '{}';
    await publish();
    await scenario.clock.pass(60_000);
    expect(codes(scenario.host)).toEqual(['POSITION_LOST']);
  });

  it('is not refused for an account with the null key, to which nobody can encrypt', async () => {
    const scenario = new MemoScenario(right);
    scenario.chain.memoKeys.set(exchange, 'BTS1111111111111111111111111111111114T1Anm');
    await scenario.start();
    expect(scenario.host.failures).toEqual([]);
  });
});

describe('a trigger that works already', () => {
  it('goes on with keys that do not fit, and says so once, also over publications', async () => {
    const scenario = new MemoScenario(right);
    await scenario.start();
    await scenario.stop();
    scenario.edit(wrong);
    await scenario.start('update');
    scenario.pay('order 1');
    expect(await scenario.told(1)).toEqual(['no_key']);
    await scenario.clock.pass(60_000);
    expect(codes(scenario.host)).toEqual(['MEMO_KEY_MISMATCH']);
    expect(scenario.host.failures[0]).toMatchObject({
      message: expect.stringMatching(/^Memos of exchange cannot be read: .* belongs to hot-wallet/),
      description: expect.stringContaining('Deposits go on, with memoStatus no_key'),
    });
    for (const mode of ['update', 'init'] as const) {
      await scenario.stop();
      await scenario.start(mode);
    }
    scenario.pay('order 2');
    expect(await scenario.told(2)).toEqual(['no_key', 'no_key']);
    expect(codes(scenario.host)).toEqual(['MEMO_KEY_MISMATCH']);
    expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
    const shown = JSON.stringify(scenario.host.failures);
    expect(shown).not.toContain(foreign.toWif());
    await scenario.stop();
    scenario.removeKeys();
    await scenario.start('update');
    scenario.pay('order 3');
    expect(await scenario.told(3)).toEqual(['no_key', 'no_key', 'no_key']);
    expect(codes(scenario.host)).toEqual(['MEMO_KEY_MISMATCH']);
  });

  it('says so when the account gets another memo key, and reads memos again once the credential has it', async () => {
    const scenario = new MemoScenario(right);
    await scenario.start();
    scenario.pay('order 1');
    await scenario.told(1);
    scenario.chain.rotateMemoKey(exchange, textOf(next));
    scenario.confirm();
    await scenario.clock.until(() => scenario.host.failures.length === 1);
    expect(codes(scenario.host)).toEqual(['MEMO_KEY_MISMATCH']);
    expect(scenario.host.failures[0]?.description).toContain('Older Memo Keys');
    scenario.pay('order 2', next);
    // Memos to the former key are read as before.
    scenario.pay('order 3');
    expect(await scenario.told(3)).toEqual(['order 1', 'no_key', 'order 3']);
    scenario.edit({ account: 'exchange', memoKey: next.toWif(), olderMemoKeys: present.toWif() });
    scenario.pay('order 4', next);
    scenario.pay('order 5');
    expect(await scenario.told(5)).toEqual(['order 1', 'no_key', 'order 3', 'order 4', 'order 5']);
    expect(codes(scenario.host)).toEqual(['MEMO_KEY_MISMATCH', 'MEMO_KEY_MISMATCH']);
    expect(scenario.host.failures[1]?.message).toMatch(/^Memos of exchange can be read again/);
    expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
  });

  it('a memo that strangers encrypt to other keys is no change of ours', async () => {
    const scenario = new MemoScenario(right);
    await scenario.start();
    for (let i = 1; i <= 5; i++) scenario.pay('spam', foreign);
    expect(await scenario.told(5)).toEqual(Array.from({ length: 5 }, () => 'no_key'));
    expect(scenario.host.failures).toEqual([]);
    // One look for a minute of them.
    expect(scenario.node.calls['account']).toBeLessThan(6);
  });

  it('a look at the account that the node does not answer is made again, and holds no deposit up', async () => {
    const scenario = new MemoScenario(right);
    await scenario.start();
    const before = scenario.node.beforeAnswer;
    let refused = 0;
    scenario.node.beforeAnswer = async (method) => {
      await before(method);
      if (method !== 'account') return;
      refused += 1;
      throw new BitSharesError('NODE_ERROR', { message: 'Access denied' });
    };
    scenario.chain.rotateMemoKey(exchange, textOf(next));
    scenario.pay('order 1');
    expect(await scenario.told(1)).toEqual(['order 1']);
    expect(refused).toBe(1);
    expect(scenario.host.failures).toEqual([]);
    scenario.node.beforeAnswer = before;
    scenario.pay('order 2');
    expect(await scenario.told(2)).toEqual(['order 1', 'order 2']);
    expect(codes(scenario.host)).toEqual(['MEMO_KEY_MISMATCH']);
  });

  it('a credential that can no longer be read holds no deposit up', async () => {
    const scenario = new MemoScenario(right);
    await scenario.start();
    scenario.chain.rotateMemoKey(exchange, textOf(next));
    scenario.edit({ account: 'exchange', memoKey: 'no key at all' });
    scenario.pay('order 1');
    expect(await scenario.told(1)).toEqual(['order 1']);
    expect(codes(scenario.host)).toEqual(['MEMO_KEY_MISMATCH']);
    expect(scenario.host.failures[0]?.message).toContain('Memo Key');
  });

  it('with a payment sent the same keys decide', async () => {
    const scenario = new MemoScenario(right, { triggerOn: 'paymentSent' });
    await scenario.start();
    const memo = encryptMemo({ from: present, to: sender.publicKey, nonce: 5n, text: 'out', prefix: 'BTS' });
    scenario.chain.produce([{ operations: [transfer(exchange, alice, 7, { memo })] }]);
    scenario.confirm();
    expect(await scenario.told(1)).toEqual(['out']);
  });
});
