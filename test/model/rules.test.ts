/**
 * Every rule of the protocol is needed: with any one of them removed, generated histories show a withdrawal that is paid
 * twice, never, or falsely called final. The rules are removed here, by replacing functions of single modules.
 */
import { mutationNames, active, is, type Mutation } from './mutations';
import { runHistory } from './modelHistory';
import type { Theme } from './subjects';
import type { ChainState } from '../../src/chain/interfaces';
import { isBitSharesError } from '../../src/errors';
import { placeOf } from '../../src/payments/standing';
import type { SignedTransaction, Transaction } from '../../src/protocol';
import type { WithdrawalReader } from '../../src/withdrawals/proof/reader';
import { ScannedBlocks } from '../../src/withdrawals/proof/scan';
import { HistoryReading, SenderHistory } from '../../src/withdrawals/proof/senderHistory';
import { SenderIndex } from '../../src/withdrawals/proof/senderIndex';
import type * as AgreementModule from '../../src/withdrawals/proof/agreedParameters';
import type * as BuilderModule from '../../src/withdrawals/transaction/transactionBuilder';
import type * as EvidenceModule from '../../src/withdrawals/proof/evidence';
import type * as MemoKeyModule from '../../src/withdrawals/proof/memoKey';
import type * as NonceModule from '../../src/withdrawals/transaction/nonce';
import type * as ProtocolModule from '../../src/protocol';
import type * as SettlementModule from '../../src/payments/settlement';
import type * as ViewModule from '../../src/withdrawals/proof/view';
import type * as WindowModule from '../../src/withdrawals/transaction/window';

// Signatures decide nothing in the model, and they would take most of the time.
jest.mock('../../src/protocol', () => ({
  ...jest.requireActual<typeof ProtocolModule>('../../src/protocol'),
  signTransaction: (transaction: Transaction): SignedTransaction => ({ ...transaction, signatures: [] }),
}));

jest.mock('../../src/withdrawals/transaction/nonce', () => {
  const actual = jest.requireActual<typeof NonceModule>('../../src/withdrawals/transaction/nonce');
  let counter = 0n;
  return {
    withdrawalNonce: (sender: string, id: string) =>
      is('a random nonce') ? ++counter : actual.withdrawalNonce(sender, id),
  };
});

jest.mock('../../src/withdrawals/transaction/window', () => {
  const actual = jest.requireActual<typeof WindowModule>('../../src/withdrawals/transaction/window');
  return {
    ...actual,
    windowAt: (state: ChainState) =>
      actual.windowAt(
        is('windows that do not end at maintenance')
          ? {
              headTime: state.headTime,
              nextMaintenanceTime: state.headTime + 86_400,
              maintenanceInterval: 172_800,
            }
          : state,
      ),
  };
});

jest.mock('../../src/withdrawals/proof/agreedParameters', () => {
  const actual = jest.requireActual<typeof AgreementModule>('../../src/withdrawals/proof/agreedParameters');
  return {
    ...actual,
    windowDisagreement: (...args: Parameters<typeof actual.windowDisagreement>) =>
      is(
        'the next maintenance and the fees taken from one node',
        // Whatever they make is contradicted, or never signed while the delayed node stands still.
        'state and fees read in two calls',
      )
        ? null
        : actual.windowDisagreement(...args),
  };
});

jest.mock('../../src/withdrawals/proof/memoKey', () => {
  const actual = jest.requireActual<typeof MemoKeyModule>('../../src/withdrawals/proof/memoKey');
  const keyOf = async (reader: WithdrawalReader, id: string) => {
    const account = await reader.account(id);
    return { memoKey: account?.memoKey ?? '' };
  };
  return {
    proveReceiverMemoKey: (id: string, evidence: MemoKeyModule.MemoKeyEvidence) => {
      if (is('the memo key taken from pending state')) return keyOf(evidence.view.session, id);
      if (
        is('the memo key taken from the delayed node without looking for changes') &&
        evidence.view.delayed !== null
      ) {
        return keyOf(evidence.view.delayed.session, id);
      }
      if (is('the memo key with open proposals ignored') && evidence.view.delayed !== null) {
        const { session, state } = evidence.view.delayed;
        const blind = { ...session, proposals: () => Promise.resolve([]) };
        const view = { ...evidence.view, delayed: { session: blind, state } };
        return actual.proveReceiverMemoKey(id, { ...evidence, view });
      }
      return actual.proveReceiverMemoKey(id, evidence);
    },
  };
});

