import { isoTime } from '../../../../src/protocol';
import { forEachConnectedItem } from '../../../shared/items/connectedItems';
import { systemClock } from '../../../shared/clock';
import type { NodeOperation } from '../../../shared/items/operation';

/** Chain: Get Info. The state of the trusted node, and how far the delayed one has come. */
export const getInfo: NodeOperation = {
  description: [],
  async execute(items) {
    return forEachConnectedItem(this, items, async (_, { settings, trusted, delayed }) => {
      const delayedState = await delayed?.state();
      const state = await trusted.state();
      return {
        chainId: settings.chain.chainId,
        headBlock: state.headBlockNumber,
        headTime: isoTime(state.headTime),
        headAgeSeconds: Math.max(0, Math.round(systemClock.now() / 1000 - state.headTime)),
        lastIrreversibleBlock: state.lastIrreversibleBlock,
        participation: state.participation,
        blockInterval: state.blockInterval,
        nextMaintenanceTime: isoTime(state.nextMaintenanceTime),
        delayedHeadBlock: delayedState?.headBlockNumber ?? null,
        delayedHeadTime: delayedState === undefined ? null : isoTime(delayedState.headTime),
      };
    });
  },
};
