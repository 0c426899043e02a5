/** The chain of the demo: devchain with the accounts of an exchange, on the real clock with one block a second. */

import { randomBytes } from 'node:crypto';

import { Devchain } from '../devchain';

/** A transfer that is in a block. */
export interface ChainTransfer {
  /** depositId of the transfer: chain, block, transaction in the block, operation in the transaction, virtual operation. */
  key: string;
  transactionId: string;
  blockNumber: number;
  /** Account names. */
  from: string;
  to: string;
  /** Base units of the core asset. */
  amountRaw: bigint;
}

export interface DemoChain {
  chainId: string;
  prefix: string;
  trustedUrl: string;
  delayedUrl: string;
  accounts: { deposits: string; hotWallet: string; customer: string };
  /** The private keys (WIF) of an account. */
  keysOf(account: string): { memo: string; active: string };
  /** A payment of the core asset with an encrypted memo, made by a wallet outside n8n. Gives the transaction id. */
  pay(payment: { from: string; to: string; amount: string; memo: string }): Promise<string>;
  /** Every transfer of the core asset in the blocks, oldest first, reversible ones included. */
  transfers(): ChainTransfer[];
  /** The number of the last irreversible block. */
  lastIrreversible(): number;
  stop(): Promise<void>;
}

const accounts = { deposits: 'exchange-deposits', hotWallet: 'exchange-hot', customer: 'customer' };
/** Holds what the others get: money that an account has from the first block on is in no operation, and no books would balance. */
const treasury = 'treasury';
const prefix = 'BTS';

/** Base units of an amount of the core asset, which has five decimals. */
export function baseUnits(amount: string): bigint {
  const [whole = '', fraction = ''] = amount.split('.');
  return BigInt(whole + fraction.padEnd(5, '0'));
}

/**
 * Starts the chain with half an hour of (empty) past: a withdrawal refers to the last block at or before its window's start, and
 * windows begin every ten minutes.
 */
export async function startDemoChain(): Promise<DemoChain> {
  const past = 1800;
  const chain = await Devchain.start({
    // Keys and chain id differ at every start: nothing signed here is valid anywhere else.
    seed: randomBytes(16).toString('hex'),
    clock: 'real',
    blockInterval: 1,
    prefix,
    startTime: Math.floor(Date.now() / 1000) - past,
    accounts: [
      { name: treasury, balances: { BTS: '1000000' } },
      ...Object.values(accounts).map((name) => ({ name })),
    ],
  });
  for (const to of [accounts.hotWallet, accounts.customer])
    chain.transfer({ from: treasury, to, amount: '100000' });
  chain.advance(Math.floor(Date.now() / 1000) - chain.head.seconds);

  const names = new Map(Object.values(accounts).map((name) => [chain.account(name).id, name]));
  const irreversible: ChainTransfer[] = [];
  let scanned = 0;
  const transfersIn = (number: number): ChainTransfer[] => {
    const block = chain.block(number);
    return (block?.transactions ?? []).flatMap(({ id, transaction }, trxInBlock) =>
      transaction.operations.flatMap((operation, opInTrx) => {
        if (operation[0] !== 0) return [];
        const { amount, from, to } = operation[1];
        if (amount.asset_id !== '1.3.0') return [];
        const key = `${chain.chainId.slice(0, 8)}:${number}:${trxInBlock}:${opInTrx}:0`;
        const parties = { from: names.get(from) ?? from, to: names.get(to) ?? to };
        return [{ key, transactionId: id, blockNumber: number, amountRaw: amount.amount, ...parties }];
      }),
    );
  };

  return {
    chainId: chain.chainId,
    prefix,
    trustedUrl: chain.trustedUrl,
    delayedUrl: chain.delayedUrl,
    accounts,
    keysOf: (account) => chain.account(account).keys,
    pay: async ({ from, to, amount, memo }) => chain.transfer({ from, to, amount, memo }),
    transfers: () => {
      // Irreversible blocks never change: each is read once.
      for (; scanned < chain.lastIrreversible; scanned += 1) irreversible.push(...transfersIn(scanned + 1));
      const reversible: ChainTransfer[] = [];
      for (let number = scanned + 1; number <= chain.head.number; number += 1)
        reversible.push(...transfersIn(number));
      return [...irreversible, ...reversible];
    },
    lastIrreversible: () => chain.lastIrreversible,
    stop: () => chain.stop(),
  };
}
