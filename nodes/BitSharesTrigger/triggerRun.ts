/** One activation of the trigger, from its parameters to its end. */
import type { IDataObject, ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';
import type { Clock, NodeSession } from '../../src/chain';
import type { WatchedAccount } from '../../src/deposits/accountOperation';
import { Agreement } from '../../src/deposits/agreement';
import { reconnectDelay } from '../../src/deposits/backoff';
import type { DepositItem } from '../../src/deposits/depositItem';
import type { FinalHeight } from '../../src/deposits/finality';
import { onFurtherAddresses } from '../../src/deposits/furtherAddresses';
import { Handover } from '../../src/deposits/handover';
import { latestDeposits } from '../../src/deposits/latestDeposits';
import { Outage, type FalseAnswerTimes } from '../../src/deposits/outage';
import type { TriggerState } from '../../src/deposits/triggerState';
import { Watcher } from '../../src/deposits/watcher';
import { isBitSharesError, BitSharesError, type ErrorCode } from '../../src/errors';
import type { Chain, MemoKeyring } from '../../src/protocol';
import { optionalKeysOf } from '../shared/credentials';
import { memoKeyring } from '../shared/keysCredential';
import { Emitter, placeOf } from './emitter';
import { liveInstances, type LiveInstances } from './liveInstances';
import { NodeSource, type ChainNodes, type ChainNodeSource } from './nodes';
import {
  beginState,
  checkedHeight,
  historyPruned,
  itemAgain,
  prepare,
  usableState,
  type Prepared,
} from './preparation';
import type { TriggerSettings } from './settings';
import { StateStore, type FoundState } from './state';

/** Trouble that only a changed parameter ends: trying again would repeat the same answer. */
const needsPerson: readonly ErrorCode[] = ['POSITION_CORRUPT', 'POSITION_LOST'];
const closeGraceMs = 2000;
const shownInTest = 10;
const testPollMs = 5000;

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
  keyring: MemoKeyring;
  nodes: ChainNodes;
}

