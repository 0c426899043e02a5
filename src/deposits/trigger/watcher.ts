/** The loop that keeps reading: connect, check, read forward, hand over, wait to be woken, for ever. */
import type { Clock, NodeEndpoints, NodeSession } from '../../chain/interfaces';
import { BitSharesError, isBitSharesError, rethrow } from '../../errors';
import { falseAnswerOf } from '../../chain/falseAnswer';
import type { AccountOperation } from '../reading/accountOperation';
import { Agreement, type AssetSource } from '../reading/secondNode';
import { backoffDelay } from '../../chain/backoff';
import { onFurtherAddresses } from '../../chain/furtherAddresses';
import { goesOnAgain, StoppedNode, StoppedWatch } from '../../chain/health';
import type { Mark } from '../reading/position';
import type { DepositItem } from '../items/depositItem';
import {
  checkFollows,
  compareWithTrusted,
  finalHeight,
  type FinalHeight,
  type NodeKind,
} from '../reading/finality';
import type { Handover } from './handover';
import { describeGap, HistoryReader, type HistoryPage } from '../reading/historyReader';
import type { ItemBuilder } from '../items/itemBuilder';
import type { Moments } from '../../chain/moments';
import { Outage, type FalseAnswerTimes } from './outage';
import { PageTrouble } from '../../chain/pageTrouble';
import { Signal } from './signal';
import { watchedAccount } from '../reading/watchedAccount';

/** The nodes to read, as the credential names them at the time of a connection. */
export interface WatchedNodes {
  kind: NodeKind;
  reading: NodeEndpoints;
  /** The trusted node, to compare a delayed one with; null when there is nothing to compare. */
  trusted: NodeEndpoints | null;
  /** When those who read these nodes look at them, so that they ask together; left out where there is nobody else. */
  moments?: Moments;
}

export interface WatcherParts {
  /** Asked before each connection, so that an edited credential is used without a restart. */
  nodes: () => Promise<WatchedNodes>;
  /** `1.2.x` */
  accountId: string;
  builder: {
    eachOf(
      session: NodeSession,
      operations: readonly AccountOperation[],
      assetsOf: AssetSource,
    ): ReturnType<ItemBuilder['eachOf']>;
    checkHeld(session: NodeSession, read: AccountOperation): Promise<void>;
  };
  handover: Handover;
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
  staleAfterSeconds: number;
  report: (error: BitSharesError) => void;
  /** Of a node that gave false answers before, so that it is spoken of once. */
  falseAnswers?: FalseAnswerTimes;
  /** What is to be done on a connection before reading, with the height that it is final up to; repeated until it succeeds. */
  beforeReading?: (session: NodeSession, height: FinalHeight) => Promise<void>;
}

/** A lost notice costs at most this much time. */
const pollIntervalMs = 30_000;
/** A connection that was read for so long was a good one: those before it have nothing to do with its end. */
const lastingMs = 60_000;
/** What comes before reading and breaks so many connections holds reading up no longer. */
const lossesBeforeReading = 3;
/** So many nodes are left because of what they say before reading; then it is tried again while reading goes on. */
const falseAnswersBeforeReading = 3;

export class Watcher {
  private readonly outage: Outage;
  private readonly woken = new Signal();
  private readonly trouble = new PageTrouble();
  private readonly comparing = new Outage();
  private readonly stoppedWatch = new StoppedWatch();
  /** The delayed node stands still, and the trusted one is read instead. */
  private stoppedNode: StoppedNode | null = null;
  private prepared = false;
  private readonly preparing: Outage;
  private preparationLosses = 0;
  private falsePreparations = 0;
  private readonly agreement: Agreement;

  constructor(private readonly parts: WatcherParts) {
    this.agreement = new Agreement(parts.clock);
    // A node that gives false answers is spoken of once, whatever it was asked for.
    const falseAnswers = parts.falseAnswers ?? new Map();
    this.outage = new Outage(falseAnswers);
    this.preparing = new Outage(falseAnswers);
  }

  /** Reads until `signal` aborts. Never rejects: trouble is reported and reading goes on. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, random, report } = this.parts;
    let failures = 0;
    while (!signal.aborted) {
      const used: { session?: NodeSession } = {};
      const onSuccess = () => {
        failures = 0;
        this.outage.over();
      };
      try {
        await this.followFittest(await this.parts.nodes(), (session, nodes, lasts) => {
          const since = clock.now();
          return this.follow((used.session = session), nodes, signal, () => {
            onSuccess();
            if (clock.now() - since >= lastingMs) lasts();
          });
        });
      } catch (error) {
        if (signal.aborted) return;
        const visible = this.outage.note(asBitSharesError(error), clock.now());
        if (visible !== null) report(visible);
        // The next connection begins with the next endpoint: this one is lost, behind, frozen or of another chain.
        used.session?.close();
        failures += 1;
        await clock.sleep(backoffDelay(failures, random()), signal);
      }
    }
  }

  /** Works on the first address that is fit; on the trusted node's when all delayed ones stand still while it goes on. */
  private async followFittest(
    nodes: WatchedNodes,
    work: (session: NodeSession, nodes: WatchedNodes, lasts: () => void) => Promise<void>,
  ): Promise<void> {
    const { reading, trusted } = nodes;
    try {
      await onFurtherAddresses(
        () => reading.session(),
        (session, lasts) => work(session, nodes, lasts),
      );
    } catch (error) {
      if (!(error instanceof StoppedNode) || trusted === null) rethrow(error);
      if (this.stoppedNode === null) this.parts.report(error);
      this.stoppedNode = error;
      await onFurtherAddresses(
        () => trusted.session(),
        (session, lasts) =>
          work(session, { ...nodes, kind: 'full', reading: trusted, trusted: reading }, lasts),
      );
    }
  }

