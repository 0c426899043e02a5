import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { Asset } from '../../../../src/chain/interfaces';
import { undisputed } from '../../../../src/deposits/reading/secondNode';
import { readRange } from '../../../../src/deposits/reading/depositRange';
import { Reconciliation, type AssetReconciliation } from '../../../../src/deposits/items/reconciliation';
import { BitSharesError } from '../../../../src/errors';
import { formatAmount, parseAmount } from '../../../../src/protocol';
import { systemClock } from '../../../shared/clock';
import { forEachConnectedItem } from '../../../shared/items/connectedItems';
import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import { OptionsParameter, rowsParameter } from '../../../shared/parameters/parameter';
import { assetOf, invalid } from '../../../shared/parameters/parameterValues';
import { accountField } from '../../../shared/parameters/parameters';
import {
  acceptGaps,
  checkGap,
  forRange,
  openRange,
  readingNodes,
  startFields,
  type OpenRange,
} from './range';

const openingBalances = rowsParameter({
  displayName: 'Opening Balances',
  name: 'openingBalances',
  type: 'fixedCollection',
  typeOptions: { multipleValues: true },
  placeholder: 'Add Balance',
  default: {},
  description:
    'What the account held where the stretch begins, for each asset: the closing balance of the last reconciliation. Leave empty to begin with nothing.',
  options: [
    {
      displayName: 'Balance',
      name: 'rows',
      values: [
        {
          displayName: 'Asset',
          name: 'asset',
          type: 'string',
          default: '',
          placeholder: 'e.g. BTS or 1.3.0',
          description: 'Symbol or ID of the asset',
        },
        {
          displayName: 'Amount',
          name: 'amount',
          type: 'string',
          default: '',
          placeholder: 'e.g. 1250.5',
          description: 'The balance in units of the asset',
        },
      ],
    },
  ],
});

const options = new OptionsParameter([acceptGaps], 'Add Option');

/** Deposit: Reconcile. One item an asset: opening balance + everything that moved = closing balance, or the difference. */
export const reconcile: NodeOperation = {
  description: shownFor('deposit', ['reconcile'], [accountField, ...startFields, openingBalances, options]),
  async execute(items) {
    return forEachConnectedItem(this, items, async (itemIndex, { settings, ...nodes }) => {
      const reading = readingNodes(nodes, settings.chain);
      return forRange(reading, async (session) => {
        const range = await openRange(this, itemIndex, reading, session, { hasEnd: false });
        const opening = await openingBalancesOf(this, itemIndex, range);
        const reconciliation = new Reconciliation(settings.chain.chainId, range.account.id, opening);
        const accepted = options.readFound(this, itemIndex).of(acceptGaps);
        const closing = await closingBalances(
          range,
          reconciliation,
          accepted,
          this.getExecutionCancelSignal(),
        );
        return report(range, reconciliation, closing);
      });
    });
  },
};

const attempts = 10;
/** Blocks that are waited for on a full node before a difference is one: what is on its way is in the balances already. */
const blocksForPending = 3;

/**
 * Reads the stretch and then the balances, of one and the same moment: the balances count only when no operation came
 * between the last that was read and them.
 */
async function closingBalances(
  range: OpenRange,
  reconciliation: Reconciliation,
  gapsAccepted: boolean,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, bigint>> {
  const { session, account } = range;
  let { from } = range;
  let blocksToWait = range.kind === 'full' ? blocksForPending : 0;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const { headBlockNumber, blockInterval } = await session.state();
    // Balances are those of the head, so on a full node operations that are not final yet belong to it as well.
    const height = {
      reached: headBlockNumber,
      final: Number.POSITIVE_INFINITY,
      head: headBlockNumber,
    };
    for await (const { operations, mark, gap } of readRange(
      session,
      account,
      from,
      Number.POSITIVE_INFINITY,
      height,
    )) {
      checkGap(gap, gapsAccepted);
      reconciliation.add(operations);
      from = mark;
    }
    const before = await session.statistics(account.statisticsId, account.id);
    const balances = await session.balances(account.id, []);
    const after = await session.statistics(account.statisticsId, account.id);
    const readAll =
      after.totalOps === before.totalOps &&
      after.totalOps <= Math.max(from.position.sequence, after.removedOps);
    if (!readAll) continue;
    const closing = new Map(balances.map(({ assetId, amount }) => [assetId, amount]));
    const isBalanced = reconciliation.close(closing).every(({ difference }) => difference === 0n);
    if (isBalanced || blocksToWait === 0) return closing;
    blocksToWait -= 1;
    await systemClock.sleep(blockInterval * 1000, signal);
  }
  throw new BitSharesError('INVALID_ANSWER', {
    message: `The account ${account.name} moves faster than it can be read`,
    fix: 'Try again at a quieter time, or against a delayed node near n8n.',
  });
}

async function openingBalancesOf(
  context: IExecuteFunctions,
  itemIndex: number,
  { session, assetsOf }: OpenRange,
): Promise<Map<string, bigint>> {
  const field = openingBalances.label;
  const rows = openingBalances.read(context, itemIndex);
  const names = rows.map(({ asset }) => assetOf(asset, field));
  const assets = names.length === 0 ? [] : await undisputed(assetsOf, session, names);
  const balances = new Map<string, bigint>();
  for (const [index, name] of names.entries()) {
    const asset = assets[index];
    if (asset === null || asset === undefined) {
      throw new BitSharesError('UNKNOWN_ASSET', {
        message: `there is no asset ${name} on this chain`,
        fix: 'Write the symbol exactly as on the chain, or its ID (1.3.x).',
        field,
      });
    }
    // The sum of both and the last of them are both guesses, and a balance that is wrong hides what is missing.
    if (balances.has(asset.id))
      throw invalid(field, `${asset.symbol} is in two rows`, 'Give one row for each asset.');
    balances.set(
      asset.id,
      parseAmount(rows[index]?.['amount'] as string, asset.precision, field, { allowZero: true }),
    );
  }
  return balances;
}

async function report(
  { session, assetsOf, account, from }: OpenRange,
  reconciliation: Reconciliation,
  closing: ReadonlyMap<string, bigint>,
): Promise<IDataObject[]> {
  const results = reconciliation.close(closing);
  const ids = results.map(({ assetId }) => assetId);
  const assets = ids.length === 0 ? [] : await undisputed(assetsOf, session, ids);
  return results.map((result, index) => ({
    account: account.name,
    accountId: account.id,
    ...amounts(result, assets[index] ?? null),
    balanced: result.difference === 0n,
    operations: reconciliation.operations,
    unexplainedOperations: reconciliation.unexplainedOperations,
    unexplained: reconciliation.unexplained.map(({ depositId, name }) => ({ operation: depositId, name })),
    fromBlock: from.position.key.block,
    endpoint: session.endpoint,
  }));
}

function amounts(result: AssetReconciliation, asset: Asset | null): IDataObject {
  const show = (amount: bigint) => (asset === null ? null : formatAmount(amount, asset.precision));
  return {
    asset: asset?.symbol ?? null,
    assetId: result.assetId,
    opening: show(result.opening),
    incoming: show(result.incoming),
    outgoing: show(result.outgoing),
    fees: show(result.fees),
    expected: show(result.expected),
    closing: show(result.closing),
    closingRaw: result.closing.toString(),
    difference: show(result.difference),
    differenceRaw: result.difference.toString(),
    byCause: Object.fromEntries([...result.byCause].map(([cause, amount]) => [cause, show(amount)])),
  };
}
