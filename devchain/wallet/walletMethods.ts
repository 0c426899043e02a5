/** The methods of cli_wallet's API that a user of accounts and money needs (wallet.hpp). */
import { at, check, failure, framed } from '../wire/chainError';
import { availableBalance } from '../chain/evaluators/claims';
import type { HistoryObject } from '../chain/history';
import type { Json } from '../wire/json';
import { timeSeconds } from '../wire/json';
import { balanceAddresses, publicKeyBytes, publicKeyText, secretFromWif } from '../wire/keys';
import type { Account, BalanceObject } from '../chain/objects';
import { toList, toNumber, toText } from '../rpc/arguments';
import type { BalanceClaim, Operation } from '../wire/operations';
import { compareIds } from '../wire/operations';
import { transactionId } from '../wire/transaction';
import { relativeTime } from './relativeTime';
import { describe } from './description';
import type { Wallet } from './wallet';
import { flag, transactionJson } from './wallet';

export interface WalletMethod {
  required: number;
  call(wallet: Wallet, args: readonly unknown[], now: number): Json;
}

export function walletMethod(required: number, call: WalletMethod['call']): WalletMethod {
  return { required, call };
}

const asJson = (value: unknown): Json => value as Json;

/** The most claims in one transaction (wallet_account.cpp). */
const claimsPerTransaction = 30;

function importKey(wallet: Wallet, name: unknown, wif: string): boolean {
  wallet.checkUnlocked('wallet.cpp', 608, 'import_key', false);
  let key: string;
  try {
    secretFromWif(wif);
    key = wallet.ring.add(wif);
  } catch {
    throw failure(0, 'exception', 'unspecified', at('wallet.cpp', 612, 'import_key'), 'Invalid private key');
  }
  const account = wallet.account(name);
  const own = [
    account.options.memo_key,
    ...account.owner.key_auths.map(([text]) => text),
    ...account.active.key_auths.map(([text]) => text),
  ];
  if (!own.includes(key)) return false;
  wallet.remember(account);
  wallet.ring.save();
  return true;
}

function importBalance(wallet: Wallet, name: unknown, wifs: readonly string[], broadcast: boolean): Json {
  return framed(
    () => {
      wallet.checkUnlocked('wallet_account.cpp', 309, 'import_balance', false);
      const { prefix } = wallet.state.wire;
      const claimer = wallet.account(name);
      const owners = new Map<string, { wif: string; key: string }>();
      for (const wif of wifs.includes('*')
        ? [...wifs.filter((w) => w !== '*'), ...wallet.ring.publicKeys.map((key) => wallet.privateKey(key))]
        : wifs) {
        let bytes: Buffer;
        try {
          bytes = publicKeyBytes(secretFromWif(wif));
        } catch {
          throw failure(
            10,
            'assert_exception',
            'Assert Exception',
            at('wallet_account.cpp', 344, 'import_balance'),
            'key.valid(): Invalid private key',
          );
        }
        for (const address of balanceAddresses(bytes, prefix))
          owners.set(address, { wif, key: publicKeyText(bytes, prefix) });
      }
      const all = wallet.state.store.all<BalanceObject>('1.15');
      const balances = [...owners.keys()].flatMap((address) =>
        all.filter((object) => object.owner === address),
      );
      return asJson(claimTransactions(wallet, claimer, balances, owners, broadcast));
    },
    'wallet_account.cpp',
    416,
    'import_balance',
    () => ({ name_or_id: toText(name) }),
  );
}

