/**
 * The keys with which one activation reads memos, and whether they fit the account. They are read anew where a memo stayed
 * unread or the account changed its keys: n8n restarts no trigger for an edited credential.
 */
import { createHash } from 'node:crypto';
import type { ITriggerFunctions } from 'n8n-workflow';
import type { Clock, NodeSession } from '../../src/chain';
import type { AccountOperation, WatchedAccount } from '../../src/deposits/accountOperation';
import type { WatcherParts } from '../../src/deposits/watcher';
import { BitSharesError, isBitSharesError } from '../../src/errors';
import { MemoKeyring, type Chain, type DecodedMemo, type MemoDecoder } from '../../src/protocol';
import { optionalKeysOf } from '../shared/credentials';
import { memoKeyring, type Keys } from '../shared/keysCredential';
import { toNodeError } from '../shared/nodeErrors';
import { memoKeyMisfit, needlessActiveKey, type MemoKeyMisfit } from '../shared/memoKeyFit';

type Context = Pick<ITriggerFunctions, 'getCredentials' | 'getNode'>;
type Builder = WatcherParts['builder'];

/** How the keys and the account's memo key were found. */
export interface MemoKeyFit {
  /** Null when the keys fit, or there are none on purpose. */
  misfit: MemoKeyMisfit | null;
  /** The same for the same keys and memo key. */
  fingerprint: string;
}

/** While the keys fit, strangers' memos are no reason to look at them all the time. */
const lookAgainMs = 60_000;
const accountUpdate = 6;

export class MemoKeys implements MemoDecoder {
  private keys: Keys | undefined;
  private keyring: MemoKeyring;
  private fits = true;
  private lookedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly context: Context,
    private readonly chain: Chain,
    private readonly clock: Pick<Clock, 'now'>,
  ) {
    this.keyring = new MemoKeyring([], chain.prefix);
  }

  decode(...question: Parameters<MemoDecoder['decode']>): DecodedMemo {
    return this.keyring.decode(...question);
  }

  /** What is to be said of a credential that can spend; null when it cannot. */
  get needlessActiveKey(): string | null {
    return needlessActiveKey(this.keys);
  }

  /**
   * Reads the credential.
   *
   * @returns whether memos are read with other keys from now on
   * @throws INVALID_KEY, INVALID_PARAMETER
   */
  async read(): Promise<boolean> {
    this.keys = await optionalKeysOf(this.context);
    const keyring = memoKeyring(this.keys, this.chain);
    if (`${keyring.publicKeys}` === `${this.keyring.publicKeys}`) return false;
    this.keyring = keyring;
    return true;
  }

  /** Compares the keys with the account as the node shows it. */
  async compare(session: Pick<NodeSession, 'account'>, accountId: string): Promise<MemoKeyFit> {
    const { keys, keyring, chain } = this;
    this.lookedAt = this.clock.now();
    const account = keys === undefined ? null : await session.account(accountId);
    if (keys === undefined || account === null) {
      this.fits = true;
      return { misfit: null, fingerprint: '' };
    }
    const credentialName = this.context.getNode().credentials?.['bitSharesKeysApi']?.name;
    const misfit = memoKeyMisfit({ keys, keyring, account, chain, credentialName });
    this.fits = misfit === null;
    const compared = [account.id, account.memoKey, ...keyring.publicKeys].join(' ');
    const fingerprint = createHash('sha256').update(compared).digest('hex').slice(0, 16);
    return { misfit, fingerprint };
  }

  /**
   * A builder that looks at the keys when they may have stopped fitting, and reads the memos of that page with the keys that
   * it finds. No deposit waits for this: what goes wrong is left to the next page.
   */
  watch(builder: Builder, accountId: string, note: (fit: MemoKeyFit) => void): Builder {
    return {
      build: async (session, operations) => {
        const built = await builder.build(session, operations);
        const isUnread = built.some(({ item }) => item.memoStatus === 'no_key');
        if (!this.isDue(isUnread, operations, accountId)) return built;
        try {
          const changed = await this.read();
          note(await this.compare(session, accountId));
          return changed && isUnread ? await builder.build(session, operations) : built;
        } catch (error) {
          if (!session.lost.aborted) note(this.unreadable(error));
          return built;
        }
      },
    };
  }

  private unreadable(error: unknown): MemoKeyFit {
    const { message } = toNodeError(this.context.getNode(), error);
    this.fits = false;
    const fix =
      (isBitSharesError(error) ? error.fix : undefined) ?? 'Open the keys credential and save it again.';
    return { misfit: { message: `the keys could not be compared: ${message}`, fix }, fingerprint: message };
  }

  private isDue(isUnread: boolean, operations: readonly AccountOperation[], accountId: string): boolean {
    const isChanged = operations.some(
      ({ operation: [type, fields] }) =>
        type === accountUpdate && (fields as { account?: unknown }).account === accountId,
    );
    if (isChanged || !isUnread || this.keys === undefined) return isChanged;
    const now = this.clock.now();
    return !this.fits || now - this.lookedAt >= lookAgainMs || now < this.lookedAt;
  }
}

/** The warning of a trigger that goes on. */
export function memoKeysDoNotFit({ message, fix }: MemoKeyMisfit, account: WatchedAccount): BitSharesError {
  return new BitSharesError('MEMO_KEY_MISMATCH', {
    message: `Memos of ${account.name} cannot be read: ${message}`,
    fix: `Deposits go on, with memoStatus no_key. ${fix} An edited credential is used from the next deposit on; another one when the workflow is published again.`,
  });
}

/** The end of that warning. */
export function memoKeysFitAgain(account: WatchedAccount): BitSharesError {
  return new BitSharesError('MEMO_KEY_MISMATCH', {
    message: `Memos of ${account.name} can be read again: the keys credential fits the memo key of the account`,
    fix: 'Nothing is left to do for new deposits. Those that arrived with memoStatus no_key are delivered once more when their depositIds are added to the option Deliver Again.',
  });
}
