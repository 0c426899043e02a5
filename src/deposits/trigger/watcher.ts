/** The loop that keeps reading: connect, check, read forward, hand over, wait to be woken, for ever. */
import type { Clock, NodeEndpoints, NodeSession } from '../../chain/interfaces';
import { BitSharesError, isBitSharesError } from '../../errors';
import { falseAnswerOf } from '../../chain/falseAnswer';
import type { AccountOperation } from '../reading/accountOperation';
import { Agreement, type AssetSource } from '../reading/secondNode';
import { backoffDelay } from '../../chain/backoff';
import type { Mark } from '../reading/position';
import type { DepositItem } from '../items/depositItem';
import {
  checkDelayedNode,
  checkFinality,
  checkFreshness,
  finalHeight,
  type FinalHeight,
  type NodeKind,
} from '../reading/finality';
import type { Handover } from './handover';
import { describeGap, HistoryReader, type HistoryPage } from '../reading/historyReader';
import type { ItemBuilder } from '../items/itemBuilder';
import type { Moments } from '../../chain/moments';
import { Outage, type FalseAnswerTimes } from './outage';
import { PageTrouble } from '../reading/pageTrouble';
import { Signal } from '../../chain/signal';
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
/** What comes before reading and breaks so many connections holds reading up no longer. */
const lossesBeforeReading = 3;
/** So many nodes are left because of what they say before reading; then it is tried again while reading goes on. */
const falseAnswersBeforeReading = 3;

export class Watcher {
  private readonly outage: Outage;
  private readonly woken = new Signal();
  private readonly trouble = new PageTrouble();
  private readonly comparing = new Outage();
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
      let session: NodeSession | undefined;
      try {
        const nodes = await this.parts.nodes();
        session = await nodes.reading.session();
        await this.follow(session, nodes, signal, () => {
          failures = 0;
          this.outage.over();
        });
      } catch (error) {
        if (signal.aborted) return;
        const visible = this.outage.note(asBitSharesError(error), clock.now());
        if (visible !== null) report(visible);
        // The next connection begins with the next endpoint: this one is lost, behind, frozen or of another chain.
        session?.close();
        failures += 1;
        await clock.sleep(backoffDelay(failures, random()), signal);
      }
    }
  }

  /** Works on one connection until it is lost; rejects then, or returns when `signal` aborts. */
  private async follow(
    session: NodeSession,
    { kind, trusted, moments }: WatchedNodes,
    signal: AbortSignal,
    onSuccess: () => void,
  ): Promise<void> {
    const { clock, accountId, staleAfterSeconds } = this.parts;
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
      let height: FinalHeight = { reached: 0, final: 0, head: 0 };
      while (!signal.aborted) {
        // A check that is further away than the interval: the clock of this machine was set back.
        const due = clock.now() >= nextCheck || nextCheck - clock.now() > pollIntervalMs;
        if (due && kind === 'delayed' && trusted !== null) {
          this.noteComparison(await checkDelayedNode(session, trusted, clock, over));
        }
        let blockInterval = 0;
        if (due || kind === 'full') {
          const state = await session.state();
          if (due) {
            checkFreshness(session.endpoint, state, clock.now(), staleAfterSeconds);
            if (kind === 'full') await checkFinality(session, state, clock.now(), staleAfterSeconds);
          }
          height = finalHeight(kind, state);
          blockInterval = state.blockInterval * 1000;
        }
        const next = (interval: number) => moments?.next(interval) ?? clock.now() + interval;
        if (due) nextCheck = next(pollIntervalMs);
        // A delayed node that was not asked for its head has at least what it showed already.
        const { position } = this.parts.handover.readThrough;
        const reached =
          due || kind === 'full' ? height.reached : Math.max(height.reached, position.key.block);
        const unprepared = due ? await this.prepare(session, height) : null;
        if (session.lost.aborted) throw lost(session);
        const assetsOf = this.agreement.assetsOf(trusted);
        await this.readOn({ session, reader, assetsOf }, { ...height, reached }, over, onSuccess);
        if (session.lost.aborted) throw lost(session);
        onSuccess();
        // A node that cannot be read at all is spoken of above.
        const visible = unprepared && this.preparing.note(unprepared, clock.now());
        if (visible !== null) this.parts.report(visible);
        // No notice tells when a block becomes irreversible.
        const untilCheck = Math.min(pollIntervalMs, Math.max(0, nextCheck - clock.now()));
        const pause = reader.reversibleAhead
          ? Math.min(next(blockInterval) - clock.now(), untilCheck)
          : untilCheck;
        await this.woken.wait(over, pause, moments ?? clock);
        if (session.lost.aborted) throw lost(session);
      }
    } finally {
      signal.removeEventListener('abort', end);
      ended.abort();
    }
  }

  /** A delayed node that cannot be compared for a while is read on, and spoken of once. */
  private noteComparison(trouble: BitSharesError | null): void {
    if (trouble === null) this.comparing.over();
    const visible = trouble && this.comparing.note(trouble, this.parts.clock.now());
    if (visible !== null) this.parts.report(visible);
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
      return Promise.reject(error);
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