jest.mock('../../src/withdrawals/transaction/transactionBuilder', () => {
  const actual = jest.requireActual<typeof BuilderModule>(
    '../../src/withdrawals/transaction/transactionBuilder',
  );
  const { formatChainTime, referenceBlock } = jest.requireActual<typeof ProtocolModule>('../../src/protocol');
  const changed = (built: BuilderModule.BuiltTransaction): BuilderModule.BuiltTransaction => {
    let result = built.transaction;
    const { head } = lastSeen;
    if (head !== null && is('an expiration counted from now')) {
      result = { ...result, expiration: formatChainTime(head.headTime + 300) };
    }
    if (head !== null && is('the head as reference block'))
      result = { ...result, ...referenceBlock(head.headBlockId) };
    if (is('no memo')) {
      const operations = result.operations.map(([type, fields]) => {
        const bare = { ...(fields as { memo?: unknown }) };
        delete bare.memo;
        return [type, bare] as ProtocolModule.Operation;
      });
      result = { ...result, operations };
    }
    return { ...built, transaction: result };
  };
  return {
    ...actual,
    buildTransferTransaction: (...args: Parameters<typeof actual.buildTransferTransaction>) =>
      changed(actual.buildTransferTransaction(...args)),
  };
});

const separateFees = new WeakMap<object, { fees: ChainState['fees']; uses: number }>();
const lastSeen: { head: ChainState | null } = { head: null };

jest.mock('../../src/withdrawals/proof/view', () => {
  const actual = jest.requireActual<typeof ViewModule>('../../src/withdrawals/proof/view');
  const changed = (nodes: object, view: ViewModule.ChainView): ViewModule.ChainView => {
    let { state } = view;
    if (is('state and fees read in two calls')) {
      // Fees that were asked for separately, and not every time.
      const asked = separateFees.get(nodes) ?? { fees: state.fees, uses: 0 };
      separateFees.set(
        nodes,
        asked.uses < 8 ? { ...asked, uses: asked.uses + 1 } : { fees: state.fees, uses: 0 },
      );
      state = { ...state, fees: asked.fees };
    }
    if (is('a window and its scan taken from blocks that can still be replaced')) {
      state = { ...state, lastIrreversibleBlock: state.headBlockNumber };
      return { ...view, state, lastIrreversibleTime: state.headTime };
    }
    if (is('paid in a reversible block called final')) {
      return { ...view, state, finalBlock: state.headBlockNumber, finalTime: state.headTime };
    }
    lastSeen.head = state;
    return { ...view, state };
  };
  class SharedViews extends actual.SharedViews {
    override async read(...look: Parameters<ViewModule.SharedViews['read']>): Promise<ViewModule.ChainView> {
      return changed(look[0], await super.read(...look));
    }
  }
  return { ...actual, SharedViews };
});

jest.mock('../../src/withdrawals/proof/evidence', () => {
  const actual = jest.requireActual<typeof EvidenceModule>('../../src/withdrawals/proof/evidence');
  return {
    ...actual,
    proposalInFlight: (...args: Parameters<typeof actual.proposalInFlight>) => {
      const found = actual.proposalInFlight(...args);
      if (is('proposals ignored')) return null;
      return is('a second proposal once the first was seen to be over') && found?.over === true
        ? null
        : found;
    },
    findPayment: (...args: Parameters<typeof actual.findPayment>) => {
      if (is('no scan of irreversible blocks before the next window')) {
        const [evidence, ...rest] = args;
        const none = { transfersWith: () => [] } as unknown as SenderIndex;
        const late = {
          ...evidence,
          scanned: Object.assign(Object.create(evidence.scanned) as object, { index: none }),
        };
        return actual.findPayment(late as EvidenceModule.Evidence, ...rest);
      }
      return actual.findPayment(...args);
    },
  };
});

