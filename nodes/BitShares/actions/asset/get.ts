import type { IDataObject } from 'n8n-workflow';
import type { Asset } from '../../../../src/chain/interfaces';
import { forEachConnectedItem } from '../../../shared/items/connectedItems';
import { requireAsset } from '../../../shared/parameters/lookup';
import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import { assetField } from '../../../shared/parameters/parameters';

/** Asset: Get. */
export const get: NodeOperation = {
  description: shownFor('asset', ['get'], [assetField]),
  async execute(items) {
    return forEachConnectedItem(this, items, async (itemIndex, { trusted }) =>
      assetItem(await requireAsset(trusted, assetField.read(this, itemIndex))),
    );
  },
};

/** Bits of `flags` in bitshares-core, asset_ops.hpp. */
const whiteList = 0x02;
const overrideAuthority = 0x04;
const transferRestricted = 0x08;

/** An asset as an item: how to write its amounts, and what its issuer can do to a holder. */
export function assetItem(asset: Asset): IDataObject {
  return {
    asset: asset.symbol,
    assetId: asset.id,
    precision: asset.precision,
    issuerId: asset.issuerId,
    issuerCanTakeBack: (asset.flags & overrideAuthority) !== 0,
    holdersNeedApproval: (asset.flags & whiteList) !== 0,
    transfersThroughIssuerOnly: (asset.flags & transferRestricted) !== 0,
  };
}
