/** The calls of a node that this package uses, with their answers checked and turned into our own types. */
import type {
  Account,
  AccountStatistics,
  Asset,
  Authority,
  BalanceReader,
  Block,
  ChainReader,
  ChainState,
  HistoryOperation,
  Operation,
  Proposal,
  SignedTransaction,
} from '../chain/interfaces';
import { BitSharesError, isBitSharesError, rethrow } from '../errors';
import { shortQuote } from '../chain/falseAnswer';
import {
  blockIdOf,
  blockNumberOf,
  isObjectId,
  parseChainTime,
  transactionId,
  type CoreAsset,
} from '../protocol';
import { Answer } from './answer';
import { balanceReader, readAmount } from './balanceReader';
import { demandOf, type Demand, type KnownNode } from './demand';
import type { Call } from './call';
import type { ChainParameters } from './chainParameters';
import { listed } from './listed';

/** The state of the chain, and its parameters. */
const dynamicProperties = '2.1.0';
const globalProperties = '2.0.0';

/** Nodes answer at most this many objects a call with their default limits (`api-limit-*` options). */
export const objectsPerCall = 50;

/** The default limits of `lookup_accounts` and `list_assets`. */
const accountsPerPage = 1000;
const assetsPerPage = 101;

/**
 * ChainReader over a way to call a node. An answer to another question than the one asked is refused (INVALID_ANSWER):
 * it comes from a node, or something in front of one, whose word is worth nothing.
 *
 * `get_objects` is always told not to subscribe (its default is to), so that only watched objects cause notices.
 */
