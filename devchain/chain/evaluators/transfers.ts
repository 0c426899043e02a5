/** Transfers, and an issuer's transfers of what others hold (transfer.cpp, transfer_evaluator.cpp). */
import { at, check, failure, framed } from '../../wire/chainError';
import type { Account, AssetObject } from '../objects';
import { assetFlags } from '../objects';
import type { ChainState } from '../state';
import { nothing } from '../state';
import type { OverrideTransfer, Transfer } from '../../wire/operations';
import type { Json } from '../../wire/json';
import type { Evaluator } from './evaluator';

/** May this account hold and move this asset? (is_authorized_asset.cpp) */
export function isAuthorizedAsset(account: Account, asset: AssetObject): boolean {
  if ((asset.options.flags & assetFlags.white_list) === 0) return true;
  if (account.blacklisting_accounts.some((id) => asset.options.blacklist_authorities.includes(id)))
    return false;
  if (asset.options.whitelist_authorities.length === 0) return true;
  return account.whitelisting_accounts.some((id) => asset.options.whitelist_authorities.includes(id));
}

const validatePlace = (line: number) => at('transfer.cpp', line, 'validate', 'pool worker');
const evaluatePlace = (line: number) => at('transfer_evaluator.cpp', line, 'do_evaluate');

function evaluateTransfer(state: ChainState, op: Transfer): void {
  const from = state.account(op.from);
  const to = state.account(op.to);
  const asset = state.asset(op.amount.asset_id);
  framed(
    () => {
      if (!isAuthorizedAsset(from, asset)) {
        throw failure(
          3050001,
          'transfer_from_account_not_whitelisted',
          'owner mismatch',
          evaluatePlace(42),
          "'from' account ${from} is not whitelisted for asset ${asset}",
          { from: op.from, asset: asset.id },
        );
      }
      if (!isAuthorizedAsset(to, asset)) {
        throw failure(
          3050002,
          'transfer_to_account_not_whitelisted',
          'owner mismatch',
          evaluatePlace(49),
          "'to' account ${to} is not whitelisted for asset ${asset}",
          { to: op.to, asset: asset.id },
        );
      }
      if (
        (asset.options.flags & assetFlags.transfer_restricted) !== 0 &&
        from.id !== asset.issuer &&
        to.id !== asset.issuer
      ) {
        throw failure(
          3050003,
          'transfer_restricted_transfer_asset',
          'restricted transfer asset',
          evaluatePlace(59),
          'Asset ${asset} has transfer_restricted flag enabled',
          { asset: op.amount.asset_id },
        );
      }
      const balance = state.balance(op.from, op.amount.asset_id);
      check(
        balance >= op.amount.amount,
        'insufficient_balance',
        evaluatePlace(68),
        "Insufficient Balance: ${balance}, unable to transfer '${total_transfer}' from account '${a}' to '${t}'",
        {
          a: from.name,
          t: to.name,
          total_transfer: state.pretty(op.amount),
          balance: state.pretty({ amount: balance, asset_id: op.amount.asset_id }),
        },
      );
    },
    'transfer_evaluator.cpp',
    73,
    'do_evaluate',
    () => ({ a: state.pretty(op.amount), f: from.name, t: to.name }),
    'Unable to transfer ${a} from ${f} to ${t}',
    'error',
  );
}

export const transfer: Evaluator<Transfer> = {
  validate(op) {
    check(op.fee.amount >= 0n, 'fee.amount >= 0', validatePlace(41));
    check(op.from !== op.to, 'from != to', validatePlace(42));
    check(op.amount.amount > 0n, 'amount.amount > 0', validatePlace(43));
  },
  evaluate(state, op) {
    framed(
      () => evaluateTransfer(state, op),
      'transfer_evaluator.cpp',
      75,
      'do_evaluate',
      () => ({ op: op as unknown as Json }),
    );
  },
  apply(state, op) {
    state.adjustBalance(op.from, { ...op.amount, amount: -op.amount.amount });
    state.adjustBalance(op.to, op.amount);
    return nothing;
  },
};

/** The issuer of an asset with override_authority moves it between two other accounts. */
export const overrideTransfer: Evaluator<OverrideTransfer> = {
  validate(op) {
    const place = at('transfer.cpp', 68, 'validate', 'pool worker');
    check(op.fee.amount >= 0n, 'fee.amount >= 0', place);
    check(op.from !== op.to, 'from != to', place);
    check(op.amount.amount > 0n, 'amount.amount > 0', place);
    check(op.issuer !== op.from, 'issuer != from', place);
  },
  evaluate(state, op) {
    const place = (line: number) => at('transfer_evaluator.cpp', line, 'do_evaluate');
    framed(
      () => {
        const asset = state.asset(op.amount.asset_id);
        const from = state.account(op.from);
        const to = state.account(op.to);
        if ((asset.options.flags & assetFlags.override_authority) === 0) {
          throw failure(
            3053801,
            'override_transfer_not_permitted',
            'not permitted',
            place(96),
            'override_transfer not permitted for asset ${asset}',
            { asset: op.amount.asset_id },
          );
        }
        check(asset.issuer === op.issuer, 'asset_type.issuer == op.issuer', place(102));
        check(isAuthorizedAsset(to, asset), 'is_authorized_asset( d, to_account, asset_type )', place(108));
        check(
          isAuthorizedAsset(from, asset),
          'is_authorized_asset( d, from_account, asset_type )',
          place(109),
        );
        const balance = state.balance(op.from, op.amount.asset_id);
        check(
          balance >= op.amount.amount,
          'd.get_balance( from_account, asset_type ).amount >= op.amount.amount',
          place(118),
          '',
          { total_transfer: { ...op.amount }, balance },
        );
      },
      'transfer_evaluator.cpp',
      122,
      'do_evaluate',
      () => ({ op: op as unknown as Json }),
    );
  },
  apply(state, op) {
    state.adjustBalance(op.from, { ...op.amount, amount: -op.amount.amount });
    state.adjustBalance(op.to, op.amount);
    return nothing;
  },
};
