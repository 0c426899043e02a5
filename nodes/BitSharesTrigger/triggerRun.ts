/** One activation of the trigger, from its parameters to its end. */
import type { IDataObject, ITriggerFunctions, ITriggerResponse, WorkflowActivateMode } from 'n8n-workflow';
import type { Clock, NodeSession } from '../../src/chain/interfaces';
import type { WatchedAccount } from '../../src/deposits/reading/accountOperation';
import { Agreement } from '../../src/deposits/reading/secondNode';
import { backoffDelay } from '../../src/chain/backoff';
import { falseAnswerOf } from '../../src/chain/falseAnswer';
import { onFurtherAddresses } from '../../src/chain/furtherAddresses';
import type { DepositItem } from '../../src/deposits/items/depositItem';
import type { FinalHeight } from '../../src/deposits/reading/finality';
import { Handover } from '../../src/deposits/trigger/handover';
import { latestDeposits } from '../../src/deposits/items/latestDeposits';
import { Outage, type FalseAnswerTimes } from '../../src/deposits/trigger/outage';
import { ownerError, type TriggerState } from '../../src/deposits/trigger/triggerState';
import { Watcher } from '../../src/deposits/trigger/watcher';
import { isBitSharesError, BitSharesError, type ErrorCode } from '../../src/errors';
import type { Chain } from '../../src/protocol';
import { memoKeyMismatch } from '../shared/credentials/memoKeyFit';
import type { AddressEvent } from '../../src/rpc/addresses';
import { addressReport } from '../shared/credentials/addressReports';
import { Emitter, placeOf } from './emitter';
import { liveInstances, type Instance, type LiveInstances } from './liveInstances';
import { MemoKeys, memoKeysDoNotFit, memoKeysFitAgain, type MemoKeyFit } from './memoKeys';
import { checkedHeight } from '../shared/deposits/checkedHeight';
import { deliverAgain } from './parameters';
import { NodeSource, type ChainNodes, type ChainNodeSource } from '../shared/deposits/nodes';
import { beginState, historyPruned, itemAgain, prepare, usableState, type Prepared } from './preparation';
import type { TriggerSettings } from './settings';
import { nodesOfSameId, rivalOf, sharedIdError, SharedNodeId } from './sharedId';
import { StateStore, type FoundState } from './state';

/** Trouble that only a changed parameter ends: trying again would repeat the same answer. */
const needsPerson: readonly ErrorCode[] = ['POSITION_CORRUPT', 'POSITION_LOST'];
const closeGraceMs = 2000;
const shownInTest = 10;
const testPollMs = 5000;

function isFirst(mode: WorkflowActivateMode): boolean {
  return mode === 'activate' || mode === 'create';
}

/** Notes that a first activation was refused before a run was made, because of a parameter. */
export function noteRefusedParameters(context: ITriggerFunctions): void {
  if (context.getMode() !== 'manual' && isFirst(context.getActivationMode()))
    liveInstances.noteFirst(placeOf(context), true);
}

/** The world outside, as a trigger sees it. */
export interface TriggerEnvironment {
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
  /** Instances of this process; left out outside tests. */
  instances?: LiveInstances;
  /** Left out outside tests: the nodes of the credential. */
  nodes?: ChainNodeSource;
}

interface Start {
  prepared: Prepared;
  state: TriggerState;
  memoKeys: MemoKeys;
  fit: MemoKeyFit;
  nodes: ChainNodes;
}

export class TriggerRun implements Instance {
  readonly nodeName: string;
  private readonly place: string;
  private readonly nodes: ChainNodeSource;
  private readonly instances: LiveInstances;
  private readonly clock: Clock;
  private readonly random: () => number;
  private readonly store: StateStore;
  private readonly emitter: Emitter;
  private readonly ended = new AbortController();
  private handover: Handover | null = null;
  private readonly falseAnswers: FalseAnswerTimes = new Map();

  constructor(
    private readonly context: ITriggerFunctions,
    private readonly settings: TriggerSettings,
    environment: TriggerEnvironment,
  ) {
    this.clock = environment.clock;
    this.random = environment.random;
    this.instances = environment.instances ?? liveInstances;
    this.nodes = environment.nodes ?? new NodeSource(context);
    this.store = new StateStore(context);
    this.nodeName = context.getNode().name;
    this.place = placeOf(context);
    this.emitter = new Emitter(context, {
      clock: this.clock,
      store: this.store,
      instances: this.instances,
      isLive: () => this.instances.isLive(this.place, this),
    });
  }

