/**
 * The keys with which one activation reads memos, and whether they fit the account. They are read anew where a memo stayed
 * unread or the account changed its keys: n8n restarts no trigger for an edited credential.
 */
import { createHash } from 'node:crypto';
import type { ITriggerFunctions } from 'n8n-workflow';
import type { Clock, NodeSession } from '../../src/chain/interfaces';
import type { AccountOperation, WatchedAccount } from '../../src/deposits/reading/accountOperation';
import type { BuiltItem } from '../../src/deposits/items/itemBuilder';
import type { WatcherParts } from '../../src/deposits/trigger/watcher';
import { BitSharesError, isBitSharesError, rethrow } from '../../src/errors';
import { MemoKeyring, type Chain, type DecodedMemo, type MemoDecoder } from '../../src/protocol';
import { triggerKeysOf } from '../shared/credentials/credentials';
import { memoKeyring, type Keys } from '../shared/credentials/keysCredential';
import { toNodeError } from '../shared/items/nodeErrors';
import { memoKeyMisfit, needlessActiveKey, type MemoKeyMisfit } from '../shared/credentials/memoKeyFit';

type Context = Pick<ITriggerFunctions, 'getCredentials' | 'getNode'>;
type Builder = WatcherParts['builder'];

/** How the keys and the account's memo key were found. */
export interface MemoKeyFit {
  /** Null when the keys fit, or there are none on purpose. */
  misfit: MemoKeyMisfit | null;
  /** The same for the same keys and memo key; null without keys. */
  fingerprint: string | null;
}

/** While the keys fit, strangers' memos are no reason to look at them all the time. */
const lookAgainMs = 60_000;
const accountUpdate = 6;

export class MemoKeys implements MemoDecoder {
  private keys: Keys | undefined;
  private keyring: MemoKeyring;
  private fits = true;
  private lookedAt = Number.NEGATIVE_INFINITY;
  /** A look that failed. */
  private isOwed = false;

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
    this.keys = await triggerKeysOf(this.context);
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
      return { misfit: null, fingerprint: null };
    }
    const credentialName = this.context.getNode().credentials?.['bitSharesKeysApi']?.name;
    const misfit = memoKeyMisfit({ keys, keyring, account, chain, credentialName });
    this.fits = misfit === null;
    const compared = [account.id, account.memoKey, ...keyring.publicKeys].join(' ');
    return { misfit, fingerprint: digestOf(compared) };
  }

  /**
   * A builder that looks at the keys when they may have stopped fitting, and reads the memos of that page with the keys that
   * it finds. No deposit waits for this: keys that cannot be read are noted, and what the node did not answer is asked again
   * with the next page.
   */
  watch(builder: Builder, accountId: string, note: (fit: MemoKeyFit) => void): Builder {
    const isReadAgain = async (
      session: NodeSession,
      operations: readonly AccountOperation[],
      built: readonly BuiltItem[],
    ): Promise<boolean> => {
      const isUnread = built.some(({ item }) => item.memoStatus === 'no_key');
      if (!this.isDue(isUnread, operations, accountId)) return false;
      return (await this.lookAgain(session, accountId, note)) && isUnread;
    };
    return {
      checkHeld: (session, read) => builder.checkHeld(session, read),
      eachOf: async function* (session, operations, assetsOf) {
        const built: BuiltItem[] = [];
        let trouble: { error: unknown } | null = null;
        try {
          for await (const item of builder.eachOf(session, operations, assetsOf)) built.push(item);
        } catch (error) {
          trouble = { error };
        }
        if (await isReadAgain(session, operations, built)) {
          yield* builder.eachOf(session, operations, assetsOf);
          return;
        }
        yield* built;
        if (trouble !== null) throw trouble.error;
      },
    };
  }

  /** @returns whether memos are read with other keys from now on */
  private async lookAgain(
    session: NodeSession,
    accountId: string,
    note: (fit: MemoKeyFit) => void,
  ): Promise<boolean> {
    let isOther: boolean;
    try {
      isOther = await this.read();
    } catch (error) {
      note(this.unreadable(error));
      return false;
    }
    this.isOwed = true;
    try {
      const fit = await this.compare(session, accountId);
      this.isOwed = false;
      note(fit);
    } catch (error) {
      if (!isBitSharesError(error)) rethrow(error);
    }
    return isOther;
  }

  private unreadable(error: unknown): MemoKeyFit {
    const { message } = toNodeError(this.context.getNode(), error);
    this.fits = false;
    const fix = isBitSharesError(error) ? error.fix : undefined;
    return {
      misfit: {
        message: `the keys credential cannot be read. ${message}`,
        fix: fix ?? 'Open the keys credential and save it again.',
      },
      fingerprint: digestOf(message),
    };
  }

  private isDue(isUnread: boolean, operations: readonly AccountOperation[], accountId: string): boolean {
    const isChanged = operations.some(
      ({ operation: [type, fields] }) =>
        type === accountUpdate && (fields as { account?: unknown }).account === accountId,
    );
    if (isChanged || this.isOwed) return true;
    if (!isUnread || this.keys === undefined) return false;
    const now = this.clock.now();
    return !this.fits || now - this.lookedAt >= lookAgainMs || now < this.lookedAt;
  }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
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
