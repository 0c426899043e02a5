/** Work on items with the wallet that the credential of each item names. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { WalletCall } from '../../../src/rpc/walletSession';
import { forEachItem, ofEachItem } from './operation';
import { openWallet, readWalletCredential, type Wallet } from '../credentials/walletCredential';

type ItemWork<T> = (itemIndex: number, own: T) => Promise<IDataObject | IDataObject[]>;

/** The wallet of each item. All are found and checked before anything is done; equal credentials are one wallet. */
export async function walletsOf(
  context: IExecuteFunctions,
  items: INodeExecutionData[],
): Promise<(itemIndex: number) => Wallet> {
  const opened = new Map<string, Promise<Wallet>>();
  return ofEachItem(context, items, async (itemIndex) => {
    const credential = readWalletCredential(await context.getCredentials('bitSharesWalletApi', itemIndex));
    const key = JSON.stringify(credential);
    const wallet = opened.get(key) ?? openWallet(context, credential);
    opened.set(key, wallet);
    return wallet;
  });
}

/** As `forEachItem`, each item with its own wallet. */
export async function forEachWalletItem(
  context: IExecuteFunctions,
  items: INodeExecutionData[],
  work: ItemWork<Wallet>,
): Promise<INodeExecutionData[]> {
  const walletOf = await walletsOf(context, items);
  return forEachItem(context, items, async (itemIndex) => work(itemIndex, walletOf(itemIndex)));
}

/** What an item may do while its wallet is unlocked. */
export interface UnlockedWallet {
  wallet: Wallet;
  call: WalletCall;
}

/**
 * As `forEachWalletItem`, with each wallet unlocked from its first item to the end of the batch: unlocking anew for every
 * item would take seconds.
 *
 * @param check Throws for an item whose wallet must not even be unlocked
 */
export async function forEachUnlockedItem(
  context: IExecuteFunctions,
  items: INodeExecutionData[],
  work: ItemWork<UnlockedWallet>,
  check: (itemIndex: number, wallet: Wallet) => void = () => undefined,
): Promise<INodeExecutionData[]> {
  const walletOf = await walletsOf(context, items);
  const unlocked = new Map<Wallet, Promise<WalletCall>>();
  const locked: Promise<void>[] = [];
  let endOfBatch: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    endOfBatch = resolve;
  });
  const unlock = (wallet: Wallet): Promise<WalletCall> =>
    new Promise((resolve, reject) => {
      const work = (call: WalletCall): Promise<void> => {
        resolve(call);
        return ended;
      };
      locked.push(wallet.unlocked(work).catch(reject));
    });
  try {
    return await forEachItem(context, items, async (itemIndex) => {
      const wallet = walletOf(itemIndex);
      check(itemIndex, wallet);
      const call = unlocked.get(wallet) ?? unlock(wallet);
      unlocked.set(wallet, call);
      return work(itemIndex, { wallet, call: await call });
    });
  } finally {
    endOfBatch();
    await Promise.all(locked);
  }
}
