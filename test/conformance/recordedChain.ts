/** Makes on devchain, block by block, what was made on the private chain when the daemons were recorded. */
import { Devchain } from '../../devchain';
import type { DevchainOptions, TransactionJson } from '../../devchain';
import type { FileName, Question } from './transcripts';
import { readKeys, readTranscript } from './transcripts';

const keys = readKeys();
const wif = (name: string): string => {
  const key = keys[name];
  if (!key) throw new Error(`no key ${name}`);
  return key.wif;
};

/** The chain that the daemons were recorded on, as its operator set it up. */
const chainId = '4e4fc2ce5d32dbcaa22e776c8ef9a606e96684287027b44a54e43fa239d7a5fa';
const genesisTime = '2026-11-22T11:32:15Z';
/** The node was started a minute after the genesis time: the first 63 slots are empty. */
const firstMissed = 63;

const people = ['exchange-deposit', 'exchange-hot', 'alice', 'bob', 'mallory', 'carol'] as const;
const ids: Record<string, string> = {
  nathan: '1.2.17',
  'exchange-deposit': '1.2.18',
  'exchange-hot': '1.2.19',
  alice: '1.2.20',
  bob: '1.2.21',
  mallory: '1.2.22',
  carol: '1.2.23',
};
const activeKey = (name: string): string => wif(name === 'nathan' ? 'nathan' : `${name}-active`);
const activePublic = (name: string): string =>
  keys[name === 'nathan' ? 'nathan' : `${name}-active`]?.pub ?? '';
const core = (amount: number | string) => ({ amount, asset_id: '1.3.0' });

/** The 40 keys that import_balance is asked for, from the request. */
function dustKeys(): string[] {
  const request = readTranscript('claims')[6]?.request;
  return (request?.params[1] as string[] | undefined) ?? [];
}

export async function startChain(
  addressOf: (wif: string) => string,
  of: Pick<DevchainOptions, 'chainId' | 'startTime' | 'maintenanceInterval'> = {
    chainId,
    startTime: genesisTime,
    maintenanceInterval: 60,
  },
): Promise<Devchain> {
  const cold = keys['cold-storage-1'];
  if (!cold) throw new Error('keys.json is not complete');
  const forms = [cold.addr, cold.pts.unc56, cold.pts.cmp56, cold.pts.unc0, cold.pts.cmp0];
  return Devchain.start({
    seed: 'conformance',
    ...of,
    blockInterval: 1,
    accounts: [
      { name: 'nathan', lifetime: false },
      ...people.map((name) => ({
        name,
        keys: { owner: wif(`${name}-owner`), active: activeKey(name), memo: activeKey(name) },
      })),
    ],
    balanceObjects: [
      { owner: addressOf(activeKey('nathan')), amount: 900000000000000n },
      ...people.map((name) => ({ owner: addressOf(activeKey(name)), amount: 1000000000000n })),
      ...forms.map((owner, index) => ({ owner, amount: 11100000n * BigInt(index + 1) })),
      ...dustKeys().map((key, index) => ({ owner: addressOf(key), amount: 100000n * BigInt(index + 1) })),
      { owner: keys['cold-vesting']?.addr ?? '', amount: 86400000000n, vesting: { durationSeconds: 864000 } },
    ],
  });
}

type OperationJson = [number, Record<string, unknown>];

function send(chain: Devchain, signers: readonly string[], ...operations: OperationJson[]): void {
  chain.push(chain.sign(operations, signers.map(activeKey)));
}

export function produceTo(chain: Devchain, head: number): void {
  if (chain.head.number === 0) chain.produceBlock({ miss: firstMissed });
  while (chain.head.number < head) chain.produceBlock();
}

/** The operations of a transaction that the operator's script sent, taken from a later run of the same script. */
function scripted(file: FileName, index: number): OperationJson[] {
  const params = readTranscript(file)[index]?.request?.params[2] as unknown[] | undefined;
  return ((params?.[0] as TransactionJson | undefined)?.['operations'] as OperationJson[] | undefined) ?? [];
}

function assetOptions(quote: number, flags: number): Record<string, unknown> {
  return {
    max_supply: '1000000000000000',
    market_fee_percent: 0,
    max_market_fee: 0,
    issuer_permissions: 79,
    flags,
    core_exchange_rate: { base: core(100000), quote: { amount: quote, asset_id: '1.3.1' } },
  };
}

function issueAll(chain: Devchain): void {
  for (const [asset, amount] of [
    ['1.3.1', 50000000],
    ['1.3.2', 500000],
    ['1.3.3', 5000],
  ] as const) {
    const memo = chain.encryptMemo({ from: 'nathan', to: 'alice', text: 'initial' });
    send(
      chain,
      ['nathan'],
      [
        14,
        {
          issuer: ids['nathan'],
          asset_to_issue: { amount, asset_id: asset },
          issue_to_account: ids['alice'],
          memo,
        },
      ],
    );
  }
}

