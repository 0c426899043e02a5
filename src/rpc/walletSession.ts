/**
 * One cli_wallet for the length of an execution: its chain is checked first, it is unlocked while it is needed and locked
 * again, and its errors say what they mean.
 */
import type { Clock } from '../chain';
import { BitSharesError, isBitSharesError } from '../errors';
import { Answer } from './answer';
import { displayEndpoint } from './endpoint';
import { openWalletClient, type Post, type WalletClient } from './walletClient';
import { explainWalletError } from './walletErrors';

export interface WalletSettings {
  url: string;
  password: string;
  chainId: string;
}

/** A call to the wallet. `secrets` are cut out of error texts; the wallet's password always is. */
export type WalletCall = (method: string, args?: unknown[], secrets?: string[]) => Promise<unknown>;

/** Somebody else may lock the wallet in between: it is unlocked again, this many times in a row. */
const mostUnlocks = 3;

/** What the wallet's history says instead of a memo (operation_printer.cpp). */
const memoOfLockedWallet = ' -- Unlock wallet to see memo.';

/** Executions of this process that use a wallet at the same time. The last one locks it, so that they do not disturb each other. */
interface Sharing {
  users: number;
  /** It was found locked, so it is left locked. */
  relock: boolean;
}
const shared = new Map<string, Sharing>();

export class WalletSession {
  private readonly client: WalletClient;
  private readonly shown: string;

  private constructor(
    readonly settings: WalletSettings,
    clock: Clock,
    post?: Post,
  ) {
    this.client = openWalletClient({ url: settings.url }, clock, post);
    this.shown = displayEndpoint(settings.url);
  }

  /**
   * Finds the wallet and checks that it is on the chain of the credential.
   *
   * @throws NODE_UNREACHABLE, WRONG_CHAIN, INVALID_ANSWER, REQUEST_TIMEOUT, CONNECTION_LOST
   */
  static async open(settings: WalletSettings, clock: Clock, post?: Post): Promise<WalletSession> {
    const session = new WalletSession(settings, clock, post);
    const chainId = new Answer(await session.call('info'), 'info').field('chain_id').text();
    if (chainId !== settings.chainId) {
      throw new BitSharesError('WRONG_CHAIN', {
        message: `The wallet at ${session.shown} is on chain ${chainId}, the credential is for ${settings.chainId}`,
        fix: 'Choose the right chain in the wallet credential, or start cli_wallet with --chain-id and the node of that chain.',
        data: { chainId, expectedChainId: settings.chainId },
      });
    }
    return session;
  }

  /** Calls without unlocking. Errors as WalletClient, with the codes that their texts mean. */
  readonly call: WalletCall = async (method, args = [], secrets = []) =>
    this.client
      .call(method, args, [...secrets, this.settings.password])
      .catch((error: unknown) =>
        Promise.reject(error instanceof BitSharesError ? explainWalletError(error) : error),
      );

  async isLocked(): Promise<boolean> {
    return new Answer(await this.call('is_locked'), 'is_locked').boolean();
  }

  /** True while the wallet has no password. */
  async isNew(): Promise<boolean> {
    return new Answer(await this.call('is_new'), 'is_new').boolean();
  }

  /**
   * Unlocks the wallet and leaves it so.
   *
   * @throws ACCESS_DENIED for a wrong password; WALLET_LOCKED for a wallet without one
   */
  async unlock(): Promise<void> {
    const { password } = this.settings;
    if (password === '') {
      throw new BitSharesError('ACCESS_DENIED', {
        field: 'Wallet Password',
        message: 'no password is given',
        fix: 'Enter the password of the wallet in the BitShares Wallet API credential.',
      });
    }
    await this.call('unlock', [password]);
  }

  /** From now on the wallet stays as it is when this process has done with it. */
  keepOpen(): void {
    const sharing = shared.get(this.settings.url);
    if (sharing !== undefined) sharing.relock = false;
  }

  /** Locks the wallet; a locked one stays so. */
  async lock(): Promise<void> {
    await this.call('lock').catch((error: unknown) =>
      isBitSharesError(error, 'WALLET_LOCKED') ? undefined : Promise.reject(error),
    );
  }

  /**
   * Runs `work` with an unlocked wallet. A wallet that was locked is locked again, also after an error; one that was
   * unlocked before stays so. A call that the wallet refuses because somebody locked it in between is repeated: it was
   * not carried out. `leftUnlocked` is told when the wallet could not be locked again.
   */
  async unlocked<T>(
    work: (call: WalletCall) => Promise<T>,
    leftUnlocked: (reason: string) => void = () => undefined,
  ): Promise<T> {
    const sharing = shared.get(this.settings.url) ?? { users: 0, relock: false };
    shared.set(this.settings.url, sharing);
    sharing.users += 1;
    try {
      await this.unlockFor(sharing);
      return await work((method, args, secrets) => this.callUnlocked(sharing, method, args, secrets));
    } finally {
      sharing.users -= 1;
      if (sharing.users === 0) {
        shared.delete(this.settings.url);
        if (sharing.relock) {
          await this.lock().catch((error: unknown) => {
            leftUnlocked(error instanceof Error ? error.message : String(error));
          });
        }
      }
    }
  }

  private async unlockFor(sharing: Sharing): Promise<void> {
    if (!(await this.isLocked())) return;
    const before = sharing.relock;
    // Before the call: when its answer is lost, the wallet may be open.
    sharing.relock = true;
    await this.unlock().catch((error: unknown) => {
      if (isBitSharesError(error, 'ACCESS_DENIED', 'WALLET_LOCKED')) sharing.relock = before;
      return Promise.reject(error);
    });
  }

  /** Some methods do not refuse while the wallet is locked: they leave out what they would need its keys for. */
  private async wasLocked(method: string, result: unknown): Promise<boolean> {
    const incomplete =
      method === 'add_transaction_signature'
        ? (result as { signatures?: unknown[] } | null)?.signatures?.length === 0
        : method.endsWith('account_history') && JSON.stringify(result).includes(memoOfLockedWallet);
    return incomplete && this.isLocked();
  }

  private async callUnlocked(
    sharing: Sharing,
    method: string,
    args: unknown[] = [],
    secrets: string[] = [],
  ): Promise<unknown> {
    for (let unlocks = 0; ; unlocks++) {
      const outcome = await this.call(method, args, secrets).then(
        (result) => ({ result }),
        (error: unknown) =>
          isBitSharesError(error, 'WALLET_LOCKED') && unlocks < mostUnlocks ? null : Promise.reject(error),
      );
      if (outcome !== null && !(unlocks < mostUnlocks && (await this.wasLocked(method, outcome.result)))) {
        return outcome.result;
      }
      await this.unlockFor(sharing);
    }
  }
}