  /**
   * Begins to work and returns. Only a first activation, which has nothing to lose, waits for the node and throws what is
   * wrong; afterwards a trigger that threw would stay dead, so trouble is reported and tried again for ever.
   */
  async start(): Promise<ITriggerResponse> {
    const mode = this.context.getActivationMode();
    const first = isFirst(mode) || this.instances.wasRefused(this.place);
    const before = this.instances.enter(this.place, this);
    const closeFunction = async () => {
      await this.close();
      for (const instance of before) await instance.close();
    };
    const rival = this.rival();
    if (rival !== null) {
      await this.standBack(rival, first);
      return { closeFunction };
    }
    const isContested = this.isContested();
    if (!isContested) await this.instances.takeOver(this.place, this);
    this.nodes.observe?.((event) => this.reportAddress(event));
    const found = this.store.read();
    try {
      if (first && found.kind !== 'present') {
        const start = await this.begin(found, true);
        if (start.fit.misfit !== null) throw memoKeyMismatch(start.fit.misfit);
        // What is in the static data now is saved by n8n when this activation ends.
        this.store.write(start.state);
        this.instances.noteFirst(this.place, false);
        this.sayPruned(start.prepared, true);
        void this.work(start);
      } else {
        void this.beginAndWork(found, first, isContested);
      }
    } catch (error) {
      this.instances.noteFirst(this.place, true);
      await this.close();
      return Promise.reject(error);
    }
    return { closeFunction };
  }

  get isClosed(): boolean {
    return this.ended.signal.aborted;
  }

  async close(): Promise<void> {
    this.ended.abort();
    await this.handover?.stop(closeGraceMs);
    this.nodes.close();
  }

  /** A test in the editor: the latest deposits, or the next one when there are none yet. The position is not touched. */
  async showLatest(): Promise<void> {
    while (!this.ended.signal.aborted) {
      const nodes = await this.nodes.nodes();
      const memoKeys = await this.readMemoKeys(nodes.chain);
      const items = await onFurtherAddresses(
        () => nodes.reading.session(),
        (session) => this.latest(session, nodes, memoKeys),
      );
      if (this.ended.signal.aborted) return;
      if (items.length > 0) {
        this.context.emit([items.map((item) => ({ json: { ...item } as unknown as IDataObject }))]);
        return;
      }
      await this.clock.sleep(testPollMs, this.ended.signal);
    }
  }

  private async latest(session: NodeSession, nodes: ChainNodes, memoKeys: MemoKeys): Promise<DepositItem[]> {
    const { settings, clock } = this;
    const { account, builder } = await prepare(session, nodes, memoKeys, settings, clock);
    const { misfit } = await memoKeys.compare(session, account.id);
    if (misfit !== null) throw memoKeyMismatch(misfit);
    const { signal } = this.ended;
    const height = await checkedHeight(session, nodes, clock, settings.staleAfterSeconds, signal);
    const assetsOf = new Agreement(clock).assetsOf(nodes.trusted);
    return latestDeposits(session, account, builder, shownInTest, height, assetsOf);
  }

