/** The stretch of history that a deposit query reads: its fields, and its beginning and end on a node. */
import type { IExecuteFunctions } from 'n8n-workflow';
import { onFurtherAddresses } from '../../../../src/chain/furtherAddresses';
import type { NodeSession } from '../../../../src/chain/interfaces';
import type { WatchedAccount } from '../../../../src/deposits/reading/accountOperation';
import { Agreement, type AssetSource } from '../../../../src/deposits/reading/secondNode';
import type { Mark } from '../../../../src/deposits/reading/position';
import { parseDepositId } from '../../../../src/deposits/reading/depositKey';
import type { FinalHeight, NodeKind } from '../../../../src/deposits/reading/finality';
import { describeGap } from '../../../../src/deposits/reading/historyReader';
import { firstBlockAt, startPosition } from '../../../../src/deposits/reading/startPosition';
import type { HistoryGap } from '../../../../src/deposits/reading/gap';
import { BitSharesError } from '../../../../src/errors';
import type { Chain } from '../../../../src/protocol';
import type { ChainNodes } from '../../../shared/deposits/nodes';
import { checkedHeight } from '../../../shared/deposits/checkedHeight';
import { readStart, readTime, startBlock, startTime } from '../../../shared/deposits/start';
import { systemClock } from '../../../shared/clock';
import type { Nodes } from '../../../shared/credentials/nodeCredential';
import {
  booleanParameter,
  choiceParameter,
  rawParameter,
  wholeNumberParameter,
} from '../../../shared/parameters/parameter';
import { accountField } from '../../../shared/parameters/parameters';
import { invalid } from '../../../shared/parameters/parameterValues';

/** A frozen node must not be taken for an account without deposits. */
const staleAfterSeconds = 300;

/** "Now" is no beginning here: nothing would be read, and that would pass for an account without deposits. */
const startFrom = choiceParameter({
  displayName: 'Start From',
  name: 'startFrom',
  type: 'options',
  options: [
    { name: 'Block', value: 'block', description: 'From a block on, or after a deposit' },
    { name: 'Date & Time', value: 'time', description: 'From a moment on' },
    {
      name: 'Oldest Available',
      value: 'oldest',
      description: 'From the first operation that the node still has',
    },
  ],
  default: 'oldest',
});

export const startFields = [
  startFrom,
  startBlock.with({
    description:
      'Number of the first block to read, or a depositId to begin right behind that deposit. A flow that keeps its position in its own database stores the last depositId.',
  }),
  startTime,
];

const endField = choiceParameter({
  displayName: 'End',
  name: 'end',
  type: 'options',
  options: [
    {
      name: 'Block',
      value: 'block',
      description: 'Up to and including a block, which must be irreversible',
    },
    { name: 'Date & Time', value: 'time', description: 'Before a moment that is irreversible already' },
    { name: 'Now', value: 'now', description: 'Up to what is irreversible now' },
  ],
  default: 'now',
});

const endBlock = wholeNumberParameter({
  displayName: 'End Block',
  name: 'endBlock',
  type: 'number',
  typeOptions: { minValue: 1 },
  default: 1,
  displayOptions: { show: { end: ['block'] } },
  description: 'Number of the last block to read',
});

const endTime = rawParameter({
  displayName: 'End Time',
  name: 'endTime',
  type: 'dateTime',
  default: '',
  required: true,
  displayOptions: { show: { end: ['time'] } },
  description: 'Blocks of this time and later are not read',
});

export const endFields = [endField, endBlock, endTime];

export const acceptGaps = booleanParameter({
  displayName: 'Accept Gaps',
  name: 'acceptGaps',
  type: 'boolean',
  default: false,
  description:
    'Whether to give what was found although the node has pruned a part of the history and the blocks cannot prove that nothing is missing. Off, that is an error.',
});

export interface OpenRange {
  session: NodeSession;
  kind: NodeKind;
  /** Assets as the trusted node knows them too, where there is one beside the node that is read. */
  assetsOf: AssetSource;
  account: WatchedAccount;
  height: FinalHeight;
  from: Mark;
  lastBlock: number;
}

/** The nodes of an execution, as the deposit room sees them: the delayed one is read where there is one. */
export function readingNodes({ trusted, delayed }: Nodes, chain: Chain): ChainNodes {
  return delayed === undefined
    ? { chain, kind: 'full', reading: trusted, trusted: null }
    : { chain, kind: 'delayed', reading: delayed, trusted };
}

/** Does `work` on a session of the node that is read; an unfit address is left for the next one, where it begins anew. */
export async function forRange<Result>(
  nodes: ChainNodes,
  work: (session: NodeSession) => Promise<Result>,
): Promise<Result> {
  return onFurtherAddresses(() => nodes.reading.session(), work);
}

/**
 * Checks the node and resolves the account, the beginning and the end.
 *
 * @param hasEnd whether the operation has `endFields`; without them the range ends now
 */
export async function openRange(
  context: IExecuteFunctions,
  itemIndex: number,
  nodes: ChainNodes,
  session: NodeSession,
  { hasEnd }: { hasEnd: boolean },
): Promise<OpenRange> {
  const entered = accountField.read(context, itemIndex);
  const startKind = startFrom.read(context, itemIndex);
  const agreement = new Agreement(systemClock);
  const account = await agreement.account(session, nodes.trusted, entered);
  const signal = context.getExecutionCancelSignal() ?? new AbortController().signal;
  const height = await checkedHeight(session, nodes, systemClock, staleAfterSeconds, signal);
  const start = readStart(
    startKind,
    (parameter) => parameter.read(context, itemIndex),
    context.getTimezone(),
  );
  const from = await startPosition(
    session,
    account,
    start.kind === 'after'
      ? { kind: 'after', key: parseDepositId(start.depositId, nodes.chain.chainId, startBlock.label) }
      : start,
    height,
  );
  const end = hasEnd ? endField.read(context, itemIndex) : 'now';
  let lastBlock = height.reached;
  // A stretch that is not final to its end would be given short, and the next one would begin behind what is missing.
  if (end === 'block') {
    lastBlock = endBlock.read(context, itemIndex);
    if (!(lastBlock <= height.reached)) {
      throw invalid(
        endBlock.label,
        `the chain is final up to block ${height.reached} only`,
        'Ask again when the block is irreversible, or set End to Now.',
      );
    }
  }
  if (end === 'time') {
    const time = readTime(endTime.read(context, itemIndex), context.getTimezone(), endTime.label);
    lastBlock = (await firstBlockAt(session, time, height.reached, endTime.label)) - 1;
  }
  const assetsOf = agreement.assetsOf(nodes.trusted);
  return { session, kind: nodes.kind, assetsOf, account, height, from, lastBlock };
}

/** Refuses a stretch that is not proved to be complete, unless the user accepts it. */
export function checkGap(gap: HistoryGap | null, accepted: boolean): void {
  if (gap === null || accepted) return;
  const error = describeGap(gap);
  throw new BitSharesError('HISTORY_GAP', {
    message: error.message,
    fix: 'Read from a node with complete history, or turn on Accept Gaps and compare with Deposit > Reconcile.',
    data: error.data,
  });
}
