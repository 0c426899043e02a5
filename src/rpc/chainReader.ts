/** The calls of a node that this package uses, with their answers checked and turned into our own types. */
import type {
  Account,
  AccountStatistics,
  Asset,
  AssetAmount,
  Authority,
  BalanceReader,
  Block,
  ChainReader,
  ChainState,
  HistoryOperation,
  Operation,
  Proposal,
  SignedTransaction,
} from '../chain';
import { BitSharesError } from '../errors';
import { Answer } from './answer';
import { balanceReader } from './balanceReader';
import { listed } from './listed';

/** `api.method(...args)` on some node. */
export type Call = (api: string, method: string, args: unknown[]) => Promise<unknown>;

/** Nodes answer at most this many objects a call with their default limits (`api-limit-*` options). */
const objectsPerCall = 50;

/** The default limits of `lookup_accounts` and `list_assets`. */
const accountsPerPage = 1000;
const assetsPerPage = 101;

/**
 * ChainReader over a way to call a node.
 *
 * `get_objects` is always told not to subscribe (its default is to), so that only watched objects cause notices.
 */
export function chainReader(call: Call): Omit<ChainReader, 'endpoint'> & BalanceReader {
  const ask = async (api: string, method: string, args: unknown[]): Promise<Answer> =>
    new Answer(await call(api, method, args), method);

  const askInParts = async (method: string, keys: string[], rest: unknown[]): Promise<Answer[]> => {
    const parts: string[][] = [];
    for (let i = 0; i < keys.length; i += objectsPerCall) parts.push(keys.slice(i, i + objectsPerCall));
    const answers = await Promise.all(
      parts.map(async (part) => (await ask('database', method, [part, ...rest])).tuple(part.length)),
    );
    return answers.flat();
  };

  return {
    ...balanceReader(call),

    chainId: async () => (await ask('database', 'get_chain_id', [])).text(/^[0-9a-f]{64}$/),

    state: async () => {
      const [dynamic, global] = (await ask('database', 'get_objects', [['2.1.0', '2.0.0'], false])).pair();
      return readState(dynamic, global);
    },

    block: async (number) => {
      const answer = await ask('database', 'get_block', [number]);
      return answer.isNull ? null : readBlock(number, answer);
    },

    account: async (nameOrId) => {
      const [answer] = (await ask('database', 'get_accounts', [[nameOrId], false])).tuple(1);
      return answer === undefined || answer.isNull ? null : readAccount(answer);
    },

    assets: async (symbolsOrIds) =>
      (await askInParts('lookup_asset_symbols', symbolsOrIds, [])).map((answer) =>
        answer.isNull ? null : readAsset(answer),
      ),

    accountNames: async (ids) =>
      (await askInParts('get_accounts', ids, [false])).map((answer) =>
        answer.isNull ? null : answer.field('name').text(),
      ),

    balances: async (accountId, assetIds) =>
      (await ask('database', 'get_account_balances', [accountId, assetIds])).list().map(readAmount),

    statistics: async (statisticsId) => {
      const [answer] = (await ask('database', 'get_objects', [[statisticsId], false])).tuple(1);
      return readStatistics(answer as Answer);
    },

    history: async (accountId, { stop, start, limit }) =>
      (await ask('history', 'get_relative_account_history', [accountId, stop, limit, start]))
        .list()
        .map(readHistoryOperation),

    recentTransaction: async (transactionId) => {
      const answer = await ask('database', 'get_recent_transaction_by_id', [transactionId]);
      return answer.isNull ? null : readTransaction(answer);
    },

    transactionHex: async (transaction) =>
      (await ask('database', 'get_transaction_hex_without_sig', [transaction])).text(/^([0-9a-f]{2})+$/),

    listAccounts: (from, limit) =>
      listed(
        from,
        { limit, pageLength: accountsPerPage },
        ({ name }) => name,
        async (first, count) =>
          (await ask('database', 'lookup_accounts', [first, count])).list().map((answer) => {
            const [name, id] = answer.pair();
            return { name: name.text(), id: id.objectId('1.2') };
          }),
      ),

    listAssets: (from, limit) =>
      listed(
        from,
        { limit, pageLength: assetsPerPage },
        ({ symbol }) => symbol,
        async (first, count) => (await ask('database', 'list_assets', [first, count])).list().map(readAsset),
      ),

    proposals: async (accountId) =>
      (await ask('database', 'get_proposed_transactions', [accountId])).list().map(readProposal),
  };
}

/** How a node may write `{amount, asset_id}`: 64-bit numbers come as text when they need more than 32 bits. */
function readAmount(answer: Answer): AssetAmount {
  return { amount: answer.field('amount').bigint(), assetId: answer.field('asset_id').objectId('1.3') };
}

function readState(dynamic: Answer, global: Answer): ChainState {
  const parameters = global.field('parameters');
  const fees = parameters.field('current_fees');
  return {
    headBlockNumber: dynamic.field('head_block_number').integer(),
    headBlockId: dynamic.field('head_block_id').text(/^[0-9a-f]{40}$/),
    headTime: dynamic.field('time').time(),
    lastIrreversibleBlock: dynamic.field('last_irreversible_block_num').integer(),
    nextMaintenanceTime: dynamic.field('next_maintenance_time').time(),
    maintenanceInterval: parameters.field('maintenance_interval').integer(),
    blockInterval: parameters.field('block_interval').integer(),
    maximumTimeUntilExpiration: parameters.field('maximum_time_until_expiration').integer(),
    maximumTransactionSize: parameters.field('maximum_transaction_size').integer(),
    maximumProposalLifetime: parameters.field('maximum_proposal_lifetime').integer(),
    participation: participation(dynamic.field('recent_slots_filled').bigint()),
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

function readBlock(number: number, answer: Answer): Block {
  return {
    number,
    id: null,
    previous: answer.field('previous').text(/^[0-9a-f]{40}$/),
    timestamp: answer.field('timestamp').time(),
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

function readTransaction(answer: Answer): SignedTransaction {
  return {
    ref_block_num: answer.field('ref_block_num').integer(),
    ref_block_prefix: answer.field('ref_block_prefix').integer(),
    expiration: answer.field('expiration').text(),
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