  /** @param isContested whether another node has the same id, and only the position tells which of them it belongs to */
  private async beginAndWork(found: FoundState, first: boolean, isContested: boolean): Promise<void> {
    const { signal } = this.ended;
    let waits = isContested;
    const outage = new Outage(this.falseAnswers);
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        const start = await this.begin(found, first);
        if (signal.aborted) return;
        if (waits) {
          const rival = this.rival();
          if (rival !== null) return await this.standBack(rival, false);
          waits = false;
          await this.instances.takeOver(this.place, this);
        }
        this.sayPruned(start.prepared, false);
        const isNew = found.kind !== 'present' || start.state !== found.state;
        return await this.work(isNew ? { ...start, state: await this.emitter.anchor(start.state) } : start);
      } catch (error) {
        if (signal.aborted || !(waits || this.emitter.isLive())) return;
        if (error instanceof SharedNodeId) return this.endWith(error);
        const visible = outage.note(error, this.clock.now());
        if (visible !== null) this.emitter.report(visible);
        if (isBitSharesError(error, ...needsPerson)) return;
        await this.clock.sleep(backoffDelay(failures, this.random()), signal);
      }
    }
  }

  /** Resolves account, assets and position. One attempt; addresses that are unfit are left. */
  private async begin(found: FoundState, first: boolean): Promise<Start> {
    const nodes = await this.nodes.nodes();
    const memoKeys = await this.readMemoKeys(nodes.chain);
    const used: { session?: NodeSession } = {};
    try {
      return await onFurtherAddresses(
        () => nodes.reading.session(),
        (session) => this.beginOn((used.session = session), nodes, memoKeys, found, first),
      );
    } catch (error) {
      // The next attempt begins with the next address, whatever it was.
      used.session?.close();
      return Promise.reject(error as Error);
    }
  }

  private async beginOn(
    session: NodeSession,
    nodes: ChainNodes,
    memoKeys: MemoKeys,
    found: FoundState,
    first: boolean,
  ): Promise<Start> {
    const { settings } = this;
    const prepared = await prepare(session, nodes, memoKeys, settings, this.clock);
    const fit = await memoKeys.compare(session, prepared.account.id);
    this.checkOwner(found, nodes.chain, prepared.account);
    const known = usableState(found, nodes.chain, prepared.account, settings, first);
    if (known !== null) return { prepared, state: known, memoKeys, fit, nodes };
    const { signal } = this.ended;
    const height = await checkedHeight(session, nodes, this.clock, settings.staleAfterSeconds, signal);
    const state = await beginState(session, nodes.chain, prepared.account, settings.start, height);
    return { prepared, state, memoKeys, fit, nodes };
  }

  private async work({ prepared, state, memoKeys, fit, nodes }: Start): Promise<void> {
    const { clock, random, settings, emitter } = this;
    const { account } = prepared;
    const note = (found: MemoKeyFit) => this.noteMemoKeys(found, account);
    note(fit);
    // n8n shows no hint of a trigger, neither at an activation nor in a test.
    if (memoKeys.needlessActiveKey !== null) this.context.logger.warn(memoKeys.needlessActiveKey);
    const handover = new Handover(state, settings.delivery, emitter, clock);
    this.handover = handover;
    const { chain } = nodes;
    const watcher = new Watcher({
      nodes: () => this.nodesOf(chain.chainId),
      accountId: account.id,
      builder: memoKeys.watch(prepared.builder, account.id, note),
      handover,
      clock,
      random,
      staleAfterSeconds: settings.staleAfterSeconds,
      report: (error) => this.report(error),
      falseAnswers: this.falseAnswers,
      beforeReading: this.deliverAgain(handover, chain, account, memoKeys),
    });
    const { signal } = this.ended;
    if (signal.aborted) return;
    await Promise.all([handover.run(), watcher.run(signal)]);
  }

  /** Reads what Deliver Again asks for, and puts it in front; called again after a failure, it goes on with the rest. */
  private deliverAgain(handover: Handover, chain: Chain, account: WatchedAccount, memoKeys: MemoKeys) {
    const { deliverAgain } = this.settings;
    handover.keepDeliveredAgain(deliverAgain);
    const acted = new Set(handover.state.deliveredAgain);
    const wanted = deliverAgain.filter((depositId) => !acted.has(depositId));
    const agreement = new Agreement(this.clock);
    return async (session: NodeSession, height: FinalHeight): Promise<void> => {
      const items: DepositItem[] = [];
      if (wanted.length === 0) return;
      const assetsOf = agreement.assetsOf((await this.nodesOf(chain.chainId)).trusted);
      try {
        for (let depositId = wanted[0]; depositId !== undefined; depositId = wanted[0]) {
          try {
            items.push(await itemAgain(session, chain, account, memoKeys, depositId, height, assetsOf));
          } catch (error) {
            if (!isBitSharesError(error)) return await Promise.reject(error);
            if (error.code !== 'INVALID_PARAMETER') return await Promise.reject(notAgain(depositId, error));
            this.report(error);
          }
          wanted.shift();
        }
      } finally {
        handover.addAgain(items);
      }
    };
  }

  /** A node that gives false answers is spoken of once, whether it was left for another one or not. */
  private reportAddress(event: AddressEvent): void {
    const { kind, reason } = event;
    const isOld =
      kind === 'left' &&
      falseAnswerOf(reason) !== null &&
      new Outage(this.falseAnswers).note(reason, this.clock.now()) === null;
    if (!isOld) this.report(addressReport(event));
  }

  private report(error: BitSharesError): void {
    if (this.emitter.isLive()) this.emitter.report(error);
  }

  /** The nodes that the credential names now, as long as they are of the chain that this run began with. */
  private async nodesOf(chainId: string): Promise<ChainNodes> {
    const current = await this.nodes.nodes();
    if (current.chain.chainId !== chainId) throw otherChain(chainId, current.chain.chainId);
    return current;
  }

  private async readMemoKeys(chain: Chain): Promise<MemoKeys> {
    const memoKeys = new MemoKeys(this.context, chain, this.clock);
    await memoKeys.read();
    return memoKeys;
  }

  /** A trigger that threw after its first activation would stay dead: keys that stop fitting are reported once. */
  private noteMemoKeys({ misfit, fingerprint }: MemoKeyFit, account: WatchedAccount): void {
    const { store } = this;
    if (misfit !== null && store.memoKeyMisfit !== fingerprint)
      this.report(memoKeysDoNotFit(misfit, account));
    const isOver = misfit === null && fingerprint !== null && store.memoKeyMisfit !== null;
    if (isOver) this.report(memoKeysFitAgain(account));
    store.memoKeyMisfit = misfit === null ? null : fingerprint;
  }

  private rival(): string | null {
    const holder = this.instances.holder(this.place)?.nodeName ?? null;
    return rivalOf(this.nodeName, nodesOfSameId(this.context), holder, this.store.owner);
  }

  /** Another node has the same id, and the state, of an older version, does not say which of them wrote it. */
  private isContested(): boolean {
    const others = nodesOfSameId(this.context) ?? [];
    return others.length > 0 && this.store.owner === null && this.store.read().kind === 'present';
  }

  /** A position of the other node: Start Over would throw it away. */
  private checkOwner(found: FoundState, chain: Chain, account: WatchedAccount): void {
    if (found.kind !== 'present' || ownerError(found.state, chain.chainId, account.id) === null) return;
    const [other] = nodesOfSameId(this.context) ?? [];
    if (other === undefined || this.store.owner === this.nodeName) return;
    throw sharedIdError(this.nodeName, other.name, true);
  }

  /**
   * Leaves the place to the other node. At a first activation that is an error in front of who published; afterwards a
   * trigger that threw would take the other one with it: n8n closes what it activated together.
   */
  private async standBack(rival: string, throws: boolean): Promise<void> {
    const error = sharedIdError(this.nodeName, rival, nodesOfSameId(this.context) !== null);
    if (!throws) return this.endWith(error);
    await this.close();
    throw error;
  }

  private async endWith(error: BitSharesError): Promise<void> {
    this.emitter.report(error);
    await this.close();
  }

  private sayPruned({ account, removedOps }: Prepared, first: boolean): void {
    if (removedOps === 0) return;
    const error = historyPruned(account, removedOps);
    if (first) this.emitter.report(error);
    else this.context.logger.warn(`${error.message}. ${error.fix ?? ''}`);
  }
}

function notAgain(depositId: string, cause: BitSharesError): BitSharesError {
  return new BitSharesError(cause.code, {
    message: `the deposit ${depositId} cannot be read once more. ${cause.message}`,
    fix: 'It and what stands behind it in the list are not delivered again yet; nothing else waits for them. Publish the workflow again when the node shows the deposit.',
    field: deliverAgain.label,
    cause,
  });
}

function otherChain(expected: string, chainId: string): BitSharesError {
  return new BitSharesError('WRONG_CHAIN', {
    message: `The node credential now names chain ${chainId.slice(0, 8)}; this trigger runs on ${expected.slice(0, 8)}`,
    fix: 'Publish the workflow again to use the other chain.',
    data: { chainId, expectedChainId: expected },
  });
}
