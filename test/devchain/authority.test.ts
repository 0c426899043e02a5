import type { Devchain } from '../../devchain';
import { refusal, send, startedChain, stopChains, transferOperation } from './support';

afterEach(stopChains);

const missing = 4010001;
const needless = 4010004;

function authority(
  threshold: number,
  keys: readonly (readonly [string, number])[],
  accounts: readonly (readonly [string, number])[] = [],
) {
  return { weight_threshold: threshold, account_auths: accounts, key_auths: keys, address_auths: [] };
}

function setActive(chain: Devchain, name: string, active: ReturnType<typeof authority>): void {
  send(chain, [name], [6, { account: chain.account(name).id, active }]);
  chain.produceBlock();
}

function pay(chain: Devchain, ...wifs: string[]): string {
  return chain.push(chain.sign([transferOperation(chain, 'carol', 'exchange', 1)], wifs));
}

describe('an active authority', () => {
  it('of 2 of 3 takes any two keys, no fewer and no more', async () => {
    const chain = await startedChain();
    const [a, b, c] = ['alice', 'bob', 'carol'].map((name) => chain.account(name)) as [
      ReturnType<Devchain['account']>,
      ReturnType<Devchain['account']>,
      ReturnType<Devchain['account']>,
    ];
    setActive(
      chain,
      'carol',
      authority(2, [
        [a.publicKeys.active, 1],
        [b.publicKeys.active, 1],
        [c.publicKeys.active, 1],
      ]),
    );
    expect(refusal(() => pay(chain, c.keys.active)).code).toBe(missing);
    expect(() => pay(chain, a.keys.active, c.keys.active)).not.toThrow();
    expect(() => pay(chain, b.keys.active, a.keys.active)).not.toThrow();
    expect(refusal(() => pay(chain, a.keys.active, b.keys.active, c.keys.active)).code).toBe(needless);
  });

  it('counts weights up to the threshold', async () => {
    const chain = await startedChain();
    const [a, b] = [chain.account('alice'), chain.account('bob')];
    setActive(
      chain,
      'carol',
      authority(3, [
        [a.publicKeys.active, 2],
        [b.publicKeys.active, 1],
      ]),
    );
    expect(refusal(() => pay(chain, a.keys.active)).code).toBe(missing);
    expect(() => pay(chain, a.keys.active, b.keys.active)).not.toThrow();
  });

  it('reaches through accounts to a depth of two and no further', async () => {
    const chain = await startedChain({
      accounts: ['exchange', 'alice', 'bob', 'carol', 'dora'].map((name) => ({
        name,
        balances: { BTS: '1000' },
      })),
      assets: [],
    });
    const through = (name: string) => authority(1, [], [[chain.account(name).id, 1]]);
    setActive(chain, 'carol', through('bob'));
    expect(() => pay(chain, chain.account('bob').keys.active)).not.toThrow();
    setActive(chain, 'bob', through('alice'));
    expect(() => pay(chain, chain.account('alice').keys.active)).not.toThrow();
    setActive(chain, 'alice', through('dora'));
    expect(refusal(() => pay(chain, chain.account('dora').keys.active)).code).toBe(missing);
  });

  it('is replaced by the owner key', async () => {
    const chain = await startedChain();
    expect(() => pay(chain, chain.account('carol').keys.owner)).not.toThrow();
  });

  it('is not satisfied by the memo key', async () => {
    const chain = await startedChain();
    expect(refusal(() => pay(chain, chain.account('carol').keys.memo)).code).toBe(missing);
  });

  it('that was changed no longer takes the old key', async () => {
    const chain = await startedChain();
    const { keys } = chain.account('carol');
    setActive(chain, 'carol', authority(1, [[chain.account('bob').publicKeys.active, 1]]));
    expect(refusal(() => pay(chain, keys.active)).code).toBe(missing);
    chain.useKeys('carol', { active: chain.account('bob').keys.active });
    expect(() => chain.transfer({ from: 'carol', to: 'exchange', amount: '1' })).not.toThrow();
  });

  it('that nobody could ever satisfy is refused', async () => {
    const chain = await startedChain();
    const impossible = authority(5, [[chain.account('bob').publicKeys.active, 1]]);
    expect(
      refusal(() => send(chain, ['carol'], [6, { account: chain.account('carol').id, active: impossible }]))
        .text,
    ).toContain('is_impossible');
  });
});

describe('signatures', () => {
  it('of nobody, of the wrong key, twice the same, and too many are each refused', async () => {
    const chain = await startedChain();
    const { active } = chain.account('carol').keys;
    expect(refusal(() => pay(chain)).code).toBe(missing);
    expect(refusal(() => pay(chain, chain.account('bob').keys.active)).code).toBe(missing);
    expect(refusal(() => pay(chain, active, active)).code).toBe(4010005);
    expect(refusal(() => pay(chain, active, chain.account('bob').keys.active)).code).toBe(needless);
  });

  it('that are not canonical are refused', async () => {
    const chain = await startedChain();
    const transaction = chain.sign(
      [transferOperation(chain, 'carol', 'exchange', 1)],
      [chain.account('carol').keys.active],
    );
    const [signature = ''] = transaction['signatures'] as string[];
    const highR = `${signature.slice(0, 2)}ff${signature.slice(4)}`;
    expect(refusal(() => chain.push({ ...transaction, signatures: [highR] })).text).toContain(
      'signature is not canonical',
    );
  });

  it('of an owner key are needed to change the owner authority', async () => {
    const chain = await startedChain();
    const carol = chain.account('carol');
    const update = [
      6,
      { account: carol.id, owner: authority(1, [[chain.account('bob').publicKeys.owner, 1]]) },
    ] as const;
    expect(refusal(() => chain.push(chain.sign([update], [carol.keys.active]))).code).toBe(4010002);
    expect(() => chain.push(chain.sign([update], [carol.keys.owner]))).not.toThrow();
  });
});