jest.mock('../../src/payments/settlement', () => {
  const actual = jest.requireActual<typeof SettlementModule>('../../src/payments/settlement');
  return {
    ...actual,
    settle: (...facts: Parameters<typeof actual.settle>) => {
      const [standing, { lastExpiration }] = facts;
      const over =
        lastExpiration !== null && lastSeen.head !== null && lastSeen.head.headTime > lastExpiration;
      return is('expired as soon as the time is over') && over && placeOf(standing) === null
        ? { outcome: 'expired', paid: false, final: true }
        : actual.settle(...facts);
    },
  };
});

const transfersWith = SenderIndex.prototype.transfersWith;
SenderIndex.prototype.transfersWith = function (this: SenderIndex, nonce: bigint) {
  return is('absence proved by history') ? [] : transfersWith.call(this, nonce);
};

const cover = ScannedBlocks.prototype.cover;
ScannedBlocks.prototype.cover = function (this: ScannedBlocks, ...stretch: Parameters<typeof cover>) {
  if (!is('every execution chooses where the shared blocks begin')) return cover.apply(this, stretch);
  if (this.last < this.first) this.first = 0;
  const read = Reflect.get(this, 'read') as typeof cover;
  return read.apply(this, stretch).catch((error: unknown) => {
    // The hole, which the real code refuses as well.
    if (!isBitSharesError(error, 'INTERNAL')) throw error;
  });
};

const read = SenderHistory.prototype.read;
const reachedBefore = new WeakMap<SenderHistory, HistoryReading[]>();
SenderHistory.prototype.read = async function (this: SenderHistory, ...look: Parameters<typeof read>) {
  const reading = await read.apply(this, look);
  if (is('a refused history taken for an empty one'))
    return Object.assign(Object.create(reading) as HistoryReading, { refusal: null });
  if (!is('the histories of two nodes taken for one')) return reading;
  const readings = [...(reachedBefore.get(this) ?? []), reading];
  reachedBefore.set(this, readings);
  const reachesBackTo: typeof reading.reachesBackTo = (place) =>
    readings.some((earlier) => HistoryReading.prototype.reachesBackTo.call(earlier, place));
  return Object.assign(Object.create(reading) as HistoryReading, { reachesBackTo });
};

const themesOf: Record<Mutation, Theme> = {
  'a fee in another asset, computed at every build': 'token fee',
  'the memo key taken from pending state': 'encrypted',
  'the memo key taken from the delayed node without looking for changes': 'encrypted',
  'the memo key with open proposals ignored': 'encrypted',
  'no memo': 'any',
  'a random nonce': 'any',
  'absence proved by history': 'history',
  'state and fees read in two calls': 'fees',
  'windows that do not end at maintenance': 'fees',
  'an expiration counted from now': 'any',
  'the head as reference block': 'any',
  'no scan of irreversible blocks before the next window': 'forks',
  'every execution chooses where the shared blocks begin': 'shared',
  'the histories of two nodes taken for one': 'proposed',
  'a window and its scan taken from blocks that can still be replaced': 'forks',
  'rejected on a failed balance check': 'funds',
  'expired as soon as the time is over': 'any',
  'proposals ignored': 'proposed',
  'a second proposal once the first was seen to be over': 'proposed',
  'paid in a reversible block called final': 'forks',
  'a refused history taken for an empty one': 'requested anew',
  'the next maintenance and the fees taken from one node': 'one lying node',
};

jest.setTimeout(1_800_000);
const most = Number(process.env.MODEL_RULE_RUNS ?? 1000);

describe('without this rule the model finds a fault', () => {
  afterEach(() => {
    active.mutation = null;
  });
  test.each(mutationNames.map((name) => [name]))('%s', async (name) => {
    active.mutation = name;
    for (let seed = 1; seed <= most; seed++) {
      const violations = await runHistory({ seed: seed * 7919, events: 350, theme: themesOf[name] });
      if (violations.length > 0) {
        if (process.env.MODEL_VERBOSE !== undefined) console.log(name, seed, JSON.stringify(violations));
        return;
      }
    }
    throw new Error(`${most} histories without this rule, and no fault: the model does not test it`);
  });
});
