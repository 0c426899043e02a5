import { Frames } from '../../src/rpc/frames';

/** What is seen in a stream of bytes that passes in pieces of so many. */
function seen(hex: string, atOnce: number): unknown[] {
  const told: unknown[] = [];
  const frames = new Frames({
    piece: (bytes, pieces) => told.push(['message', bytes, pieces]),
    pinged: (bytes) => told.push(['ping', bytes]),
    farewell: () => told.push('farewell'),
  });
  const stream = Buffer.from(hex.replaceAll(' ', ''), 'hex');
  for (let i = 0; i < stream.length; i += atOnce) frames.pass(stream.subarray(i, i + atOnce));
  return told;
}

const bytes = (count: number) => 'aa'.repeat(count);

test.each([1, 2, 3, 7, 65_536])('the heads of frames are read in pieces of %i bytes', (atOnce) => {
  // A text, an empty text, a text of 300 bytes and one of 65,536.
  expect(seen(`81 03 ${bytes(3)} 81 00 82 7e 012c ${bytes(300)}`, atOnce)).toEqual([
    ['message', 3, 1],
    ['message', 0, 1],
    ['message', 300, 1],
  ]);
  expect(seen(`81 7f 0000000000010000 ${bytes(65_536)} 81 01 aa`, atOnce)).toEqual([
    ['message', 65_536, 1],
    ['message', 1, 1],
  ]);
  // A message in three pieces, with a ping and a pong between them and a farewell behind it.
  expect(seen(`01 02 ${bytes(2)} 89 01 aa 00 00 8a 00 80 04 ${bytes(4)} 88 02 03e8`, atOnce)).toEqual([
    ['message', 2, 1],
    ['ping', 1],
    ['message', 2, 2],
    ['ping', 0],
    ['message', 6, 3],
    'farewell',
  ]);
  // A mask, which is no part of the message.
  expect(seen(`81 82 01020304 ${bytes(2)} 89 00`, atOnce)).toEqual([
    ['message', 2, 1],
    ['ping', 0],
  ]);
});

test('a size is known as soon as it is announced', () => {
  expect(seen('81 7f 0000000280000000', 65_536)).toEqual([['message', 10 * 1024 ** 3, 1]]);
  expect(seen('81 7f ffffffffffffffff', 65_536)).toEqual([['message', 2 ** 64, 1]]);
});
