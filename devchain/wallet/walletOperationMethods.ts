/** The methods of cli_wallet's API that issuers, account owners and builders of transactions need (wallet.hpp). */
import { at, check, framed } from '../wire/chainError';
import type { Json } from '../wire/json';
import { isRecord } from '../wire/json';
import type { Proposal } from '../chain/objects';
import { toList, toNumber, toText } from '../rpc/arguments';
import { flag, transactionJson } from './wallet';
import type { WalletMethod } from './walletMethods';
import { walletMethod } from './walletMethods';

const asJson = (value: unknown): Json => value as Json;

const listings: Readonly<Record<string, number>> = {
  no_listing: 0,
  white_listed: 1,
  black_listed: 2,
  white_and_black_listed: 3,
};

/** Issuer's and account owner's operations: upgrade, assets, lists, proposals, builder transactions. */
export const walletOperationMethods: Readonly<Record<string, WalletMethod>> = {
  upgrade_account: walletMethod(2, (wallet, [name, broadcast]) =>
    framed(
      () => {
        wallet.checkUnlocked('wallet_account.cpp', 78, 'upgrade_account');
        const account = wallet.account(name);
        check(
          !wallet.state.isLifetimeMember(account),
          '!account_obj.is_lifetime_member()',
          at('wallet_account.cpp', 82, 'upgrade_account'),
        );
        return transactionJson(
          wallet.finish(
            [
              wallet.withFees(
                wallet.operation([8, { account_to_upgrade: account.id, upgrade_to_lifetime_member: true }]),
              ),
            ],
            flag(broadcast),
          ),
        );
      },
      'wallet_account.cpp',
      93,
      'upgrade_account',
      () => ({ name: toText(name) }),
    ),
  ),
  create_asset: walletMethod(5, (wallet, [issuer, symbol, precision, options, , broadcast]) => {
    const operation = wallet.operation([
      10,
      { issuer: wallet.account(issuer).id, symbol, precision, common_options: options },
    ]);
    return transactionJson(wallet.finish([wallet.withFees(operation)], flag(broadcast)));
  }),
  update_asset: walletMethod(3, (wallet, [symbol, , options, broadcast]) => {
    const asset = wallet.asset(symbol);
    return transactionJson(
      wallet.finish(
        [
          wallet.withFees(
            wallet.operation([11, { issuer: asset.issuer, asset_to_update: asset.id, new_options: options }]),
          ),
        ],
        flag(broadcast),
      ),
    );
  }),
  issue_asset: walletMethod(4, (wallet, [to, amount, symbol, memo, broadcast]) => {
    const asset = wallet.asset(symbol);
    const receiver = wallet.account(to);
    const text = toText(memo);
    const fields = {
      issuer: asset.issuer,
      asset_to_issue: { amount: wallet.amount(toText(amount), asset), asset_id: asset.id },
      issue_to_account: receiver.id,
      ...(text === '' ? {} : { memo: wallet.memo(asset.issuer, receiver.id, text) }),
    };
    return transactionJson(wallet.finish([wallet.withFees(wallet.operation([14, fields]))], flag(broadcast)));
  }),
  whitelist_account: walletMethod(3, (wallet, [authorizing, listed, listing, broadcast]) => {
    const fields = {
      authorizing_account: wallet.account(authorizing).id,
      account_to_list: wallet.account(listed).id,
      new_listing: listings[toText(listing)] ?? toNumber(listing),
    };
    return transactionJson(wallet.finish([wallet.withFees(wallet.operation([7, fields]))], flag(broadcast)));
  }),
  approve_proposal: walletMethod(3, (wallet, [payer, proposal, delta, broadcast]) => {
    const found = wallet.received(wallet.state.get<Proposal>(toText(proposal)));
    const names = isRecord(delta) ? delta : {};
    const accounts = (field: string) => toList(names[field]).map((name) => wallet.account(name).id);
    const fields = {
      fee_paying_account: wallet.account(payer).id,
      proposal: found.id,
      active_approvals_to_add: accounts('active_approvals_to_add'),
      active_approvals_to_remove: accounts('active_approvals_to_remove'),
      owner_approvals_to_add: accounts('owner_approvals_to_add'),
      owner_approvals_to_remove: accounts('owner_approvals_to_remove'),
      key_approvals_to_add: toList(names['key_approvals_to_add']),
      key_approvals_to_remove: toList(names['key_approvals_to_remove']),
    };
    return transactionJson(wallet.finish([wallet.withFees(wallet.operation([23, fields]))], flag(broadcast)));
  }),
  begin_builder_transaction: walletMethod(0, (wallet) => wallet.beginBuilder()),
  add_operation_to_builder_transaction: walletMethod(2, (wallet, [handle, operation]) => {
    wallet.builder(handle).operations.push(wallet.operation(operation));
    return null;
  }),
  replace_operation_in_builder_transaction: walletMethod(3, (wallet, [handle, index, operation]) => {
    const { operations } = wallet.builder(handle);
    check(
      toNumber(index) < operations.length,
      'operation_index < trx.operations.size()',
      at('wallet_builder.cpp', 60, 'replace_operation_in_builder_transaction'),
    );
    operations[toNumber(index)] = wallet.operation(operation);
    return null;
  }),
  set_fees_on_builder_transaction: walletMethod(1, (wallet, [handle, symbol]) => {
    const builder = wallet.builder(handle);
    const asset = wallet.asset(symbol ?? 'BTS');
    builder.operations = builder.operations.map((operation) => wallet.withFees(operation, asset.id));
    return {
      amount: builder.operations.reduce((sum, [, op]) => sum + op.fee.amount, 0n),
      asset_id: asset.id,
    };
  }),
  preview_builder_transaction: walletMethod(1, (wallet, [handle]) =>
    asJson({
      ref_block_num: 0,
      ref_block_prefix: 0,
      expiration: '1970-01-01T00:00:00',
      operations: wallet.builder(handle).operations,
      extensions: [],
    }),
  ),
  sign_builder_transaction: walletMethod(1, (wallet, [handle, broadcast]) =>
    transactionJson(wallet.finish(wallet.builder(handle).operations, flag(broadcast))),
  ),
  propose_builder_transaction2: walletMethod(3, (wallet, [handle, payer, expiration, review, broadcast]) => {
    const seconds = toNumber(review);
    const fields = {
      fee_paying_account: wallet.account(payer).id,
      expiration_time: toText(expiration),
      proposed_ops: wallet.builder(handle).operations.map((op) => ({ op })),
      ...(seconds === 0 ? {} : { review_period_seconds: seconds }),
    };
    return transactionJson(wallet.finish([wallet.withFees(wallet.operation([22, fields]))], flag(broadcast)));
  }),
  remove_builder_transaction: walletMethod(1, (wallet, [handle]) => {
    wallet.builders.delete(Number(handle));
    return null;
  }),
};
