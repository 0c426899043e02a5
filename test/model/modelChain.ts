/**
 * A chain small enough to run thousands of histories: blocks, forks, pending pools, maintenance, fees, memo keys and
 * proposals, without signatures. It follows bitshares-core in everything that the withdrawal rules lean on: ids, duplicate
 * check, reference blocks, expiration against the previous block's time, fees, executions of proposals.
 */
import type { Block, ChainState, HistoryOperation } from '../../src/chain/interfaces';
import { BitSharesError } from '../../src/errors';
import {
  formatChainTime,
  packedMemoSize,
  parseChainTime,
  referenceBlock,
  toBigInt,
  transactionId,
  type Operation,
  type ProposalCreateOperation,
  type ProposalDeleteOperation,
  type ProposalUpdateOperation,
  type SignedTransaction,
  type TransferOperation,
} from '../../src/protocol';

export const prefix = 'BTS';
export const hotWallet = '1.2.10';
export const vault = '1.2.11';
export const alice = '1.2.20';
export const proposer = '1.2.30';
export const core = '1.3.0';
export const feeToken = '1.3.1';

export const blockInterval = 30;
const irreversibleAfter = 3;
const genesisTime = 1_800_000_000;
const proposalFee = 10n;
const pricePerKilobyte = 1024n;

interface ModelProposal {
  operations: Operation[];
  expiration: number;
  approved: boolean;
  /** With a review period it is executed at its expiration only, which no block shows. */
  review: boolean;
}

/** Everything that a block leaves behind. Never changed once its block exists. */
export interface ModelState {
  number: number;
  id: string;
  time: number;
  irreversible: number;
  nextMaintenance: number;
  maintenanceInterval: number;
  fee: bigint;
  pendingFee: bigint | null;
  /** Core base units for one base unit of the fee token. */
  tokenRate: bigint;
  balances: Map<string, bigint>;
  memoKeys: Map<string, string>;
  transactions: Set<string>;
  proposals: Map<string, ModelProposal>;
  nextProposal: number;
  history: HistoryOperation[];
}

export interface ModelBlock {
  block: Block;
  state: ModelState;
}

/** Changes without a transaction that the world makes in a block. */
export interface OutsideChange {
  balances?: [string, bigint][];
  tokenRate?: bigint;
  pendingFee?: bigint;
}

export const idOf = (transaction: SignedTransaction): string => transactionId(transaction, prefix);

function copy(state: ModelState): ModelState {
  return {
    ...state,
    balances: new Map(state.balances),
    memoKeys: new Map(state.memoKeys),
    transactions: new Set(state.transactions),
    proposals: new Map(state.proposals),
    history: [...state.history],
  };
}

function refuse(message: string, nodeCode = 10): BitSharesError {
  return new BitSharesError('NODE_ERROR', { message, data: { nodeCode, nodeMessage: message } });
}

interface Place {
  blockNumber: number;
  trxInBlock: number;
  opInTrx: number;
  virtualOp: number;
}

interface Virtual {
  next: number;
  /** The proposal that is being executed. */
  proposalId?: string;
}

/** The node's checks in its order, and what the transaction does. Changes `state`, or throws and leaves it unusable. */
export function applyTransaction(
  state: ModelState,
  transaction: SignedTransaction,
  chain: readonly ModelBlock[],
  trxInBlock: number,
): unknown[] {
  const id = idOf(transaction);
  if (state.transactions.has(id)) throw refuse('duplicate transaction', 3_030_001);
  const reference = chain.find(({ state: { number } }) => (number & 0xffff) === transaction.ref_block_num);
  if (
    reference === undefined ||
    referenceBlock(reference.state.id).ref_block_prefix !== transaction.ref_block_prefix
  ) {
    throw refuse('trx.ref_block_prefix == tapos_block_summary.block_id._hash[1].value()');
  }
  const head = chain.at(-1)?.state.time ?? 0;
  const expiration = parseChainTime(transaction.expiration);
  if (head > expiration) throw refuse('now <= trx.expiration');
  if (expiration > head + 86_400) throw refuse('trx.expiration <= now + maximum_time_until_expiration');
  const results = transaction.operations.map((operation, opInTrx) => {
    const place = { blockNumber: state.number + 1, trxInBlock, opInTrx, virtualOp: 0 };
    return applyOperation(state, operation, place, { next: 1 });
  });
  state.transactions.add(id);
  return results;
}