  /** Works on one connection until it is lost or outdated; rejects when it is lost, or returns. */
  private async follow(
    session: NodeSession,
    nodes: WatchedNodes,
    signal: AbortSignal,
    onSuccess: () => void,
  ): Promise<void> {
    const { clock, accountId, staleAfterSeconds } = this.parts;
    const { kind, trusted, moments } = nodes;
    const ended = new AbortController();
    const over = ended.signal;
    const end = () => ended.abort();
    signal.addEventListener('abort', end, { once: true });
    session.lost.addEventListener('abort', end, { once: true });
    try {
      const account = await watchedAccount(session, accountId);
      if (session.lost.aborted) throw lost(session);
      const reader = new HistoryReader(session, account, this.trouble);
      session.watchObject(account.statisticsId, () => this.woken.raise(), over);
      let nextCheck = clock.now();
      /** A comparison left something above what is final: the next one waits for a block. */
      let isStillAhead = false;
      let isComparable = false;
      let blockInterval = pollIntervalMs;
      let height: FinalHeight = { reached: 0, final: 0, head: 0 };
      while (!signal.aborted) {
        // A check that is further away than the interval: the clock of this machine was set back.
        const due = clock.now() >= nextCheck || nextCheck - clock.now() > pollIntervalMs;
        if (due) {
          // Asking for the session is what has a preferred address looked at. From here on, what is read may come from there.
          await nodes.reading.session();
          if (session.outdated === true || (await this.isOver(nodes))) return;
        }
        if (due || kind === 'full') {
          const compared = due && kind === 'delayed' ? await this.compare(session, trusted, over) : null;
          const state = compared?.state ?? (await session.state({ parameters: 'as known' }));
          if (due) {
            const seen = compared?.seen ?? null;
            await checkFollows(session, kind, state, clock.now(), staleAfterSeconds, seen);
          }
          height = finalHeight(kind, state, compared?.final);
          // With nothing to compare, more of a delayed node is final when it says so itself, which is looked at seldom.
          isComparable = kind === 'full' || compared?.seen != null;
          blockInterval = isComparable ? state.blockInterval * 1000 : pollIntervalMs;
        }
        const next = (interval: number) => moments?.next(interval) ?? clock.now() + interval;
        if (due) nextCheck = next(pollIntervalMs);
        // A delayed node has at least what it showed already, also where it was not asked for its head.
        const { position } = this.parts.handover.readThrough;
        const shown = Math.max(height.reached, position.key.block);
        const reached = kind === 'full' ? height.reached : due ? Math.min(height.head, shown) : shown;
        const unprepared = due ? await this.prepare(session, height) : null;
        if (session.lost.aborted) throw lost(session);
        const assetsOf = this.agreement.assetsOf(trusted);
        await this.readOn({ session, reader, assetsOf }, { ...height, reached }, over, onSuccess);
        if (session.lost.aborted) throw lost(session);
        onSuccess();
        // A node that cannot be read at all is spoken of above.
        const visible = unprepared && this.preparing.note(unprepared, clock.now());
        if (visible !== null) this.parts.report(visible);
        // No notice tells when a block becomes irreversible. Of a delayed node it mostly is, since the last comparison.
        if (!reader.reversibleAhead) isStillAhead = false;
        else if (due) isStillAhead = true;
        const isWorthLooking = kind === 'delayed' && isComparable && !isStillAhead;
        const look = isWorthLooking ? clock.now() : next(blockInterval);
        if (reader.reversibleAhead && kind === 'delayed') nextCheck = Math.min(nextCheck, look);
        const untilCheck = Math.min(pollIntervalMs, Math.max(0, nextCheck - clock.now()));
        const pause = reader.reversibleAhead ? Math.min(look - clock.now(), untilCheck) : untilCheck;
        await this.woken.wait(over, pause, moments ?? clock);
        if (session.lost.aborted) throw lost(session);
      }
    } finally {
      signal.removeEventListener('abort', end);
      ended.abort();
    }
  }

