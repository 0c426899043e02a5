/** Which assets count as deposits, and from which amount: the parameter Assets, and what it means on a chain. */
import type { INodeProperties } from 'n8n-workflow';
import type { NodeSession } from '../../../src/chain/interfaces';
import { undisputed, type AssetSource } from '../../../src/deposits/reading/secondNode';
import { BitSharesError } from '../../../src/errors';
import { parseAmount } from '../../../src/protocol';
import { assetParameter, Parameter, rawParameter } from '../parameters/parameter';
import { rowsOf } from '../parameters/parameterValues';

export interface AssetRow {
  /** Symbol or `1.3.x`. */
  asset: string;
  /** Decimal text; empty for any amount. */
  minimumAmount: string;
}

const assetOfRow = assetParameter({
  displayName: 'Asset',
  name: 'asset',
  type: 'string',
  default: '',
  placeholder: 'e.g. BTS or 1.3.0',
  description: 'Symbol or ID of the asset',
});

const minimumOfRow = rawParameter({
  displayName: 'Minimum Amount',
  name: 'minimumAmount',
  type: 'string',
  default: '',
  placeholder: 'e.g. 0.5',
  description: 'Smaller movements are left out. Leave empty for all.',
});

/** The parameter, with what is its own in each node: the default and the words. */
export function acceptedAssets(
  own: Required<Pick<INodeProperties, 'default' | 'description'>>,
  row: { asset: string; minimumAmount: string } = {
    asset: assetOfRow.description.description ?? '',
    minimumAmount: minimumOfRow.description.description ?? '',
  },
): Parameter<AssetRow[]> {
  return new Parameter(
    {
      displayName: 'Assets',
      name: 'assets',
      type: 'fixedCollection',
      typeOptions: { multipleValues: true },
      placeholder: 'Add Asset',
      default: {},
      description: 'Which assets to accept',
      options: [
        {
          displayName: 'Asset',
          name: 'rows',
          values: [
            assetOfRow.with({ description: row.asset }).description,
            minimumOfRow.with({ description: row.minimumAmount }).description,
          ],
        },
      ],
    },
    (value, { displayName }) =>
      rowsOf(value, displayName).map(({ asset, minimumAmount }) => ({
        asset: assetOfRow.parse(asset),
        minimumAmount: String(minimumAmount ?? '').trim(),
      })),
  ).with(own);
}

/** Base units by asset id. Matching by id is what tells an asset from its look-alikes. */
export async function minimumAmounts(
  session: Pick<NodeSession, 'assets' | 'endpoint'>,
  rows: readonly AssetRow[],
  assetsOf: AssetSource,
): Promise<Map<string, bigint>> {
  const names = rows.map(({ asset }) => asset);
  const assets = rows.length === 0 ? [] : await undisputed(assetsOf, session, names);
  const minimums = new Map<string, bigint>();
  rows.forEach(({ asset: name, minimumAmount }, index) => {
    const asset = assets[index];
    if (asset === null || asset === undefined) {
      throw new BitSharesError('UNKNOWN_ASSET', {
        message: `there is no asset ${name} on ${session.endpoint}`,
        fix: 'Write the symbol exactly as on the chain, or its ID (1.3.x).',
        field: assetOfRow.label,
      });
    }
    const minimum =
      minimumAmount === ''
        ? 0n
        : parseAmount(minimumAmount, asset.precision, minimumOfRow.label, { allowZero: true });
    // An asset may stand in two rows, by symbol and by id: what either of them accepts is accepted.
    const other = minimums.get(asset.id);
    minimums.set(asset.id, other !== undefined && other < minimum ? other : minimum);
  });
  return minimums;
}
