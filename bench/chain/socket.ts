import { openNodeClient } from '../../src/rpc/nodeClient';
import type { OpenSocket } from '../../src/rpc/socket';
import { realClock } from '../../test/support/realClock';
import { atLeastTimes, type Bench } from '../bench';
import { openWs } from '../peers/wsSocket';
import { ChainProcess } from './chainProcess';

const platform = "the platform's WebSocket";
const inFlight = 8;

/** Questions to the delayed node over one connection each, eight on their way at a time. */
export const socket: Bench = {
  name: 'socket',
  about: "questions to a node over the platform's WebSocket and over ws",
  run: async (context) => {
    const { chain, facts } = await ChainProcess.start({});
    try {
      const blocks = 20;
      const fill = { count: 1000, perBlock: 50, memoLength: 32, newKeys: false };
      const { head } = await chain.order('fill', fill, context.progress);
      const contestant = (ask: 'block' | 'chainId', openSocket?: OpenSocket) => {
        const client = openNodeClient(
          { urls: [facts.delayedUrl], chainId: facts.chainId },
          { clock: realClock, ...(openSocket === undefined ? {} : { openSocket }) },
        );
        return {
          name: openSocket === undefined ? platform : 'ws',
          role: openSocket === undefined ? ('ours' as const) : ('peer' as const),
          run: async (count: number) => {
            const session = await client.session();
            for (let done = 0; done < count; done += inFlight) {
              await Promise.all(
                Array.from({ length: Math.min(inFlight, count - done) }, (_, i) =>
                  ask === 'block' ? session.block(head - ((done + i) % blocks)) : session.chainId(),
                ),
              );
            }
          },
          end: () => client.close(),
        };
      };
      const compare = (size: string, ask: 'block' | 'chainId') =>
        context.compare(size, 'answers', [contestant(ask), contestant(ask, openWs)], (measured) =>
          atLeastTimes(measured, 'ws', 0.8),
        );
      return [
        await compare('answers of 100 bytes', 'chainId'),
        await compare('blocks of 50 transfers', 'block'),
      ];
    } finally {
      chain.stop();
    }
  },
};
