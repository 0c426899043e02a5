import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { DepositItem } from '../../../../src/deposits/items/depositItem';
import { readRange } from '../../../../src/deposits/reading/depositRange';
import { ItemBuilder } from '../../../../src/deposits/items/itemBuilder';
import { movementKinds, type MovementKind } from '../../../../src/deposits/reading/movement';
import { minimumAmounts } from '../../../BitSharesTrigger/preparation';
import { assetRows } from '../../../BitSharesTrigger/settings';
import { forEachConnectedItem } from '../../../shared/items/connectedItems';
import { optionalKeysOf } from '../../../shared/credentials/credentials';
import { memoKeyring } from '../../../shared/credentials/keysCredential';
import { ofEachItem, shownFor, type NodeOperation } from '../../../shared/items/operation';
import { checkMemoKeys, needlessActiveKey } from '../../../shared/credentials/memoKeyFit';
import { booleanOf, choice, choices, wholeNumberOf } from '../../../shared/parameters/parameterValues';
import { accountField } from '../../../shared/parameters/parameters';
import {
  acceptGapsField,
  checkGap,
  endFields,
  forRange,
  openRange,
  readingNodes,
  startFields,
} from './range';

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

const description: INodeProperties[] = shownFor(
  'deposit',
  ['getMany'],
  [
    accountField,
    {
      displayName: 'Direction',
      name: 'direction',
      type: 'options',
      options: [
        { name: 'Both', value: 'both' },
        { name: 'In', value: 'in', description: 'Deposits' },
        { name: 'Out', value: 'out', description: 'Payments sent' },
      ],
      default: 'in',
    },
    {
      displayName: 'Assets',
      name: 'assets',
      type: 'fixedCollection',
      typeOptions: { multipleValues: true },
      placeholder: 'Add Asset',
      default: {},
      description: 'Which assets to accept, by ID. Without any row every asset is given, look-alikes too.',
      options: [
        {
          displayName: 'Asset',
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
              displayName: 'Minimum Amount',
              name: 'minimumAmount',
              type: 'string',
              default: '',
              placeholder: 'e.g. 0.5',
              description: 'Smaller movements are left out. Leave empty for all.',
            },
          ],
        },
      ],
    },
    ...startFields,
    ...endFields,
    {
      displayName: 'Return All',
      name: 'returnAll',
      type: 'boolean',
      default: false,
      description: 'Whether to return all results or only up to a given limit',
    },
    {
      displayName: 'Limit',
      name: 'limit',
      type: 'number',
      typeOptions: { minValue: 1 },
      default: 50,
      displayOptions: { show: { returnAll: [false] } },
      description: 'Max number of results to return',
    },
    {
      displayName: 'Options',
      name: 'options',
      type: 'collection',
      placeholder: 'Add Option',
      default: {},
      options: [
        acceptGapsField,
        {
          displayName: 'Include Raw Operation',
          name: 'includeRawOperation',
          type: 'boolean',
          default: false,
          description: 'Whether to add the operation as the node shows it, in the field operation',
        },
        {
          displayName: 'Operation Kinds',
          name: 'operationKinds',
          type: 'multiOptions',
          options: movementKinds
            .map((value) => ({ name: kindNames[value], value }))
            .sort((a, b) => a.name.localeCompare(b.name)),
          default: ['transfer'],
          description: 'Which movements count. Customers pay by Transfer.',
        },
      ],
    },
  ],
);

const chooseKeys =
  'Some memos are encrypted. Choose a keys credential with the memo key of the account to read memos.';

/** Deposit: Get Many. The items of the trigger, oldest first, read and proved in the same way. */
export const getMany: NodeOperation = {
  description,
  async execute(items) {
    const credentialName = this.getNode().credentials?.['bitSharesKeysApi']?.name;
    const hints = new Set<string>();
    const keysOfItem = await ofEachItem(this, items, (itemIndex) => optionalKeysOf(this, itemIndex));
    const output = await forEachConnectedItem(this, items, async (itemIndex, { settings, ...nodes }) => {
      const keys = keysOfItem(itemIndex);
      const keyring = memoKeyring(keys, settings.chain);
      const reading = readingNodes(nodes, settings.chain);
      return forRange(reading, async (session) => {
        const range = await openRange(this, itemIndex, reading, session);
        const { assetsOf, account, from, lastBlock, height } = range;
        if (keys !== undefined) {
          const question = { keys, keyring, chain: settings.chain, credentialName };
          await checkMemoKeys(session, account.id, question);
        }
        const direction = choice(
          this.getNodeParameter('direction', itemIndex),
          ['in', 'out', 'both'],
          'Direction',
        );
        const options = this.getNodeParameter('options', itemIndex, {}) as IDataObject;
        const limit = booleanOf(this.getNodeParameter('returnAll', itemIndex), 'Return All')
          ? Number.POSITIVE_INFINITY
          : wholeNumberOf(this.getNodeParameter('limit', itemIndex), 'Limit', { minimum: 1 });
        const builder = new ItemBuilder({
          chain: settings.chain,
          account,
          keyring,
          rules: {
            incoming: direction !== 'out',
            outgoing: direction !== 'in',
            kinds: choices(options['operationKinds'] ?? ['transfer'], movementKinds, 'Operation Kinds'),
            minimumAmounts: await minimumAmounts(
              session,
              assetRows(this.getNodeParameter('assets', itemIndex, {})),
              assetsOf,
            ),
          },
          includeOperation: options['includeRawOperation'] === true,
        });
        const found: DepositItem[] = [];
        const acceptGaps = options['acceptGaps'] === true;
        for await (const page of readRange(session, account, from, lastBlock, height)) {
          checkGap(page.gap, acceptGaps);
          found.push(...(await builder.build(session, page.operations, assetsOf)).map(({ item }) => item));
          if (found.length < limit) continue;
          checkGap(page.gapWhenLeft, acceptGaps);
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
