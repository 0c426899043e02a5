import { balanceAddresses, publicKeyFromText, publicText } from '../../devchain';
import { refusal, send, startedChain, stopChains, transferOperation } from './support';

afterEach(stopChains);

const gated = '1.3.2';
const ours = '1.3.3';

describe('a white-listed asset', () => {
  it('moves only between accounts that its authorities allow', async () => {
    const chain = await startedChain();
    const nathan = chain.account('nathan').id;
    const options = {
      ...chain.producer.state.asset(gated).options,
      whitelist_authorities: [nathan],
      blacklist_authorities: [nathan],
    };
    send(chain, ['nathan'], [11, { issuer: nathan, asset_to_update: gated, new_options: options }]);
    const list = (name: string, listing: number) =>
      send(
        chain,
        ['nathan'],
        [7, { authorizing_account: nathan, account_to_list: chain.account(name).id, new_listing: listing }],
      );
    const pay = () => send(chain, ['alice'], transferOperation(chain, 'alice', 'bob', 7, gated));
    expect(refusal(pay).code).toBe(3050001);
    list('alice', 1);
    expect(refusal(pay).code).toBe(3050002);
    list('bob', 1);
    expect(pay).not.toThrow();
    list('bob', 3);
    chain.produceBlock();
    expect(
      refusal(() => send(chain, ['alice'], transferOperation(chain, 'alice', 'bob', 8, gated))).code,
    ).toBe(3050002);
  });
});

describe('a restricted asset', () => {
  it('moves only to or from its issuer, and the issuer can move it between others', async () => {
    const chain = await startedChain();
    expect(
      refusal(() => send(chain, ['alice'], transferOperation(chain, 'alice', 'bob', 7, ours))).code,
    ).toBe(3050003);
    expect(() => send(chain, ['alice'], transferOperation(chain, 'alice', 'nathan', 7, ours))).not.toThrow();
    const override = (issuer: string, asset: string) =>
      send(
        chain,
        [issuer],
        [
          38,
          {
            issuer: chain.account(issuer).id,
            from: chain.account('alice').id,
            to: chain.account('bob').id,
            amount: { amount: 9, asset_id: asset },
          },
        ],
      );
    override('nathan', ours);
    expect(refusal(() => override('nathan', gated)).code).toBe(3053801);
    expect(refusal(() => override('carol', ours)).text).toContain('asset_type.issuer == op.issuer');
    chain.produceBlock();
    expect(chain.balance('bob', 'OURS')).toBe(9n);
    expect(chain.history('bob').map(({ op }) => op[0])).toEqual([38]);
  });
});

describe('an asset', () => {
  it('is created, issued up to its maximum by its issuer only, and gives half of the creation fee to its pool', async () => {
    const chain = await startedChain();
    const nathan = chain.account('nathan').id;
    const core = { amount: 100000, asset_id: '1.3.0' };
    send(
      chain,
      ['nathan'],
      [
        10,
        {
          issuer: nathan,
          symbol: 'NEWCOIN',
          precision: 2,
          common_options: {
            max_supply: 1000,
            issuer_permissions: 79,
            flags: 0,
            core_exchange_rate: { base: core, quote: { amount: 5, asset_id: '1.3.1' } },
          },
        },
      ],
    );
    chain.produceBlock();
    const asset = chain.producer.state.assetBySymbolOrId('NEWCOIN');
    if (!asset) throw new Error('it was not created');
    expect(chain.producer.state.dynamicData(asset).fee_pool).toBe(250000000n);
    const issue = (name: string, amount: number) =>
      send(
        chain,
        [name],
        [
          14,
          {
            issuer: chain.account(name).id,
            asset_to_issue: { amount, asset_id: asset.id },
            issue_to_account: chain.account('bob').id,
          },
        ],
      );
    expect(refusal(() => issue('carol', 5)).text).toContain('o.issuer == a.issuer');
    issue('nathan', 1000);
    expect(refusal(() => issue('nathan', 1)).text).toContain('max_supply');
    chain.produceBlock();
    expect(chain.balance('bob', 'NEWCOIN')).toBe(1000n);
  });
});

