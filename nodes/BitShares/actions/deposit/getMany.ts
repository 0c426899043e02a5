import type { IDataObject } from 'n8n-workflow';
import type { DepositItem } from '../../../../src/deposits/items/depositItem';
import { readRange } from '../../../../src/deposits/reading/depositRange';
import { ItemBuilder } from '../../../../src/deposits/items/itemBuilder';
import { movementKinds, type MovementKind } from '../../../../src/deposits/reading/movement';
import { acceptedAssets, minimumAmounts } from '../../../shared/deposits/acceptedAssets';
import { forEachConnectedItem } from '../../../shared/items/connectedItems';
import { optionalKeysOf } from '../../../shared/credentials/credentials';
import { memoKeyring } from '../../../shared/credentials/keysCredential';
import { ofEachItem, shownFor, type NodeOperation } from '../../../shared/items/operation';
import { checkMemoKeys, needlessActiveKey } from '../../../shared/credentials/memoKeyFit';
import {
  booleanParameter,
  choiceParameter,
  choicesParameter,
  OptionsParameter,
} from '../../../shared/parameters/parameter';
import { accountField, includeRawOperation, limitField } from '../../../shared/parameters/parameters';
import { acceptGaps, checkGap, endFields, forRange, openRange, readingNodes, startFields } from './range';

const kindNames: Record<MovementKind, string> = {
  asset_issue: 'Asset Issue',
  balance_claim: 'Balance Claim',
  htlc_redeemed: 'HTLC Redeemed',
  override_transfer: 'Override Transfer',
  transfer: 'Transfer',
  transfer_from_blind: 'Transfer From Blind',
  vesting_balance_withdraw: 'Vesting Balance Withdraw',
  withdraw_permission_claim: 'Withdraw Permission Claim',
};

const directionField = choiceParameter({
  displayName: 'Direction',
  name: 'direction',
  type: 'options',
  options: [
    { name: 'Both', value: 'both' },
    { name: 'In', value: 'in', description: 'Deposits' },
    { name: 'Out', value: 'out', description: 'Payments sent' },
  ],
  default: 'in',
});

const assets = acceptedAssets({
  default: {},
  description: 'Which assets to accept, by ID. Without any row every asset is given, look-alikes too.',
});

const returnAll = booleanParameter({
  displayName: 'Return All',
  name: 'returnAll',
  type: 'boolean',
  default: false,
  description: 'Whether to return all results or only up to a given limit',
});

const operationKinds = choicesParameter({
  displayName: 'Operation Kinds',
  name: 'operationKinds',
  type: 'multiOptions',
  options: movementKinds
    .map((value) => ({ name: kindNames[value], value }))
    .sort((a, b) => a.name.localeCompare(b.name)),
  default: ['transfer'],
  description: 'Which movements count. Customers pay by Transfer.',
});

const optionsField = new OptionsParameter([acceptGaps, includeRawOperation, operationKinds], 'Add Option');

const chooseKeys =
  'Some memos are encrypted. Choose a keys credential with the memo key of the account to read memos.';

/** Deposit: Get Many. The items of the trigger, oldest first, read and proved in the same way. */
export const getMany: NodeOperation = {
  description: shownFor(
    'deposit',
    ['getMany'],
    [
      accountField,
      directionField,
      assets,
      ...startFields,
      ...endFields,
      returnAll,
      limitField.with({ displayOptions: { show: { returnAll: [false] } } }),
      optionsField,
    ],
  ),
  async execute(items) {
    const credentialName = this.getNode().credentials?.['bitSharesKeysApi']?.name;
    const hints = new Set<string>();
    const keysOfItem = await ofEachItem(this, items, (itemIndex) => optionalKeysOf(this, itemIndex));
    const output = await forEachConnectedItem(this, items, async (itemIndex, { settings, ...nodes }) => {
      const keys = keysOfItem(itemIndex);
      const keyring = memoKeyring(keys, settings.chain);
      const reading = readingNodes(nodes, settings.chain);
      return forRange(reading, async (session) => {
        const range = await openRange(this, itemIndex, reading, session, { hasEnd: true });
        const { assetsOf, account, from, lastBlock, height } = range;
        if (keys !== undefined) {
          const question = { keys, keyring, chain: settings.chain, credentialName };
          await checkMemoKeys(session, account.id, question);
        }
        const direction = directionField.read(this, itemIndex);
        const options = optionsField.readFound(this, itemIndex);
        const limit = returnAll.read(this, itemIndex)
          ? Number.POSITIVE_INFINITY
          : limitField.read(this, itemIndex);
        const builder = new ItemBuilder({
          chain: settings.chain,
          account,
          keyring,
          rules: {
            incoming: direction !== 'out',
            outgoing: direction !== 'in',
            kinds: options.of(operationKinds),
            minimumAmounts: await minimumAmounts(session, assets.read(this, itemIndex), assetsOf),
          },
          includeOperation: options.of(includeRawOperation),
        });
        const found: DepositItem[] = [];
        const gapsAccepted = options.of(acceptGaps);
        for await (const page of readRange(session, account, from, lastBlock, height)) {
          checkGap(page.gap, gapsAccepted);
          found.push(...(await builder.build(session, page.operations, assetsOf)).map(({ item }) => item));
          if (found.length < limit) continue;
          checkGap(page.gapWhenLeft, gapsAccepted);
          break;
        }
        const given = found.slice(0, limit);
        const spending = needlessActiveKey(keys);
        if (spending !== null) hints.add(spending);
        if (keys === undefined && given.some(({ memoStatus }) => memoStatus === 'no_key')) {
          hints.add(chooseKeys);
        }
        return given.map((item) => ({ ...item }) as unknown as IDataObject);
      });
    });
    for (const message of hints) this.addExecutionHints({ message, location: 'outputPane' });
    return output;
  },
};
