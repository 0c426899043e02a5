/** The recorded cli_wallet and the native import, over the same keys and the same node's answers. */
import type { Account, BalanceObject, BalanceReader } from '../../src/chain/interfaces';
import { addressesOf } from '../../src/balances/ownership';
import { findBalances } from '../../src/balances/findBalances';
import { claimableBalances, cutIntoTransactions } from '../../src/balances/claimPlan';
import { buildClaim, signClaim } from '../../src/balances/claimTransaction';
import { claimableAt } from '../../src/balances/vesting';
import {
  customChain,
  PrivateKey,
  recoverSigners,
  transactionId,
  type Chain,
  type SignedTransaction,
} from '../../src/protocol';
import { balanceReader } from '../../src/rpc/balanceReader';
import claims from '../transcripts/claims.json';
import keys from '../transcripts/keys.json';

const chain: Chain = customChain({
  chainId: '4e4fc2ce5d32dbcaa22e776c8ef9a606e96684287027b44a54e43fa239d7a5fa',
  prefix: 'BTS',
});
const headTime = Date.parse('2026-11-22T11:46:21Z') / 1000;
const carolKey = PrivateKey.fromWif(keys['carol-active'].wif);
const carol = {
  id: '1.2.23',
  name: 'carol',
  active: { threshold: 1, keys: [{ key: keys['carol-active'].pub, weight: 1 }], accounts: [] },
} as unknown as Account;

const dryRuns = claims.exchanges.flatMap((exchange) => {
  const { request, reply } = exchange as unknown as {
    request: { method: string; params: [string, string[], boolean] };
    reply: { result?: SignedTransaction[] };
  };
  if (request.method !== 'import_balance' || reply.result === undefined || reply.result.length === 0)
    return [];
  return [{ note: exchange.note ?? '', wifs: request.params[1], recorded: reply.result }];
});

/** A node that has exactly the balances that the recorded transactions claim, and answers by the recorded rules. */
function recordedNode(wifs: string[], recorded: SignedTransaction[]): BalanceReader {
  const answered = claims.exchanges.flatMap((exchange) => {
    const { request, reply } = exchange as unknown as {
      request: { params: [string, string, string[]] };
      reply: { result: unknown[] };
    };
    return request.params[1] === 'get_balance_objects' ? reply.result : [];
  }) as { id: string; owner: string }[];
  // The balances of the forty keys are not in a recorded answer of their own: all are native addresses of the keys.
  const addresses = addressesOf(
    wifs.map((wif) => PrivateKey.fromWif(wif).publicKey),
    'BTS',
  );
  const objects = recorded.flatMap(({ operations }) =>
    operations.map(([, operation]) => {
      const claim = operation as {
        balance_to_claim: string;
        balance_owner_key: string;
        total_claimed: { amount: number; asset_id: string };
      };
      const known = answered.find(({ id }) => id === claim.balance_to_claim);
      const owner = addresses.find(
        ({ form, publicKey }) => form === 'native' && publicKey?.toString('BTS') === claim.balance_owner_key,
      );
      return (
        known ?? {
          id: claim.balance_to_claim,
          owner: owner?.address ?? '',
          balance: claim.total_claimed,
          last_claim_date: '1970-01-01T00:00:00',
        }
      );
    }),
  );
  let asked: BalanceObject[] = [];
  const reader = balanceReader((_api, method, [parameter]) => {
    const list = parameter as string[];
    if (method === 'get_balance_objects') {
      return Promise.resolve(list.flatMap((address) => objects.filter(({ owner }) => owner === address)));
    }
    return Promise.resolve(
      list.map((id) => {
        const object = asked.find((candidate) => candidate.id === id);
        const amount = object === undefined ? 0n : claimableAt(object, headTime).amount;
        return { amount: amount.toString(), asset_id: object?.balance.assetId ?? '1.3.0' };
      }),
    );
  });
  return {
    balanceObjects: async (list) => (asked = await reader.balanceObjects(list)),
    vestedBalances: (ids) => reader.vestedBalances(ids),
  };
}

test('there are three recorded dry runs to compare with', () => {
  expect(dryRuns.map(({ recorded }) => recorded.map(({ operations }) => operations.length))).toEqual([
    [5],
    [1],
    [30, 10],
  ]);
});

describe.each(dryRuns)('$note', ({ wifs, recorded }) => {
  const balanceKeys = wifs.map((wif) => PrivateKey.fromWif(wif));
  const native = async (maximumTransactionSize: number) => {
    const found = await findBalances(
      recordedNode(wifs, recorded),
      addressesOf(
        balanceKeys.map((key) => key.publicKey),
        'BTS',
      ),
      headTime,
    );
    const limits = { maximumTransactionSize, activeSignatures: 1, prefix: 'BTS' };
    const basis = {
      referenceBlockId: '000002e5f25fc7b915efd69df185dade258e8db7',
      blockNumber: 741,
      expiration: Date.parse('2026-11-22T11:46:51Z') / 1000,
    };
    return cutIntoTransactions(claimableBalances(found), carol.id, limits).map((balances) =>
      signClaim(
        buildClaim(balances, carol, basis, 'BTS'),
        balances,
        carol,
        {
          balanceKeys: new Map(balanceKeys.map((key) => [key.publicKey.toString('BTS'), key])),
          activeKeys: [carolKey],
        },
        chain,
      ),
    );
  };

  test('the native import builds the transactions of cli_wallet, operation by operation', async () => {
    const built = await native(100_000);
    expect(built.map(({ operations }) => operations)).toEqual(recorded.map(({ operations }) => operations));
    // With cli_wallet's reference block and expiration they are the same transactions.
    expect(built.map((transaction) => transactionId(transaction, 'BTS'))).toEqual(
      recorded.map((transaction) => transactionId(transaction, 'BTS')),
    );
  });

  test('the same keys sign, each once', async () => {
    const signers = (transaction: SignedTransaction) =>
      recoverSigners(transaction, chain)
        .map((key) => key.toString('BTS'))
        .sort();
    const built = await native(100_000);
    expect(built.map(signers)).toEqual(recorded.map(signers));
  });

  test('where the chain allows only small transactions, the same operations stand in more of them', async () => {
    const built = await native(2048);
    expect(built.flatMap(({ operations }) => operations)).toEqual(
      recorded.flatMap(({ operations }) => operations),
    );
  });
});
