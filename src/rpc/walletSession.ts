/**
 * One cli_wallet for the length of an execution: its chain is checked first, it is unlocked while it is needed and locked
 * again, and its errors say what they mean.
 */
import type { Clock } from '../chain/interfaces';
import { BitSharesError, isBitSharesError } from '../errors';
import { labels } from '../labels';
import { Answer } from './answer';
import { displayEndpoint } from './endpoint';
import { Secret } from './secretExit';
import { openWalletClient, type WalletClient, type WalletNetwork } from './walletClient';
import { explainWalletError } from './walletErrors';

export interface WalletSettings {
  url: string;
  password: string;
  chainId: string;
}

/** A call to the wallet. Keys among the arguments are given as `Secret`. */
export type WalletCall = (method: string, args?: unknown[]) => Promise<unknown>;

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
    network?: WalletNetwork,
  ) {
    const { url, password } = settings;
    this.client = openWalletClient({ url, secrets: [password] }, clock, network);
    this.shown = displayEndpoint(settings.url);
  }

  /**
   * Finds the wallet and checks that it is on the chain of the credential.
   *
   * @throws NODE_UNREACHABLE, WRONG_CHAIN, INVALID_ANSWER, REQUEST_TIMEOUT, CONNECTION_LOST
   */
  static async open(settings: WalletSettings, clock: Clock, network?: WalletNetwork): Promise<WalletSession> {
    const session = new WalletSession(settings, clock, network);
    const info = await session.call('info').catch((error: unknown) => session.notAWallet(error));
    const chainId = new Answer(info, 'info').field('chain_id').text();
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
  readonly call: WalletCall = async (method, args = []) =>
    this.client
      .call(method, args)
      .catch((error: unknown) =>
        Promise.reject(error instanceof BitSharesError ? explainWalletError(error) : error),
      );

  /** Whoever has no method `info` is no cli_wallet; a full node, the usual mistake, says so by its chain id. */
  private async notAWallet(error: unknown): Promise<never> {
    if (
      !isBitSharesError(error, 'WALLET_ERROR') ||
      !/^Method not found/i.test(String(error.data.nodeMessage))
    )
      throw error;
    const chainId = await this.call('call', ['database', 'get_chain_id', []]).catch(() => null);
    throw typeof chainId === 'string' && /^[0-9a-f]{64}$/.test(chainId)
      ? new BitSharesError('INVALID_ANSWER', {
          message: `${this.shown} is a node, not cli_wallet`,
          fix: 'Enter the address given to cli_wallet with -H, usually port 8092.',
        })
      : new BitSharesError('INVALID_ANSWER', {
          message: `${this.shown} is not cli_wallet: it has no method info`,
          fix: 'Enter the address given to cli_wallet (bitshares-core 6 or later) with -H, usually port 8092.',
        });
  }

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
    if (this.settings.password === '') throw noPassword();
    await this.call('unlock', [this.password]);
  }

  /**
   * Gives a new wallet its password.
   *
   * @throws ACCESS_DENIED for an empty one, which would leave a wallet that nobody can unlock
   */
  async setPassword(): Promise<void> {
    if (this.settings.password === '') throw noPassword();
    await this.call('set_password', [this.password]);
  }

  /** Wallet URL and Wallet Password are in one credential. */
  private get password(): Secret {
    return new Secret(this.settings.password, 'the address beside it');
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
      return await work((method, args) => this.callUnlocked(sharing, method, args));
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
      if (isBitSharesError(error, 'ACCESS_DENIED', 'NODE_UNREACHABLE', 'WALLET_LOCKED'))
        sharing.relock = before;
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

  private async callUnlocked(sharing: Sharing, method: string, args: unknown[] = []): Promise<unknown> {
    for (let unlocks = 0; ; unlocks++) {
      const outcome = await this.call(method, args).then(
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

function noPassword(): BitSharesError {
  return new BitSharesError('ACCESS_DENIED', {
    field: labels.walletPassword,
    message: 'no password is given',
    fix: 'Enter the password of the wallet in the BitShares Wallet API credential.',
  });
}
