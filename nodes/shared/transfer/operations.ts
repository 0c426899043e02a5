/** The transfer operations, whoever signs: a rule that is added here holds for every node that pays. */
import {
  broadcastPrepared,
  parsePreparedTransaction,
  withdrawalStatus,
} from '../../../src/withdrawals/sending/settleTransaction';
import { quoteWithdrawal } from '../../../src/withdrawals/sending/quote';
import { formatIntent } from '../../../src/withdrawals/transaction/intent';
import { forEachItem, shownFor, type NodeOperation } from '../items/operation';
import type { Field, Parameter } from '../parameters/parameter';
import { forEachWithdrawal, runBatch } from './batch';
import * as fields from './fields';
import { identity, limitsOf, plainRequest, requestOf } from './orders';
import type { OpenWithdrawals } from './withdrawals';

/** How a node asks whose money it is. */
export interface Payer {
  /** The account that must pay; null where the credential alone says it. */
  account: Parameter<string | null>;
  /** Asked as well where something signed is sent or looked for, because the signer needs it. */
  ofSigned: Field[];
}

export interface TransferOperations {
  broadcast: NodeOperation;
  getStatus: NodeOperation;
  prepare: NodeOperation;
  quote: NodeOperation;
  send: NodeOperation;
}

export function transferOperations(open: OpenWithdrawals, { account, ofSigned }: Payer): TransferOperations {
  /** Send, and Prepare, which is Send without sending. */
  const request = [
    account,
    fields.describedBy,
    fields.intent,
    ...fields.shownWithFields([...fields.paymentFields, fields.withdrawalId, fields.requestedAt]),
  ];
  return {
    /** Sends exactly the bytes that Prepare signed. Repeating it can never pay twice. */
    broadcast: {
      description: shownFor(
        'transfer',
        ['broadcast'],
        [
          ...ofSigned,
          fields.transaction,
          fields.withdrawalId,
          fields.requestedAt,
          fields.waitFor,
          fields.maximumWait,
        ],
      ),
      movesMoney: true,
      async execute(items) {
        return open(this, items, (withdrawalsOf) =>
          forEachWithdrawal(
            this,
            items,
            (i) => withdrawalsOf(i).group,
            async (itemIndex) => {
              const { context } = withdrawalsOf(itemIndex);
              const order = {
                ...identity(this, itemIndex),
                transaction: parsePreparedTransaction(
                  fields.transaction.read(this, itemIndex),
                  context.chain,
                ),
                expiration: null,
                waitFor: fields.waitFor.read(this, itemIndex),
                maximumWait: fields.maximumWait.read(this, itemIndex),
              };
              return { ...(await broadcastPrepared(order, context)) };
            },
          ),
        );
      },
    },

    /** Looks only: nothing is built, signed or sent. */
    getStatus: {
      description: shownFor(
        'transfer',
        ['getStatus'],
        [...ofSigned, fields.withdrawalId, fields.requestedAt, fields.attemptOptions],
      ),
      async execute(items) {
        return open(this, items, (withdrawalsOf) =>
          forEachItem(this, items, async (itemIndex) => {
            const { context } = withdrawalsOf(itemIndex);
            const { expiration, transaction } = fields.attemptOf(this, itemIndex);
            const order = {
              ...identity(this, itemIndex),
              transaction: transaction === null ? null : parsePreparedTransaction(transaction, context.chain),
              expiration,
              waitFor: 'broadcast' as const,
              maximumWait: 0,
            };
            return { ...(await withdrawalStatus(order, context)) };
          }),
        );
      },
    },

    /**
     * Checks and signs, and sends nothing: the workflow stores the transaction and hands it to Broadcast. While its window
     * lasts, Send and every other Prepare of the same withdrawal make the very same transaction.
     */
    prepare: {
      description: shownFor('transfer', ['prepare'], [...request, fields.waitingOptions]),
      movesMoney: true,
      async execute(items) {
        return open(this, items, (withdrawalsOf) =>
          runBatch(
            this,
            items,
            withdrawalsOf,
            'prepare',
            (itemIndex, { chain }) => {
              const options = fields.waitingOptions.read(this, itemIndex);
              return {
                request: requestOf(this, itemIndex, options, chain),
                payingAccount: account.read(this, itemIndex),
                ...limitsOf(options),
                waitFor: 'broadcast',
                maximumWait: options.of(fields.maximumWait),
              };
            },
            // Text, so that it fits into one column of a table.
            ({ item, transaction }) => ({
              ...item,
              transaction: transaction === null ? null : JSON.stringify(transaction),
            }),
          ),
        );
      },
    },

    /**
     * The complete intent and all checks, without a private key and without sending anything. Whatever does not hold is an
     * error, because nothing of this withdrawal can be on its way yet.
     */
    quote: {
      description: shownFor(
        'transfer',
        ['quote'],
        [account, ...fields.paymentFields, fields.withdrawalId, fields.requestedAt, fields.paymentOptions],
      ),
      async execute(items) {
        return open(this, items, (withdrawalsOf) =>
          forEachWithdrawal(
            this,
            items,
            (i) => withdrawalsOf(i).group,
            async (itemIndex) => {
              const { context, memoKey } = withdrawalsOf(itemIndex);
              const options = fields.paymentOptions.read(this, itemIndex);
              const order = {
                request: plainRequest(this, itemIndex, options),
                payingAccount: account.read(this, itemIndex),
                ...limitsOf(options),
                waitFor: 'broadcast' as const,
                maximumWait: 0,
              };
              const { chain, nodes, clock, caches, keys } = context;
              const quoted = await quoteWithdrawal(order, {
                chain,
                nodes,
                clock,
                caches,
                account: keys.account,
                memoKey,
              });
              // Text, so that it fits into one column of a table.
              return { ...quoted.item, intent: formatIntent(quoted.intent) };
            },
          ),
        );
      },
    },

    /** Pays each withdrawal once, however often and wherever it is run. */
    send: {
      description: shownFor('transfer', ['send'], [...request, fields.waitFor, fields.waitingOptions]),
      movesMoney: true,
      async execute(items) {
        return open(this, items, (withdrawalsOf) =>
          runBatch(
            this,
            items,
            withdrawalsOf,
            'send',
            (itemIndex, { chain }) => {
              const options = fields.waitingOptions.read(this, itemIndex);
              return {
                request: requestOf(this, itemIndex, options, chain),
                payingAccount: account.read(this, itemIndex),
                ...limitsOf(options),
                waitFor: fields.waitFor.read(this, itemIndex),
                maximumWait: options.of(fields.maximumWait),
              };
            },
            ({ item }) => ({ ...item }),
          ),
        );
      },
    },
  };
}
