import { startExchange, type Exchange } from './onDevchain';

let exchange: Exchange;
beforeEach(async () => {
  exchange = await startExchange();
});
afterEach(() => exchange.stop());

test('a withdrawal on a chain as young as three blocks becomes irreversible and is paid once', async () => {
  const { chain, send, order } = exchange;
  const before = chain.head.seconds;
  const [result] = await send([order({ memo: 'invoice 7' })]);
  console.log(JSON.stringify(result?.item, null, 1), chain.head.seconds - before);
  expect(result?.item).toMatchObject({
    outcome: 'irreversible',
    paid: true,
    final: true,
    alreadyPaid: false,
  });
  expect(exchange.paymentsTo('alice')).toBe(1);
});