export function chainReader(call: Call, node: KnownNode = {}): Omit<ChainReader, 'endpoint'> & BalanceReader {
  const ask = async (api: string, method: string, args: unknown[]): Promise<Answer> =>
    new Answer(await call(api, method, args), method);

  const demand = demandOf(node);
  const { parameters } = node;

  /** Objects of the chain, each by its id, all from one answer. */
  const objects = async <Ids extends string[]>(...ids: Ids): Promise<{ [I in keyof Ids]: Answer }> => {
    const answers = (await ask('database', 'get_objects', [ids, false])).tuple(ids.length);
    ids.forEach((id, i) => checkId(demand, 'get_objects', id, answers[i] as Answer));
    return answers as { [I in keyof Ids]: Answer };
  };

  /** One question about many objects, each with what was asked for. */
  const askInParts = async (
    method: string,
    keys: string[],
    rest: unknown[],
  ): Promise<{ asked: string; answer: Answer }[]> => {
    const parts: string[][] = [];
    for (let i = 0; i < keys.length; i += objectsPerCall) parts.push(keys.slice(i, i + objectsPerCall));
    const answers = await Promise.all(
      parts.map(async (part) => (await ask('database', method, [part, ...rest])).tuple(part.length)),
    );
    return answers.flat().map((answer, i) => ({ asked: keys[i] as string, answer }));
  };

  const accounts = async (namesOrIds: string[]): Promise<(Account | null)[]> =>
    (await askInParts('get_accounts', namesOrIds, [false])).map(({ asked, answer }) => {
      if (answer.isNull) return null;
      const account = readAccount(answer);
      checkNamed(demand, 'get_accounts', asked, account.id, account.name, isObjectId(asked, 'account'));
      return account;
    });

  const knownAsset = (answer: Answer): Asset => {
    const asset = readAsset(answer);
    checkCoreAsset(demand, asset, node.chain?.coreAsset);
    return asset;
  };

  return {
    ...balanceReader(call, demand),

    chainId: async () => (await ask('database', 'get_chain_id', [])).text(/^[0-9a-f]{64}$/),

    state: async () => {
      if (parameters?.areSettled === true) {
        const [dynamic] = await objects(dynamicProperties);
        const state = readDynamic(demand, dynamic);
        const known = parameters.at(state);
        if (known !== null) return { ...state, ...known };
      }
      const [dynamic, global] = await objects(dynamicProperties, globalProperties);
      const state = readDynamic(demand, dynamic);
      const read = readParameters(global);
      parameters?.note(state, read);
      return { ...state, ...read };
    },

    block: async (number) => {
      const answer = await ask('database', 'get_block', [number]);
      return answer.isNull ? null : readBlock(demand, number, answer);
    },

    transaction: async (blockNumber, trxInBlock) => {
      try {
        return readTransaction(await ask('database', 'get_transaction', [blockNumber, trxInBlock]));
      } catch (error) {
        // bitshares-core `database_api.cpp`: the assertion for a number that the block does not have.
        const isMissing =
          isBitSharesError(error, 'NODE_ERROR') && /transactions\.size\(\)/.test(error.message);
        return isMissing ? null : rethrow(error);
      }
    },

    account: async (nameOrId) => (await accounts([nameOrId]))[0] ?? null,

    accounts,

    assets: async (symbolsOrIds) =>
      (await askInParts('lookup_asset_symbols', symbolsOrIds, [])).map(({ asked, answer }) => {
        if (answer.isNull) return null;
        const { id, symbol } = readAsset(answer);
        checkNamed(demand, 'lookup_asset_symbols', asked, id, symbol, isObjectId(asked, 'asset'));
        return knownAsset(answer);
      }),

    accountNames: async (ids) =>
      (await askInParts('get_accounts', ids, [false])).map(({ asked, answer }) => {
        if (answer.isNull) return null;
        checkId(demand, 'get_accounts', asked, answer);
        return answer.field('name').text();
      }),

    balances: async (accountId, assetIds) => {
      const asked = `get_account_balances of ${accountId}${assetIds.length === 0 ? '' : ` in ${assetIds.join(', ')}`}`;
      const balances = (await ask('database', 'get_account_balances', [accountId, assetIds]))
        .list()
        .map(readAmount);
      const rest = new Set(assetIds);
      const seen = new Set<string>();
      for (const { amount, assetId } of balances) {
        const isAsked = (assetIds.length === 0 || rest.delete(assetId)) && !seen.has(assetId);
        seen.add(assetId);
        demand(
          isAsked && amount >= 0n,
          asked,
          () => `${amount} of ${assetId} among ${balances.length} balances`,
        );
      }
      // A node gives a balance of zero where the account holds nothing of what was asked for.
      demand(rest.size === 0, asked, () => `no balance in ${[...rest].join(', ')}`);
      return balances;
    },

    statistics: async (statisticsId, ownerId) => {
      const [answer] = (await ask('database', 'get_objects', [[statisticsId], false])).tuple(1);
      const statistics = readStatistics(answer as Answer);
      const asked = `get_objects ${statisticsId}`;
      demand(statistics.id === statisticsId, asked, () => statistics.id);
      demand(
        ownerId === undefined || statistics.ownerId === ownerId,
        `${asked} of ${ownerId}`,
        () => `that of ${statistics.ownerId}`,
      );
      const { totalOps, removedOps } = statistics;
      demand(
        removedOps >= 0 && removedOps <= totalOps,
        asked,
        () => `${totalOps} operations, of which ${removedOps} were removed`,
      );
      return statistics;
    },

    history: async (accountId, { stop, start, limit }) => {
      const operations = (
        await ask('history', 'get_relative_account_history', [accountId, stop, limit, start])
      )
        .list()
        .map(readHistoryOperation);
      // A start of 0 means the newest operation, whose number is not known here.
      const most = start > 0 ? Math.min(limit, Math.max(0, start - Math.max(stop, 1) + 1)) : limit;
      demand(
        operations.length <= most,
        `get_relative_account_history of ${accountId}, at most ${most} operations`,
        () => `${operations.length} operations`,
      );
      return operations;
    },

    recentTransaction: async (id) => {
      const answer = await ask('database', 'get_recent_transaction_by_id', [id]);
      if (answer.isNull) return null;
      const transaction = readTransaction(answer);
      const computed = computedId(answer.object(), node.chain?.prefix);
      demand(
        computed === null || computed === id,
        `get_recent_transaction_by_id ${id}`,
        () => `the transaction ${computed}`,
      );
      return transaction;
    },

    transactionHex: async (transaction) => {
      const method = 'get_transaction_hex_without_sig';
      const hex = (await ask('database', method, [transaction])).text(/^([0-9a-f]{2})+$/);
      const head = headOf(transaction);
      demand(hex.startsWith(head), `${method} of bytes that begin with ${head}`, () => shortQuote(hex));
      return hex;
    },

    listAccounts: (from, limit) =>
      listed(
        from,
        { limit, pageLength: accountsPerPage },
        ({ name }) => name,
        async (first, count) => {
          const page = (await ask('database', 'lookup_accounts', [first, count])).list().map((answer) => {
            const [name, id] = answer.pair();
            return { name: name.text(), id: id.objectId('1.2') };
          });
          checkPage(
            demand,
            'lookup_accounts',
            first,
            count,
            page.map(({ name }) => name),
          );
          return page;
        },
      ),

    listAssets: (from, limit) =>
      listed(
        from,
        { limit, pageLength: assetsPerPage },
        ({ symbol }) => symbol,
        async (first, count) => {
          const page = (await ask('database', 'list_assets', [first, count])).list().map(knownAsset);
          checkPage(
            demand,
            'list_assets',
            first,
            count,
            page.map(({ symbol }) => symbol),
          );
          return page;
        },
      ),

    proposals: async (accountId) => {
      const method = 'get_proposed_transactions';
      const proposals = (await ask('database', method, [accountId])).list().map(readProposal);
      const seen = new Set<string>();
      for (const proposal of proposals) {
        // The node's index of proposals by account (bitshares-core `required_approval_index`).
        const listedFor = [
          proposal.requiredActive,
          proposal.requiredOwner,
          proposal.availableActive,
          proposal.availableOwner,
        ].flat();
        demand(
          listedFor.includes(accountId) && !seen.has(proposal.id),
          `${method} of ${accountId}`,
          () => `${proposal.id}, which ${seen.has(proposal.id) ? 'came already' : 'asks nothing of it'}`,
        );
        seen.add(proposal.id);
      }
      return proposals;
    },
  };
}

