/** A watcher in this process as the trigger has one, in front of an n8n that succeeds at once. */
import { finalHeight } from '../../src/deposits/reading/finality';
import { Handover } from '../../src/deposits/trigger/handover';
import { ItemBuilder } from '../../src/deposits/items/itemBuilder';
import { endOfBlock } from '../../src/deposits/reading/depositKey';
import { newTriggerState } from '../../src/deposits/trigger/triggerState';
import { watchedAccount } from '../../src/deposits/reading/watchedAccount';
import { Watcher } from '../../src/deposits/trigger/watcher';
import type { DepositItem } from '../../src/deposits/items/depositItem';
import { MemoKeyring, PrivateKey } from '../../src/protocol';
import { openNodeClient } from '../../src/rpc/nodeClient';
import { realClock } from '../../test/support/realClock';
import type { ChainFacts } from './messages';

export interface Watching {
  stop(): Promise<void>;
}

/** Begins at the present head of the delayed node. */
export async function startWatching(
  facts: ChainFacts,
  emitted: (item: DepositItem) => void,
): Promise<Watching> {
  const open = (url: string) => openNodeClient({ urls: [url], chainId: facts.chainId }, { clock: realClock });
  const [delayed, trusted] = [open(facts.delayedUrl), open(facts.trustedUrl)];
  const session = await delayed.session();
  const account = await watchedAccount(session, facts.exchange.id);
  const { reached } = finalHeight('delayed', await session.state());
  const { totalOps } = await session.statistics(account.statisticsId);
  const position = { sequence: totalOps, key: endOfBlock(reached) };
  const handover = new Handover(
    newTriggerState(facts.chainId, account.id, position, null),
    {
      confirm: 'success',
      attemptsBeforeSettingAside: 5,
      batchSize: 1,
      redeliverAfterCrash: true,
      countWaitingAsDelivered: false,
    },
    {
      execute: (items) => {
        items.forEach(emitted);
        return Promise.resolve({ kind: 'finished', status: 'success' });
      },
      adopt: () => undefined,
      keyOf: (items, attempt) => `${items[0]?.depositId ?? ''}#${attempt}`,
      store: () => undefined,
      checkpoint: () => Promise.resolve(),
      report: (error) => {
        throw error;
      },
      isLive: () => true,
    },
    realClock,
  );
  const stopping = new AbortController();
  const watcher = new Watcher({
    nodes: () => Promise.resolve({ kind: 'delayed', reading: delayed, trusted }),
    accountId: account.id,
    builder: new ItemBuilder({
      chain: { chainId: facts.chainId, prefix: facts.prefix },
      account,
      keyring: new MemoKeyring([PrivateKey.fromWif(facts.exchange.memoKey)], facts.prefix),
      rules: { incoming: true, outgoing: false, kinds: ['transfer'], minimumAmounts: new Map() },
      includeOperation: false,
      clock: realClock,
    }),
    handover,
    clock: realClock,
    random: Math.random,
    // A chain on a manual clock lives in a time of its own.
    staleAfterSeconds: 0,
    report: (error) => {
      throw error;
    },
  });
  const runs = Promise.all([watcher.run(stopping.signal), handover.run()]);
  return {
    stop: async () => {
      stopping.abort();
      await handover.stop(0);
      await runs;
      delayed.close();
      trusted.close();
    },
  };
}