function claimTransactions(
  wallet: Wallet,
  claimer: Account,
  balances: readonly BalanceObject[],
  owners: ReadonlyMap<string, { wif: string; key: string }>,
  broadcast: boolean,
): unknown[] {
  const assets = [...new Set(balances.map((object) => object.balance.asset_id))].sort(compareIds);
  const groups: { operations: Operation[]; wifs: Set<string> }[] = [];
  for (const asset of assets) {
    for (const object of balances.filter((b) => b.balance.asset_id === asset)) {
      const owner = owners.get(object.owner);
      const amount = availableBalance(object, wallet.state.headTime);
      if (amount === 0n || !owner) continue;
      const claim: BalanceClaim = {
        fee: { amount: 0n, asset_id: '1.3.0' },
        deposit_to_account: claimer.id,
        balance_to_claim: object.id,
        balance_owner_key: owner.key,
        total_claimed: { amount, asset_id: asset },
      };
      let group = groups[groups.length - 1];
      if (!group || group.operations.length >= claimsPerTransaction)
        groups.push((group = { operations: [], wifs: new Set() }));
      group.operations.push([37, claim]);
      group.wifs.add(owner.wif);
    }
  }
  return groups.map(({ operations, wifs }) => {
    const transaction = wallet.signed(operations, [...wifs]);
    transaction.signatures.sort();
    if (broadcast) wallet.broadcast(transaction);
    return transaction;
  });
}

function transfer(wallet: Wallet, [from, to, amount, symbol, memo]: readonly unknown[], broadcast: boolean) {
  return framed(
    () => {
      wallet.checkUnlocked('wallet_transfer.cpp', 54, 'transfer');
      const asset = wallet.asset(symbol);
      const sender = wallet.account(from);
      const receiver = wallet.account(to);
      const text = toText(memo);
      const fields = {
        from: sender.id,
        to: receiver.id,
        amount: { amount: wallet.amount(toText(amount), asset), asset_id: asset.id },
        ...(text === '' ? {} : { memo: wallet.memo(sender.id, receiver.id, text) }),
      };
      return wallet.finish([wallet.withFees(wallet.operation([0, fields]))], broadcast);
    },
    'wallet_transfer.cpp',
    84,
    'transfer',
    () => ({
      from: toText(from),
      to: toText(to),
      amount: toText(amount),
      asset_symbol: toText(symbol),
      memo: toText(memo),
      broadcast,
    }),
  );
}

function historyLines(wallet: Wallet, objects: readonly (HistoryObject | undefined)[]): Json {
  const page = wallet.received(objects.filter((object) => object !== undefined));
  return page.map((object) => describe(wallet, object));
}

function range(wallet: Wallet, name: unknown, stop: number, limit: number, start: number): Json {
  const account = wallet.account(name);
  const { history } = wallet.node;
  const total = history.total(account.id);
  const first = start === 0 || start > total ? total : start;
  const objects: (HistoryObject | undefined)[] = [];
  for (let sequence = first; sequence >= Math.max(stop, 1) && objects.length < limit; sequence--) {
    const number = history.at(account.id, sequence);
    if (number === undefined) break;
    objects.push(history.object(number));
  }
  return historyLines(wallet, objects);
}