function checkId(demand: Demand, method: string, asked: string, answer: Answer): void {
  const id = answer.field('id').text();
  demand(id === asked, `${method} ${asked}`, () => shortQuote(id));
}

/** An object is asked for by its id or by its name, and the form of the question decides by which. */
function checkNamed(
  demand: Demand,
  method: string,
  asked: string,
  id: string,
  name: string,
  isAskedById: boolean,
): void {
  demand(
    (isAskedById ? id : name) === asked,
    `${method} ${shortQuote(asked)}`,
    () => `${shortQuote(name)} (${id})`,
  );
}

/** On the public chains the core asset is known, and neither its id nor its symbol can be another asset's. */
function checkCoreAsset(demand: Demand, { id, symbol, precision }: Asset, core: CoreAsset | undefined): void {
  if (core === undefined || core.symbol === null) return;
  const isCore = id === core.id || symbol === core.symbol;
  demand(
    !isCore || (id === core.id && symbol === core.symbol && precision === core.precision),
    `the core asset, ${core.symbol} (${core.id}) with ${core.precision} decimals`,
    () => `${shortQuote(symbol)} (${id}) with ${precision} decimals`,
  );
}

/** A page of a list by name: from the name asked for on, ascending, no longer than asked. */
function checkPage(
  demand: Demand,
  method: string,
  first: string,
  count: number,
  names: readonly string[],
): void {
  const asked = `${method} from ${shortQuote(first)}, at most ${count}`;
  demand(names.length <= count, asked, () => `${names.length} entries`);
  let least = first;
  for (const [index, name] of names.entries()) {
    demand(
      index === 0 ? name >= least : name > least,
      asked,
      () => `${shortQuote(name)} behind ${shortQuote(least)}`,
    );
    least = name;
  }
}

/** The id of a transaction as a node shows it; null for one that this package cannot write as bytes. */
function computedId(transaction: object, prefix = ''): string | null {
  try {
    return transactionId(transaction as SignedTransaction, prefix);
  } catch (error) {
    return isBitSharesError(error) ? null : rethrow(error);
  }
}

/** The first ten bytes of a transaction, in hexadecimal: reference block and expiration. */
function headOf({ ref_block_num, ref_block_prefix, expiration }: SignedTransaction): string {
  const head = Buffer.alloc(10);
  head.writeUInt16LE(ref_block_num, 0);
  head.writeUInt32LE(ref_block_prefix, 2);
  head.writeUInt32LE(parseChainTime(expiration), 6);
  return head.toString('hex');
}

