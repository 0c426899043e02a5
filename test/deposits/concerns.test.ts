import type { Operation } from '../../src/chain/interfaces';
import { concernsAccount } from '../../src/deposits/reading/concerns';
import history from '../transcripts/history.json';

interface Exchange {
  request?: { params?: unknown[] };
  reply?: { result?: unknown };
}

const us = '1.2.18';
const other = '1.2.99';
const authority = (account: string) => ({
  weight_threshold: 1,
  account_auths: [[account, 1]],
  key_auths: [],
});

jest.setTimeout(120_000);

describe('which accounts an operation concerns', () => {
  it('every recorded operation of a transaction in the history of an account concerns it', () => {
    const recorded = (history.exchanges as unknown as Exchange[])
      .filter(({ request }) => {
        const [, method, args] = request?.params ?? [];
        return method === 'get_relative_account_history' && (args as unknown[])[0] === us;
      })
      .flatMap(({ reply }) =>
        Array.isArray(reply?.result) ? (reply.result as Record<string, unknown>[]) : [],
      )
      .filter((operation) => operation['is_virtual'] === false);
    expect(recorded.length).toBeGreaterThan(30);
    for (const operation of recorded) {
      expect(concernsAccount(operation['op'] as Operation, operation['result'], us)).toBe(true);
    }
  });

  it.each<[string, Operation]>([
    ['the sender of a transfer', [0, { from: us, to: other }]],
    ['the receiver of a transfer', [0, { from: other, to: us }]],
    ['the referrer of a new account', [5, { registrar: other, referrer: us }]],
    ['an authority of a new account', [5, { registrar: other, owner: authority(us) }]],
    ['a new active authority', [6, { account: other, active: authority(us) }]],
    ['an account that is listed', [7, { authorizing_account: other, account_to_list: us }]],
    ['a new issuer', [11, { issuer: other, new_issuer: us }]],
    ['the receiver of an issue', [14, { issuer: other, issue_to_account: us }]],
    [
      'who has to agree to a proposal',
      [22, { fee_paying_account: other, proposed_ops: [{ op: [0, { from: us, to: other }] }] }],
    ],
    ['who is asked to approve', [23, { fee_paying_account: other, active_approvals_to_add: [us] }]],
    ['who may withdraw', [25, { withdraw_from_account: other, authorized_account: us }]],
    ['who could withdraw', [28, { withdraw_from_account: other, authorized_account: us }]],
    ['whose funds are claimed', [27, { withdraw_to_account: other, withdraw_from_account: us }]],
    ['the owner of a vesting balance', [32, { creator: other, owner: us }]],
    ['a required authority of a custom operation', [35, { payer: other, required_auths: [us] }]],
    ['whose balance is overridden', [38, { issuer: other, from: us, to: other }]],
    ['the receiver of an HTLC', [49, { from: other, to: us }]],
  ])('%s is concerned', (_, operation) => {
    expect(concernsAccount(operation, [0, {}], us)).toBe(true);
  });

  it.each<[string, Operation]>([
    [
      'whom a proposed transfer would pay',
      [22, { fee_paying_account: other, proposed_ops: [{ op: [0, { from: other, to: us }] }] }],
    ],
    ['who is mentioned in the fields of others', [2, { fee_paying_account: other, order: us }]],
    ['who may borrow', [69, { owner_account: other, acceptable_borrowers: [[us, 5]] }]],
    ['who is asset authority', [10, { issuer: other, common_options: { whitelist_authorities: [us] } }]],
  ])('%s is not concerned', (_, operation) => {
    expect(concernsAccount(operation, [0, {}], us)).toBe(false);
  });

  it('accounts that the result names are concerned: a created account, and the owner of a repaid credit', () => {
    expect(concernsAccount([5, { registrar: other, referrer: other }], [1, us], us)).toBe(true);
    expect(concernsAccount([73, { account: other }], [5, { impacted_accounts: [us] }], us)).toBe(true);
    expect(concernsAccount([73, { account: other }], [5, {}], us)).toBe(false);
  });
});
