import { asDelayed, faultsOf, irreversibleTimeOf, testing } from '../../../../src/chain/health';
import { isoTime } from '../../../../src/protocol';
import { forEachConnectedItem } from '../../../shared/items/connectedItems';
import { systemClock } from '../../../shared/clock';
import type { NodeOperation } from '../../../shared/items/operation';

/** Chain: Get Info. The state of the trusted node, how far the delayed one has come, and what is wrong with either. */
export const getInfo: NodeOperation = {
  description: [],
  async execute(items) {
    return forEachConnectedItem(this, items, async (_, { settings, trusted, delayed }) => {
      const delayedState = await delayed?.state();
      const state = await trusted.state();
      const now = systemClock.now();
      const lastIrreversibleTime = await irreversibleTimeOf(trusted, state);
      const faults = faultsOf({ endpoint: trusted.endpoint, state, lastIrreversibleTime }, testing, now);
      if (delayed !== undefined && delayedState !== undefined) {
        const facts = { endpoint: delayed.endpoint, state: delayedState, lastIrreversibleTime: null };
        faults.push(...faultsOf(facts, asDelayed(testing), now));
      }
      return {
        chainId: settings.chain.chainId,
        headBlock: state.headBlockNumber,
        headTime: isoTime(state.headTime),
        headAgeSeconds: Math.max(0, Math.round(now / 1000 - state.headTime)),
        lastIrreversibleBlock: state.lastIrreversibleBlock,
        participation: state.participation,
        blockInterval: state.blockInterval,
        nextMaintenanceTime: isoTime(state.nextMaintenanceTime),
        delayedHeadBlock: delayedState?.headBlockNumber ?? null,
        delayedHeadTime: delayedState === undefined ? null : isoTime(delayedState.headTime),
        trouble: faults.length === 0 ? null : faults.map(({ message }) => message).join('. '),
      };
    });
  },
};