function readDynamic(demand: Demand, dynamic: Answer): Omit<ChainState, keyof ChainParameters> {
  const headBlockNumber = dynamic.field('head_block_number').integer();
  const headBlockId = dynamic.field('head_block_id').text(/^[0-9a-f]{40}$/);
  const lastIrreversibleBlock = dynamic.field('last_irreversible_block_num').integer();
  demand(
    blockNumberOf(headBlockId) === headBlockNumber && lastIrreversibleBlock <= headBlockNumber,
    `get_objects ${dynamicProperties}`,
    () => `head ${headBlockNumber} with the id ${headBlockId}, irreversible up to ${lastIrreversibleBlock}`,
  );
  return {
    headBlockNumber,
    headBlockId,
    headTime: dynamic.field('time').time(),
    lastIrreversibleBlock,
    nextMaintenanceTime: dynamic.field('next_maintenance_time').time(),
    participation: participation(dynamic.field('recent_slots_filled').bigint()),
  };
}

function readParameters(global: Answer): ChainParameters {
  const parameters = global.field('parameters');
  const fees = parameters.field('current_fees');
  return {
    maintenanceInterval: parameters.field('maintenance_interval').integer(),
    blockInterval: parameters.field('block_interval').integer(),
    maximumTimeUntilExpiration: parameters.field('maximum_time_until_expiration').integer(),
    maximumTransactionSize: parameters.field('maximum_transaction_size').integer(),
    maximumProposalLifetime: parameters.field('maximum_proposal_lifetime').integer(),
    fees: {
      scale: fees.field('scale').bigint(),
      parameters: new Map(
        fees
          .field('parameters')
          .list()
          .map((entry) => {
            const [type, values] = entry.pair();
            return [type.integer(), values.object()];
          }),
      ),
    },
  };
}

/** Per cent of the last 128 slots that hold a block (bitshares-core: `recent_slots_filled` is a 128-bit mask). */
function participation(recentSlotsFilled: bigint): number {
  let filled = 0;
  for (let rest = recentSlotsFilled; rest > 0n; rest >>= 1n) filled += Number(rest & 1n);
  return Math.round((filled * 100) / 128);
}

function readBlock(demand: Demand, number: number, answer: Answer): Block {
  const previous = answer.field('previous').text(/^[0-9a-f]{40}$/);
  // An answer names its number nowhere else.
  demand(blockNumberOf(previous) === number - 1, `get_block ${number}`, () => `a block behind ${previous}`);
  const timestamp = answer.field('timestamp').time();
  return {
    number,
    id: blockIdBy(answer, previous, timestamp),
    previous,
    timestamp,
    transactions: answer.field('transactions').list().map(readTransaction),
    operationResults: answer
      .field('transactions')
      .list()
      .map((transaction) => {
        const results = transaction.field('operation_results').raw();
        return Array.isArray(results) ? (results as unknown[]) : [];
      }),
  };
}

/** Null where the answer does not hold the whole header. */
function blockIdBy(answer: Answer, previous: string, timestamp: number): string | null {
  const part = (name: string, pattern: RegExp): string | null => {
    const value = answer.field(name).raw();
    return typeof value === 'string' && pattern.test(value) ? value : null;
  };
  const witness = part('witness', /^1\.6\.\d{1,15}$/);
  const merkleRoot = part('transaction_merkle_root', /^[0-9a-f]{40}$/);
  const witnessSignature = part('witness_signature', /^[0-9a-f]{130}$/);
  if (witness === null || merkleRoot === null || witnessSignature === null) return null;
  return blockIdOf({ previous, timestamp, witness, merkleRoot, witnessSignature });
}

function readTransaction(answer: Answer): SignedTransaction {
  const expiration = answer.field('expiration');
  expiration.time();
  return {
    ref_block_num: answer.field('ref_block_num').unsigned(16),
    ref_block_prefix: answer.field('ref_block_prefix').unsigned(32),
    expiration: expiration.text(),
    operations: answer.field('operations').list().map(readOperation),
    extensions: [],
    signatures: answer
      .field('signatures')
      .list()
      .map((signature) => signature.text(/^[0-9a-f]{130}$/)),
  };
}

/** `[type, fields]`; the fields are read by whoever knows the type. */
function readOperation(answer: Answer): Operation {
  const [type, fields] = answer.pair();
  return [type.integer(), fields.object()] as Operation;
}

