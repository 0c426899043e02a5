import { isDead, isReached, placeOf, type Standing, type WaitFor } from '../../src/payments/standing';

const place = { blockNumber: 7 };
const absent = (through: number) => ({ at: 'absent', through }) as const;
type At = Standing<unknown>['at'];

describe('a transaction is dead only when a final block is later than its expiration and no block holds it', () => {
  test.each<[string, Standing<unknown> | { at: 'proposed' }, number | null, boolean]>([
    ['absent through the second before its expiration', absent(99), 100, false],
    ['absent through its expiration: the next block may hold it', absent(100), 100, false],
    ['absent through the second after its expiration', absent(101), 100, true],
    ['absent for ever, where no transaction is the last one', absent(Number.MAX_SAFE_INTEGER), null, false],
    ['absent where the last one expired at the beginning of time', absent(1), 0, true],
    ['unseen', { at: 'unseen' }, 0, false],
    ['pending', { at: 'pending' }, 0, false],
    ['in a block', { at: 'in block', place }, 0, false],
    ['in an irreversible block', { at: 'irreversible', place }, 0, false],
    ['proposed', { at: 'proposed' }, 0, false],
  ])('%s', (_, standing, expiration, dead) => {
    expect(isDead(standing, expiration)).toBe(dead);
  });
});

describe('a caller is satisfied by what it waits for and by everything stronger', () => {
  //  waits for                   broadcast, block, irreversible
  const reached: Record<At, [boolean, boolean, boolean]> = {
    irreversible: [true, true, true],
    'in block': [true, true, false],
    pending: [true, false, false],
    absent: [false, false, false],
    unseen: [false, false, false],
  };
  const waits: Record<WaitFor, number> = { broadcast: 0, block: 1, irreversible: 2 };
  const cases = (Object.keys(reached) as At[]).flatMap((at) =>
    (Object.keys(waits) as WaitFor[]).map((waitFor) => [at, waitFor, reached[at][waits[waitFor]]] as const),
  );

  test('each standing is looked at for each wait', () => {
    expect(cases).toHaveLength(5 * 3);
  });
  test.each(cases)('what is %s, for who waits for %s: %s', (at, waitFor, expected) => {
    expect(isReached(waitFor, at)).toBe(expected);
  });
});

describe('only what is in a block has a place', () => {
  test.each<[Standing<typeof place> | { at: 'proposed' }, typeof place | null]>([
    [{ at: 'irreversible', place }, place],
    [{ at: 'in block', place }, place],
    [{ at: 'pending' }, null],
    [absent(100), null],
    [{ at: 'unseen' }, null],
    [{ at: 'proposed' }, null],
  ])('%j: %j', (standing, expected) => {
    expect(placeOf(standing)).toBe(expected);
  });
});