/** One run of the operator's deposits: what later runs repeat while they are recorded. */
function deposits(chain: Devchain, head: number): void {
  produceTo(chain, head);
  send(chain, ['alice'], ...scripted('transactions', 1));
  produceTo(chain, head + 1);
  send(chain, ['alice'], ...scripted('transactions', 38));
  for (const index of [1, 3, 5, 7, 9, 11]) send(chain, ['alice'], ...scripted('history', index));
}

/** Everything that had happened before the first recorded exchange, sent as signed transactions. */
export function beforeRecording(chain: Devchain): void {
  produceTo(chain, 491);
  for (const [index, name] of [...people, 'nathan'].entries()) {
    const claim = {
      deposit_to_account: ids[name],
      balance_to_claim: `1.15.${name === 'nathan' ? 0 : index + 1}`,
      balance_owner_key: activePublic(name),
      total_claimed: core(name === 'nathan' ? '900000000000000' : '1000000000000'),
    };
    send(chain, [name], [37, claim]);
  }
  produceTo(chain, 545);
  const memo = chain.encryptMemo({
    from: 'alice',
    to: 'exchange-deposit',
    text: 'user-42 ünï',
    nonce: 123456789012345678n,
  });
  send(
    chain,
    ['alice'],
    [0, { from: ids['alice'], to: ids['exchange-deposit'], amount: core(1250000), memo }],
  );
  produceTo(chain, 668);
  send(chain, ['nathan'], [8, { account_to_upgrade: ids['nathan'], upgrade_to_lifetime_member: true }]);
  produceTo(chain, 672);
  for (const [symbol, precision, quote, flags] of [
    ['USDX', 4, 10000, 0],
    ['CLAWBACK', 2, 100, 4],
    ['UNIT', 0, 1, 0],
  ] as const) {
    send(
      chain,
      ['nathan'],
      [10, { issuer: ids['nathan'], symbol, precision, common_options: assetOptions(quote, flags) }],
    );
  }
  produceTo(chain, 674);
  issueAll(chain);
  deposits(chain, 676);
  produceTo(chain, 688);
  issueAll(chain);
  deposits(chain, 690);
}

/** The 4,500 transfers that filled the account's history before it was pruned: 25 in a transaction, as the last ones were. */
export function manyDeposits(chain: Devchain): void {
  let sequence = 37;
  const sendGroup = (): void => {
    const operations = Array.from({ length: 25 }, (): OperationJson => [
      0,
      { from: ids['alice'], to: ids['exchange-deposit'], amount: core(955345 + sequence++) },
    ]);
    send(chain, ['alice'], ...operations);
  };
  produceTo(chain, 1669);
  for (let i = 0; i < 102; i++) sendGroup();
  produceTo(chain, 1670);
  for (let i = 0; i < 78; i++) sendGroup();
  produceTo(chain, 1720);
}

/** The head block at which each exchange was asked: [file, first index, last index, head]. In the order of time. */
export const timeline: readonly (readonly [FileName, number, number, number])[] = [
  ['node-basics', 0, 25, 703],
  ['accounts-assets', 0, 7, 703],
  ['accounts-assets', 8, 10, 705],
  ['accounts-assets', 11, 19, 707],
  ['accounts-assets', 20, 27, 709],
  ['transactions', 0, 1, 709],
  ['transactions', 2, 42, 710],
  ['history', 0, 35, 710],
  ['history', 36, 38, 713],
  ['history', 39, 56, 714],
  ['history', 57, 58, 722],
  ['notices', 0, 2, 722],
  ['notices', 3, 6, 727],
  ['notices', 7, 9, 741],
  ['claims', 0, 9, 741],
  ['wallet', 0, 33, 741],
  ['pruned', 0, 6, 1720],
  ['restrictions', 8, 9, 2755],
  ['restrictions', 10, 10, 2758],
  ['restrictions', 11, 12, 2761],
  ['restrictions', 13, 13, 2763],
  ['restrictions', 14, 18, 2766],
  ['restrictions', 19, 26, 2768],
  ['restrictions', 0, 1, 2776],
  ['restrictions', 2, 3, 2779],
  ['restrictions', 4, 5, 2781],
  ['restrictions', 6, 6, 2782],
  ['restrictions', 7, 7, 2784],
];

/** Keys of the accounts, which the operator had imported into the wallet. */
export const importedKeys: readonly (readonly [string, string])[] = ['nathan', ...people].map(
  (name): [string, string] => [name, activeKey(name)],
);

export const knownWifs: ReadonlyMap<string, string> = new Map(
  Object.values(keys).map(({ pub, wif: text }) => [pub, text]),
);
export type { Question };