/** Keys, accounts, history, transfers and claims. */
export const walletCoreMethods: Readonly<Record<string, WalletMethod>> = {
  info: walletMethod(0, ({ state }, _args, now) => {
    const dynamic = state.dynamicProperties;
    const slots = BigInt(dynamic.recent_slots_filled);
    let filled = 0;
    for (let bit = 0n; bit < 128n; bit++) if ((slots >> bit) & 1n) filled++;
    return {
      head_block_num: dynamic.head_block_number,
      head_block_id: dynamic.head_block_id,
      head_block_age: relativeTime(timeSeconds(dynamic.time), now, ' old'),
      next_maintenance_time: relativeTime(timeSeconds(dynamic.next_maintenance_time), now),
      chain_id: state.chainId,
      participation: ((100 * filled) / 128).toFixed(2),
      active_witnesses: state.globalProperties.active_witnesses,
      active_committee_members: state.globalProperties.active_committee_members,
    };
  }),
  about: walletMethod(0, () => ({
    client_version: 'devchain',
    graphene_revision: 'devchain',
    build: 'devchain',
  })),
  is_new: walletMethod(0, ({ ring }) => ring.isNew),
  is_locked: walletMethod(0, ({ ring }) => ring.locked),
  lock: walletMethod(0, ({ ring }) => {
    ring.lock();
    return null;
  }),
  unlock: walletMethod(1, ({ ring }, [password]) => {
    ring.unlock(toText(password));
    return null;
  }),
  set_password: walletMethod(1, ({ ring }, [password]) => {
    ring.setPassword(toText(password));
    return null;
  }),
  save_wallet_file: walletMethod(0, ({ ring }) => {
    ring.save();
    return null;
  }),
  import_key: walletMethod(2, (wallet, [name, wif]) => importKey(wallet, name, toText(wif))),
  import_balance: walletMethod(3, (wallet, [name, wifs, broadcast]) =>
    importBalance(wallet, name, toList(wifs).map(toText), flag(broadcast)),
  ),
  get_private_key: walletMethod(1, (wallet, [key]) => {
    wallet.checkUnlocked('wallet.cpp', 1340, 'get_private_key', false);
    return wallet.privateKey(toText(key));
  }),
  dump_private_keys: walletMethod(0, (wallet) => {
    wallet.checkUnlocked('wallet.cpp', 1330, 'dump_private_keys', false);
    return wallet.ring.publicKeys.map((key): [string, string] => [key, wallet.privateKey(key)]);
  }),
  get_account: walletMethod(1, (wallet, [name]) => asJson(wallet.account(name))),
  get_account_id: walletMethod(1, (wallet, [name]) => wallet.account(name).id),
  list_my_accounts: walletMethod(0, (wallet) => asJson(wallet.myAccounts())),
  list_account_balances: walletMethod(1, (wallet, [name]) =>
    wallet.state
      .balancesOf(wallet.account(name).id)
      .map((b) => ({ amount: b.balance, asset_id: b.asset_type })),
  ),
  get_asset: walletMethod(1, (wallet, [symbol]) => {
    const asset = wallet.state.assetBySymbolOrId(toText(symbol));
    check(
      asset !== undefined,
      'found_asset',
      at('wallet.cpp', 585, 'get_asset'),
      "Unable to find asset '${a}'",
      { a: toText(symbol) },
    );
    return { ...(asJson(wallet.received(asset)) as { [key: string]: Json }), total_in_collateral: 0 };
  }),
  get_account_history: walletMethod(2, (wallet, [name, limit]) => range(wallet, name, 1, toNumber(limit), 0)),
  get_relative_account_history: walletMethod(4, (wallet, [name, stop, limit, start]) =>
    range(wallet, name, toNumber(stop), toNumber(limit), toNumber(start)),
  ),
  transfer: walletMethod(5, (wallet, args) => transactionJson(transfer(wallet, args, flag(args[5])))),
  transfer2: walletMethod(5, (wallet, args) => {
    const transaction = transfer(wallet, args, true);
    return [transactionId(wallet.state.wire.pack(transaction)), transactionJson(transaction)];
  }),
  get_transaction_id: walletMethod(1, ({ state }, [json]) =>
    transactionId(state.wire.pack(state.wire.transactionFromJson(json))),
  ),
  serialize_transaction: walletMethod(1, ({ state }, [json]) =>
    state.wire.packSigned(state.wire.transactionFromJson(json)).toString('hex'),
  ),
  broadcast_transaction: walletMethod(1, (wallet, [json]) => {
    const transaction = wallet.state.wire.transactionFromJson(json);
    return [wallet.broadcast(transaction), transactionJson(transaction)];
  }),
  sign_transaction: walletMethod(1, (wallet, [json, broadcast]) =>
    transactionJson(wallet.finish(wallet.state.wire.transactionFromJson(json).operations, flag(broadcast))),
  ),
  add_transaction_signature: walletMethod(1, (wallet, [json, broadcast]) => {
    const signed = wallet.addSignatures(wallet.state.wire.transactionFromJson(json));
    if (flag(broadcast)) wallet.broadcast(signed);
    return transactionJson(signed);
  }),
  sign_memo: walletMethod(3, (wallet, [from, to, text]) => {
    wallet.checkUnlocked('wallet.cpp', 1000, 'sign_memo', false);
    return asJson(wallet.memo(from, to, toText(text)));
  }),
  read_memo: walletMethod(1, (wallet, [memo]) => {
    wallet.checkUnlocked('wallet.cpp', 1010, 'read_memo', false);
    return wallet.readMemo(wallet.memoFromJson(memo));
  }),
  get_dynamic_global_properties: walletMethod(0, ({ state }) => asJson(state.dynamicProperties)),
  get_global_properties: walletMethod(0, ({ state }) => asJson(state.globalProperties)),
};