function applyOperation(
  state: ModelState,
  [type, fields]: Operation,
  place: Place,
  virtual: Virtual,
): unknown {
  note(state, [type, fields], place, virtual.proposalId);
  switch (type) {
    case 0:
      applyTransfer(state, fields as TransferOperation);
      return [0, {}];
    case 6: {
      const { account, new_options } = fields as { account: string; new_options: { memo_key: string } };
      state.memoKeys.set(account, new_options.memo_key);
      return [0, {}];
    }
    case 22: {
      const create = fields as ProposalCreateOperation;
      const id = `1.10.${state.nextProposal++}`;
      const noted = state.history.at(-1);
      if (noted !== undefined && noted.operation[1] === fields) noted.result = [1, id];
      const expiration = parseChainTime(create.expiration_time);
      if (expiration <= state.time) throw refuse('Proposal has already expired on creation.');
      state.proposals.set(id, {
        operations: create.proposed_ops.map(({ op }) => op),
        expiration,
        approved: false,
        review: create.review_period_seconds !== undefined,
      });
      return [1, id];
    }
    case 23: {
      const { proposal: id } = fields as ProposalUpdateOperation;
      const proposal = state.proposals.get(id);
      if (proposal === undefined) throw refuse(`Unable to find Object ${id}`);
      state.proposals.set(id, { ...proposal, approved: true });
      if (!proposal.review) execute(state, id, place, virtual);
      return [0, {}];
    }
    case 24: {
      const { proposal: id } = fields as ProposalDeleteOperation;
      if (!state.proposals.delete(id)) throw refuse(`Unable to find Object ${id}`);
      return [0, {}];
    }
    default:
      throw refuse('no such operation');
  }
}

function applyTransfer(state: ModelState, transfer: TransferOperation): void {
  const required = state.fee + (BigInt(packedMemoSize(transfer.memo, prefix)) * pricePerKilobyte) / 1024n;
  const fee = toBigInt(transfer.fee.amount);
  const worth = transfer.fee.asset_id === core ? fee : fee * state.tokenRate;
  if (worth < required) throw refuse('insufficient fee', 4_010_007);
  take(state, `${transfer.from} ${transfer.fee.asset_id}`, fee);
  take(state, `${transfer.from} ${transfer.amount.asset_id}`, toBigInt(transfer.amount.amount));
}

function take(state: ModelState, purse: string, amount: bigint): void {
  const left = (state.balances.get(purse) ?? 0n) - amount;
  if (left < 0n) throw refuse('insufficient_balance: Insufficient Balance');
  state.balances.set(purse, left);
}

/** Executes a proposal if it can be; a failure leaves it open, as in the chain, to be tried again at its expiration. */
function execute(state: ModelState, id: string, place: Place, virtual: Virtual): void {
  const proposal = state.proposals.get(id);
  if (proposal === undefined || !proposal.approved) return;
  const attempt = copy(state);
  try {
    for (const operation of proposal.operations) {
      applyOperation(
        attempt,
        operation,
        { ...place, virtualOp: virtual.next++ },
        { next: virtual.next, proposalId: id },
      );
    }
  } catch {
    return;
  }
  attempt.proposals.delete(id);
  Object.assign(state, attempt);
}

function note(state: ModelState, operation: Operation, place: Place, proposalId?: string): void {
  const text = JSON.stringify(operation[1]);
  if (!text.includes(`"${hotWallet}"`) && !text.includes(`"${vault}"`)) return;
  state.history.push({
    id: `1.11.${state.history.length}`,
    operation,
    // Not as in the chain: which proposal executed it, for the checker.
    result: proposalId ?? null,
    ...place,
    isVirtual: proposalId !== undefined,
    blockTime: state.time,
  });
}