describe('balance objects', () => {
  const wif = '5KPAsVEB5NWen4rXv1yhnzh4kNzeArTCiodFo8PzLjymwJyU2AK';
  const key = publicText(wif, 'BTS');
  const forms = balanceAddresses(publicKeyFromText(key, 'BTS'), 'BTS');
  const claim = (account: string, object: string, amount: number | string) =>
    [
      37,
      {
        deposit_to_account: account,
        balance_to_claim: object,
        balance_owner_key: key,
        total_claimed: { amount, asset_id: '1.3.0' },
      },
    ] as const;

  it('of all five address forms are claimed whole, with the keys of balance and account', async () => {
    const chain = await startedChain({
      balanceObjects: forms.map((owner, i) => ({ owner, amount: BigInt(i + 1) * 1000n })),
    });
    const { id, keys } = chain.account('carol');
    const before = chain.balance('carol');
    const claims = forms.map((_, i) => claim(id, `1.15.${i}`, (i + 1) * 1000));
    expect(refusal(() => chain.push(chain.sign(claims, [keys.active]))).code).toBe(4010003);
    expect(refusal(() => chain.push(chain.sign(claims, [wif]))).code).toBe(4010001);
    expect(
      refusal(() => chain.push(chain.sign([claim(id, '1.15.0', 999)], [keys.active, wif]))).text,
    ).toContain('op.total_claimed');
    const transaction = chain.sign(claims, [keys.active, wif]);
    chain.push(transaction);
    chain.produceBlock();
    expect(chain.balance('carol') - before).toBe(15000n);
    expect(
      refusal(() => chain.push(chain.sign([claim(id, '1.15.0', 1000)], [keys.active, wif]))).text,
    ).toContain('Unable to find Object 1.15.0');
  });

  it('of another key are refused', async () => {
    const chain = await startedChain({
      balanceObjects: [
        {
          owner:
            balanceAddresses(
              publicKeyFromText('BTS6hEwKR9cheNt4BHaxB1B8geCHHc3AMrznyYFAbGwUD16FiuY8Y', 'BTS'),
              'BTS',
            )[0] ?? '',
          amount: 1000n,
        },
      ],
    });
    const { id, keys } = chain.account('carol');
    expect(refusal(() => chain.push(chain.sign([claim(id, '1.15.0', 1000)], [keys.active, wif]))).code).toBe(
      3053703,
    );
  });

  it('that vest give what time has released, at most once a day', async () => {
    const chain = await startedChain({
      blockInterval: 30,
      maintenanceInterval: 86400,
      balanceObjects: [{ owner: forms[0] ?? '', amount: 864000n, vesting: { durationSeconds: 864000 } }],
    });
    const { id, keys } = chain.account('carol');
    const take = (amount: number) =>
      chain.push(chain.sign([claim(id, '1.15.0', amount)], [keys.active, wif]));
    const released = chain.head.seconds - chain.genesis.time;
    expect(refusal(() => take(released + 1)).code).toBe(3053702);
    take(released);
    chain.produceBlock();
    expect(refusal(() => take(1)).code).toBe(3053701);
    chain.advance(86400);
    expect(() => take(86400)).not.toThrow();
    chain.produceBlock();
    expect(
      chain.producer.state.store.find<{ id: string; balance: { amount: bigint } }>('1.15.0')?.balance.amount,
    ).toBe(864000n - BigInt(released) - 86400n);
  });
});

describe('a withdraw permission', () => {
  it('pays its holder up to the limit of each period', async () => {
    const chain = await startedChain();
    const [bob, exchange] = [chain.account('bob').id, chain.account('exchange').id];
    const start = new Date((chain.head.seconds + 6) * 1000).toISOString().slice(0, 19);
    send(
      chain,
      ['bob'],
      [
        25,
        {
          withdraw_from_account: bob,
          authorized_account: exchange,
          withdrawal_limit: { amount: 100, asset_id: '1.3.0' },
          withdrawal_period_sec: 60,
          periods_until_expiration: 5,
          period_start_time: start,
        },
      ],
    );
    chain.advance(9);
    const take = (amount: number) =>
      send(
        chain,
        ['exchange'],
        [
          27,
          {
            withdraw_permission: '1.12.0',
            withdraw_from_account: bob,
            withdraw_to_account: exchange,
            amount_to_withdraw: { amount, asset_id: '1.3.0' },
          },
        ],
      );
    take(60);
    expect(refusal(() => take(41)).text).toContain('available_this_period');
    take(40);
    chain.advance(60);
    take(100);
    chain.produceBlock();
    expect(chain.history('bob').map(({ op }) => op[0])).toEqual([25, 27, 27, 27]);
  });
});