function readAuthority(answer: Answer): Authority {
  const weights = (name: string) =>
    answer
      .field(name)
      .list()
      .map((entry) => entry.pair());
  return {
    threshold: answer.field('weight_threshold').integer(),
    keys: weights('key_auths').map(([key, weight]) => ({ key: key.text(), weight: weight.integer() })),
    accounts: weights('account_auths').map(([id, weight]) => ({
      accountId: id.objectId('1.2'),
      weight: weight.integer(),
    })),
  };
}

function readAccount(answer: Answer): Account {
  const ids = (name: string) =>
    answer
      .field(name)
      .list()
      .map((id) => id.objectId('1.2'));
  const allowedAssets = answer.field('allowed_assets');
  const creationBlock = answer.field('creation_block_num');
  return {
    id: answer.field('id').objectId('1.2'),
    name: answer.field('name').text(),
    memoKey: answer.field('options').field('memo_key').text(),
    owner: readAuthority(answer.field('owner')),
    active: readAuthority(answer.field('active')),
    statisticsId: answer.field('statistics').objectId('2.6'),
    whitelistingAccounts: ids('whitelisting_accounts'),
    blacklistingAccounts: ids('blacklisting_accounts'),
    whitelistedAccounts: ids('whitelisted_accounts'),
    blacklistedAccounts: ids('blacklisted_accounts'),
    creationBlock: creationBlock.isNull ? null : creationBlock.integer(),
    allowedAssets: allowedAssets.isNull ? null : allowedAssets.list().map((id) => id.objectId('1.3')),
  };
}

function readAsset(answer: Answer): Asset {
  const options = answer.field('options');
  const ids = (name: string) =>
    options
      .field(name)
      .list()
      .map((id) => id.objectId('1.2'));
  const rate = options.field('core_exchange_rate');
  const precision = answer.field('precision').integer();
  if (precision < 0 || precision > 12) {
    throw new BitSharesError('INVALID_ANSWER', {
      message: `The node says that an asset has ${precision} decimals`,
    });
  }
  return {
    id: answer.field('id').objectId('1.3'),
    symbol: answer.field('symbol').text(),
    precision,
    issuerId: answer.field('issuer').objectId('1.2'),
    flags: options.field('flags').integer(),
    whitelistAuthorities: ids('whitelist_authorities'),
    blacklistAuthorities: ids('blacklist_authorities'),
    coreExchangeRate: { base: readAmount(rate.field('base')), quote: readAmount(rate.field('quote')) },
  };
}

function readStatistics(answer: Answer): AccountStatistics {
  const fees = answer.field('lifetime_fees_paid');
  return {
    id: answer.field('id').objectId('2.6'),
    ownerId: answer.field('owner').objectId('1.2'),
    totalOps: answer.field('total_ops').integer(),
    removedOps: answer.field('removed_ops').integer(),
    hasPaidFees: !fees.isNull && fees.bigint() > 0n,
  };
}

function readHistoryOperation(answer: Answer): HistoryOperation {
  const isVirtual = answer.field('is_virtual');
  const blockTime = answer.field('block_time');
  return {
    id: answer.field('id').objectId('1.11'),
    operation: readOperation(answer.field('op')),
    result: answer.field('result').raw(),
    blockNumber: answer.field('block_num').integer(),
    trxInBlock: answer.field('trx_in_block').integer(),
    opInTrx: answer.field('op_in_trx').integer(),
    virtualOp: answer.field('virtual_op').integer(),
    isVirtual: isVirtual.isNull ? null : isVirtual.boolean(),
    blockTime: blockTime.isNull ? null : blockTime.time(),
  };
}

function readProposal(answer: Answer): Proposal {
  const ids = (name: string) =>
    answer
      .field(name)
      .list()
      .map((id) => id.objectId('1.2'));
  const failReason = answer.field('fail_reason');
  return {
    id: answer.field('id').objectId('1.10'),
    proposer: answer.field('proposer').objectId('1.2'),
    expirationTime: answer.field('expiration_time').time(),
    operations: answer.field('proposed_transaction').field('operations').list().map(readOperation),
    requiredActive: ids('required_active_approvals'),
    requiredOwner: ids('required_owner_approvals'),
    availableActive: ids('available_active_approvals'),
    availableOwner: ids('available_owner_approvals'),
    availableKeys: answer
      .field('available_key_approvals')
      .list()
      .map((key) => key.text()),
    failReason: failReason.isNull ? '' : failReason.text(),
  };
}
