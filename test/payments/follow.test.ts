/** The loop in which everything that is sent is followed, on a clock that stands still until the test moves it. */
import type { Clock } from '../../src/chain/interfaces';
import { follow } from '../../src/payments/follow';
import { ManualClock, settled } from '../support/manualClock';

/** What is followed, as the test has it. */
interface Script {
  /** How long a round, by its number, says that nothing new is to be seen. It may throw, and take its time. */
  round?: (round: number) => number | Promise<number>;
  /** Asked with the milliseconds that have passed. */
  timeLeft?: (passed: number) => number;
  failed?: (error: unknown) => void;
}

function start({ round = () => 500, timeLeft = () => 60_000, failed = () => {} }: Script = {}) {
  const clock = new ManualClock();
  const stopping = new AbortController();
  /** When each round began, and how long each sleep between them was to be. */
  const seen = { rounds: [] as number[], slept: [] as number[], state: 'running' as unknown };
  const watched: Clock = {
    now: () => clock.now(),
    sleep: (ms, signal) => {
      // So that a loop without a pause fails instead of hanging.
      if (seen.slept.push(ms) > 200) throw new Error('it does not end');
      return clock.sleep(ms, signal);
    },
  };
  const followed = {
    round: async () => round(seen.rounds.push(clock.now()) - 1),
    failed,
    timeLeft: () => timeLeft(clock.now()),
  };
  /** Through the first round, to the first sleep. */
  const begin = () => {
    void follow(followed, { clock: watched, signal: stopping.signal }).then(
      () => (seen.state = 'over'),
      (error: unknown) => (seen.state = error),
    );
    return settled();
  };
  return { clock, stopping, seen, begin };
}

/** The pauses of the rounds; the last one again and again. */
const pauses =
  (...all: number[]) =>
  (round: number) =>
    all[Math.min(round, all.length - 1)] ?? 0;
const failing = (): never => {
  throw new Error('the node is gone');
};

describe('how long it goes on', () => {
  test('at least one round, also where no time is left at all', async () => {
    const { seen, begin } = start({ timeLeft: () => 0 });
    await begin();
    expect(seen).toEqual({ rounds: [0], slept: [], state: 'over' });
  });

  test('until the round after which nothing is open any more, without another sleep', async () => {
    let open = 3;
    const { clock, seen, begin } = start({ timeLeft: () => (--open > 0 ? 60_000 : 0) });
    await begin();
    await clock.advance(60_000);
    expect(seen).toEqual({ rounds: [0, 500, 1000], slept: [500, 500], state: 'over' });
  });

  test('for as long as something is open', async () => {
    const { clock, seen, begin } = start({ round: pauses(1000) });
    await begin();
    await clock.advance(99_999);
    expect([seen.rounds.length, seen.state]).toEqual([100, 'running']);
  });

  test('until the end of the time, where the last round is, and no pause longer', async () => {
    const { clock, seen, begin } = start({ round: pauses(3000), timeLeft: (passed) => 7000 - passed });
    await begin();
    await clock.advance(60_000);
    expect(seen).toEqual({ rounds: [0, 3000, 6000, 7000], slept: [3000, 3000, 1000], state: 'over' });
  });

  test.each([NaN, 0, -1, -Infinity])('not after a time left of %p, which would be no pause', async (left) => {
    const { clock, seen, begin } = start({ timeLeft: () => left });
    await begin();
    await clock.advance(60_000);
    expect(seen).toEqual({ rounds: [0], slept: [], state: 'over' });
  });
});

describe('between two rounds it sleeps', () => {
  test('as long as the round before said that nothing new is to be seen', async () => {
    const { clock, seen, begin } = start({ round: pauses(500, 3000, 1500, 10_000) });
    await begin();
    await clock.advance(6000);
    expect(seen.rounds).toEqual([0, 500, 3500, 5000]);
  });

  test('until that time has passed, and not a millisecond less', async () => {
    const { clock, seen, begin } = start({ round: pauses(3000) });
    await begin();
    await clock.advance(2999);
    expect(seen.rounds).toEqual([0]);
    await clock.advance(1);
    expect(seen.rounds).toEqual([0, 3000]);
  });
});

describe('a failed round', () => {
  test('is reported, and followed by another after one second', async () => {
    const failures: unknown[] = [];
    const { clock, seen, begin } = start({
      round: (round) => (round === 1 ? failing() : 3000),
      failed: (error) => failures.push(error),
    });
    await begin();
    await clock.advance(4000);
    expect(seen).toEqual({ rounds: [0, 3000, 4000], slept: [3000, 1000, 3000], state: 'running' });
    expect(failures).toEqual([new Error('the node is gone')]);
  });

  test('is the last where nothing is open once it is reported', async () => {
    let open = true;
    const { clock, seen, begin } = start({
      round: failing,
      failed: () => (open = false),
      timeLeft: () => (open ? 60_000 : 0),
    });
    await begin();
    await clock.advance(60_000);
    expect(seen).toEqual({ rounds: [0], slept: [], state: 'over' });
  });

  test('pauses no longer than the time that is left', async () => {
    const { clock, seen, begin } = start({ round: failing, timeLeft: (passed) => 1200 - passed });
    await begin();
    await clock.advance(60_000);
    expect(seen).toEqual({ rounds: [0, 1000, 1200], slept: [1000, 200], state: 'over' });
  });

  test('ends everything with what is thrown when it is reported', async () => {
    const fault = new TypeError('a fault of ours');
    const { clock, seen, begin } = start({
      round: failing,
      failed: () => {
        throw fault;
      },
    });
    await begin();
    await clock.advance(60_000);
    expect(seen).toEqual({ rounds: [0], slept: [], state: fault });
  });
});

describe('an abort', () => {
  test('wakes who sleeps, and no other round begins', async () => {
    const { clock, stopping, seen, begin } = start({ round: pauses(3000) });
    await begin();
    await clock.advance(100);
    expect(seen.state).toBe('running');
    stopping.abort();
    await settled();
    expect([clock.now(), seen.rounds, seen.state]).toEqual([100, [0], 'over']);
  });

  test.each([
    ['ends well', () => 500],
    ['fails', failing],
  ])('in the middle of a round that %s begins no other', async (_, end) => {
    const { clock, stopping, seen, begin } = start({
      round: async () => {
        await clock.sleep(1000);
        return end();
      },
    });
    await begin();
    await clock.advance(500);
    stopping.abort();
    await settled();
    expect(seen.state).toBe('running');
    await clock.advance(500);
    expect([seen.rounds, seen.state]).toEqual([[0], 'over']);
  });

  test('before the first round begins none', async () => {
    const { stopping, seen, begin } = start();
    stopping.abort();
    await begin();
    expect(seen).toEqual({ rounds: [], slept: [], state: 'over' });
  });
});