/** A block after `chain`: the transactions that are valid there, then maintenance and expired proposals. */
export function makeBlock(
  chain: readonly ModelBlock[],
  time: number,
  candidates: readonly SignedTransaction[],
  salt: number,
  maintenanceInterval: number,
  outside: OutsideChange = {},
): ModelBlock {
  const before = chain.at(-1)?.state;
  const number = (before?.number ?? 0) + 1;
  let state = before === undefined ? genesisState(maintenanceInterval) : copy(before);
  for (const [purse, amount] of outside.balances ?? []) state.balances.set(purse, amount);
  if (outside.tokenRate !== undefined) state.tokenRate = outside.tokenRate;
  if (outside.pendingFee !== undefined) state.pendingFee = outside.pendingFee;
  const transactions: SignedTransaction[] = [];
  const operationResults: unknown[][] = [];
  for (const transaction of candidates) {
    const attempt = copy(state);
    try {
      operationResults.push(applyTransaction(attempt, transaction, chain, transactions.length));
    } catch {
      continue;
    }
    transactions.push(transaction);
    state = attempt;
  }
  for (const [id, { expiration }] of [...state.proposals]) {
    if (expiration > time) continue;
    execute(
      state,
      id,
      { blockNumber: number, trxInBlock: transactions.length, opInTrx: 0, virtualOp: 0 },
      { next: 0 },
    );
    state.proposals.delete(id);
  }
  if (time >= state.nextMaintenance) {
    if (state.pendingFee !== null) state.fee = state.pendingFee;
    state.pendingFee = null;
    while (state.nextMaintenance <= time) state.nextMaintenance += maintenanceInterval;
  }
  const hex = (value: number, length: number): string => value.toString(16).padStart(length, '0');
  const id = hex(number, 8) + hex(Math.abs(salt) % 0xffffffff, 8) + hex(time, 24);
  const previous = before?.id ?? '0'.repeat(40);
  return {
    block: { number, id, previous, timestamp: time, transactions, operationResults },
    state: {
      ...state,
      number,
      id,
      time,
      irreversible: Math.max(state.irreversible, number - irreversibleAfter),
    },
  };
}

function genesisState(maintenanceInterval: number): ModelState {
  return {
    number: 0,
    id: '0'.repeat(40),
    time: genesisTime,
    irreversible: 0,
    nextMaintenance: genesisTime + 1050,
    maintenanceInterval,
    fee: 1000n,
    pendingFee: null,
    tokenRate: 10n,
    balances: new Map(
      [hotWallet, vault, proposer].flatMap((account) => [
        [`${account} ${core}`, 1_000_000n],
        [`${account} ${feeToken}`, 1_000_000n],
      ]),
    ),
    memoKeys: new Map(),
    transactions: new Set(),
    proposals: new Map(),
    nextProposal: 1,
    history: [],
  };
}

export const firstBlockTime = genesisTime + 30;

/** What `get_objects(["2.1.0","2.0.0"])` says of a state. */
export function chainStateOf(state: ModelState): ChainState {
  return {
    headBlockNumber: state.number,
    headBlockId: state.id,
    headTime: state.time,
    lastIrreversibleBlock: Math.max(0, state.irreversible),
    nextMaintenanceTime: state.nextMaintenance,
    maintenanceInterval: state.maintenanceInterval,
    blockInterval,
    maximumTimeUntilExpiration: 86_400,
    maximumTransactionSize: 2048,
    maximumProposalLifetime: 2400,
    participation: 100,
    fees: {
      scale: 10_000n,
      parameters: new Map([
        [0, { fee: state.fee.toString(), price_per_kbyte: pricePerKilobyte.toString() }],
        [22, { fee: proposalFee.toString(), price_per_kbyte: '0' }],
      ]),
    },
  };
}

export const timeText = formatChainTime;
export { copy as copyState };