export class TriggerRun {
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
    this.emitter = new Emitter(context, {
      clock: this.clock,
      store: this.store,
      instances: this.instances,
      isLive: () => this.instances.isLive(placeOf(context), this),
    });
  }

  /**
   * Begins to work and returns. Only a first activation, which has nothing to lose, waits for the node and throws what is
   * wrong; afterwards a trigger that threw would stay dead, so trouble is reported and tried again for ever.
   */
  async start(): Promise<ITriggerResponse> {
    await this.instances.takeOver(placeOf(this.context), this);
    const found = this.store.read();
    const mode = this.context.getActivationMode();
    const first = mode === 'activate' || mode === 'create';
    try {
      if (first && found.kind !== 'present') {
        const start = await this.begin(found, true);
        // What is in the static data now is saved by n8n when this activation ends.
        this.store.write(start.state);
        this.sayPruned(start.prepared, true);
        void this.work(start);
      } else {
        void this.beginAndWork(found, first);
      }
    } catch (error) {
      await this.close();
      return Promise.reject(error);
    }
    return { closeFunction: () => this.close() };
  }

  async close(): Promise<void> {
    this.ended.abort();
    await this.handover?.stop(closeGraceMs);
    this.nodes.close();
  }

  /** A test in the editor: the latest deposits, or the next one when there are none yet. The position is not touched. */
  async showLatest(): Promise<void> {
    const keyring = await this.readKeyring();
    while (!this.ended.signal.aborted) {
      const nodes = await this.nodes.nodes();
      const items = await onFurtherAddresses(nodes.reading, (session) =>
        this.latest(session, nodes, keyring),
      );
      if (this.ended.signal.aborted) return;
      if (items.length > 0) {
        this.context.emit([items.map((item) => ({ json: { ...item } as unknown as IDataObject }))]);
        return;
      }
      await this.clock.sleep(testPollMs, this.ended.signal);
    }
  }

  private async latest(
    session: NodeSession,
    nodes: ChainNodes,
    keyring: MemoKeyring,
  ): Promise<DepositItem[]> {
    const { settings, clock } = this;
    const { account, builder } = await prepare(session, nodes, keyring, settings, clock);
    const { signal } = this.ended;
    const height = await checkedHeight(session, nodes, clock, settings.staleAfterSeconds, signal);
    const assetsOf = new Agreement(clock).assetsOf(nodes.trusted);
    return latestDeposits(session, account, builder, shownInTest, height, assetsOf);
  }

  private async beginAndWork(found: FoundState, first: boolean): Promise<void> {
    const { signal } = this.ended;
    const outage = new Outage(this.falseAnswers);
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        const start = await this.begin(found, first);
        if (signal.aborted) return;
        this.sayPruned(start.prepared, false);
        const isNew = found.kind !== 'present' || start.state !== found.state;
        return await this.work(isNew ? { ...start, state: await this.emitter.anchor(start.state) } : start);
      } catch (error) {
        if (signal.aborted || !this.emitter.isLive()) return;
        const visible = outage.note(error, this.clock.now());
        if (visible !== null) this.emitter.report(visible);
        if (isBitSharesError(error, ...needsPerson)) return;
        await this.clock.sleep(reconnectDelay(failures, this.random()), signal);
      }
    }
  }

  /** Resolves account, assets and position. One attempt; addresses whose answers cannot be used are left and spoken of. */
  private async begin(found: FoundState, first: boolean): Promise<Start> {
    const keyring = await this.readKeyring();
    const nodes = await this.nodes.nodes();
    const leaving = new Outage(this.falseAnswers);
    return onFurtherAddresses(
      nodes.reading,
      (session) => this.beginOn(session, nodes, keyring, found, first),
      (error) => {
        const visible = leaving.note(error, this.clock.now());
        if (visible !== null) this.report(visible);
      },
    );
  }

  private async beginOn(
    session: NodeSession,
    nodes: ChainNodes,
    keyring: MemoKeyring,
    found: FoundState,
    first: boolean,
  ): Promise<Start> {
    const { settings } = this;
    try {
      const prepared = await prepare(session, nodes, keyring, settings, this.clock);
      const known = usableState(found, nodes.chain, prepared.account, settings, first);
      if (known !== null) return { prepared, state: known, keyring, nodes };
      const { signal } = this.ended;
      const height = await checkedHeight(session, nodes, this.clock, settings.staleAfterSeconds, signal);
      const state = await beginState(session, nodes.chain, prepared.account, settings.start, height);
      return { prepared, state, keyring, nodes };
    } catch (error) {
      session.close();
      return Promise.reject(error);
    }
  }

  private async work({ prepared, state, keyring, nodes }: Start): Promise<void> {
    const { clock, random, settings, emitter } = this;
    const handover = new Handover(state, settings.delivery, emitter, clock);
    this.handover = handover;
    const { chain } = nodes;
    const watcher = new Watcher({
      nodes: () => this.nodesOf(chain.chainId),
      accountId: prepared.account.id,
      builder: prepared.builder,
      handover,
      clock,
      random,
      staleAfterSeconds: settings.staleAfterSeconds,
      report: (error) => this.report(error),
      falseAnswers: this.falseAnswers,
      beforeReading: this.deliverAgain(handover, chain, prepared.account, keyring),
    });
    const { signal } = this.ended;
    if (signal.aborted) return;
    await Promise.all([handover.run(), watcher.run(signal)]);
  }

  /** Reads what Deliver Again asks for, and puts it in front; called again after a failure, it goes on with the rest. */
  private deliverAgain(handover: Handover, chain: Chain, account: WatchedAccount, keyring: MemoKeyring) {
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
            items.push(await itemAgain(session, chain, account, keyring, depositId, height, assetsOf));
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

  private report(error: BitSharesError): void {
    if (this.emitter.isLive()) this.emitter.report(error);
  }

  /** The nodes that the credential names now, as long as they are of the chain that this run began with. */
  private async nodesOf(chainId: string): Promise<ChainNodes> {
    const current = await this.nodes.nodes();
    if (current.chain.chainId !== chainId) throw otherChain(chainId, current.chain.chainId);
    return current;
  }

  private async readKeyring(): Promise<MemoKeyring> {
    const keys = await optionalKeysOf(this.context);
    const { chain } = await this.nodes.nodes();
    return memoKeyring(keys, chain);
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
    field: 'Deliver Again',
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