  /**
   * Compares a delayed node with the trusted one, where there is one. While that cannot be done it is read on, and spoken of
   * once.
   *
   * @throws NOT_A_DELAYED_NODE; STALE_NODE when it stands still while the trusted node goes on; what the session throws
   */
  private async compare(session: NodeSession, trusted: NodeEndpoints | null, over: AbortSignal) {
    if (trusted === null) return null;
    const { clock, report } = this.parts;
    const compared = await compareWithTrusted(session, trusted, clock, over);
    const { seen, trouble } = compared;
    if (trouble === null) this.comparing.over();
    const visible = trouble && this.comparing.note(trouble, clock.now());
    if (visible !== null) report(visible);
    const stoppedNode = seen && this.stoppedWatch.fault(seen, clock.now());
    if (stoppedNode !== null) throw stoppedNode;
    // It may have gone on while the trusted node, which was read instead, was lost: then nobody looked for it there.
    const isPast =
      this.stoppedNode !== null &&
      seen !== null &&
      seen.delayed.state.headBlockNumber >= this.stoppedNode.block;
    if (isPast) this.goesOn(session.endpoint);
    return compared;
  }

  /** Whether the trusted node is read because the delayed one stood still, and that one goes on now. */
  private async isOver({ kind, reading: trusted, trusted: delayed }: WatchedNodes): Promise<boolean> {
    const { stoppedNode } = this;
    if (stoppedNode === null || kind !== 'full' || delayed === null) return false;
    const session = await delayed.session().catch(() => null);
    const head = (await session?.state({ parameters: 'as known' }).catch(() => null))?.headBlockNumber ?? 0;
    // What was read meanwhile has to be there too, or reading would have to wait for it.
    const { position } = this.parts.handover.readThrough;
    if (session === null || head < stoppedNode.block || head < position.key.block) return false;
    // Helped past the block as a plain node, it has blocks for a while that are not irreversible.
    if (head > (await trusted.state({ parameters: 'as known' })).lastIrreversibleBlock) return false;
    this.goesOn(session.endpoint);
    return true;
  }

  private goesOn(endpoint: string): void {
    if (this.stoppedNode !== null) this.parts.report(goesOnAgain(endpoint, this.stoppedNode));
    this.stoppedNode = null;
  }

  /** Does what comes before reading; its failure is the result, since reading does not wait for it. */
  private async prepare(session: NodeSession, height: FinalHeight): Promise<BitSharesError | null> {
    if (this.prepared) return null;
    try {
      await this.parts.beforeReading?.(session, height);
      this.prepared = true;
      return null;
    } catch (error) {
      const failure = asBitSharesError(error);
      if (falseAnswerOf(failure) !== null && this.falsePreparations < falseAnswersBeforeReading) {
        this.falsePreparations += 1;
        throw failure;
      }
      if (!session.lost.aborted) return failure;
      this.preparationLosses += 1;
      this.prepared = this.preparationLosses >= lossesBeforeReading;
      if (this.prepared) this.parts.report(failure);
      return failure;
    }
  }

  private async readOn(
    { session, reader, assetsOf }: Reading,
    height: FinalHeight,
    over: AbortSignal,
    onSuccess: () => void,
  ): Promise<void> {
    const { handover } = this.parts;
    const { position, frame } = handover.readThrough;
    for await (const page of reader.read(position, frame, height)) {
      await this.handPage(session, page, assetsOf);
      onSuccess();
      if (page.gap !== null) {
        this.parts.report(describeGap(page.gap));
      }
      await handover.whenRoom(over);
      if (over.aborted) return;
    }
  }

  /** Hands over the deposits of a page; where one cannot be made, those in front of it, before the failure is passed on. */
  private async handPage(session: NodeSession, page: HistoryPage, assetsOf: AssetSource): Promise<void> {
    const { builder, handover } = this.parts;
    const start = handover.readThrough;
    const deposits: { item: DepositItem; before: Mark }[] = [];
    let last: AccountOperation | null = null;
    const markAt = ({ sequence, key }: AccountOperation): Mark => ({
      position: { sequence, key },
      frame: page.frame,
    });
    try {
      for await (const { read, item } of builder.eachOf(session, page.operations, assetsOf)) {
        const previous = page.operations[page.operations.indexOf(read) - 1];
        deposits.push({ item, before: previous === undefined ? start : markAt(previous) });
        last = read;
      }
      // The position would rest on it, and no other node could find the place of what never was.
      const end = page.operations.at(-1);
      if (end !== undefined && end !== last) await builder.checkHeld(session, end);
    } catch (error) {
      if (last !== null && falseAnswerOf(error) !== null) handover.add(deposits, markAt(last), null);
      rethrow(error);
    }
    handover.add(deposits, { position: page.position, frame: page.frame }, page.gap);
  }
}

interface Reading {
  session: NodeSession;
  reader: HistoryReader;
  assetsOf: AssetSource;
}

function lost(session: NodeSession): BitSharesError {
  return new BitSharesError('CONNECTION_LOST', {
    message: `The connection to ${session.endpoint} was lost`,
    fix: 'Look whether the node runs. Reading goes on by itself when it answers again.',
  });
}

function asBitSharesError(error: unknown): BitSharesError {
  if (isBitSharesError(error)) return error;
  return new BitSharesError('INTERNAL', {
    message: 'Reading deposits stopped at something unexpected and begins anew',
    fix: 'Please report this with the version of the package.',
    cause: error,
  });
}
