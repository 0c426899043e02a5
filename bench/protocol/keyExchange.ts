/** Shared secrets, by ours and by each primitive that could be used for them. */
import { KeyExchange } from '../../src/protocol/keyExchange';
import type { Bench } from '../bench';
import { inTurn, keyExchangeLimits } from '../peers/primitives';
import { exchangeKey, senderKey } from './memos';

/** Chooses the primitive: run it on the versions of Node that matter before changing `src/protocol/keyExchange.ts`. */
export const keyExchange: Bench = {
  name: 'key-exchange',
  about: 'shared secrets with keys that were not met before, without anything around',
  run: async (context) => {
    const points = Array.from({ length: 200 }, (_, index) => senderKey(index).publicKey.bytes);
    const exchange = new KeyExchange(exchangeKey.secretBytes());
    return [
      await context.compare('', 'secrets', [
        { name: 'ours', role: 'ours', run: inTurn(points, (point) => exchange.sharedX(point)) },
        ...(await keyExchangeLimits(exchangeKey.secretBytes(), points)),
      ]),
    ];
  },
};
