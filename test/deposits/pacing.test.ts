import { Pacing } from '../../src/deposits/items/pacing';

/** A clock on which work takes as long as the test says. */
function workClock() {
  const clock = {
    time: 0,
    pauses: 0,
    now: () => clock.time,
    sleep: () => Promise.resolve(void clock.pauses++),
  };
  return clock;
}

// Time is simulated; what it takes in reality depends on what else the machine does.
jest.setTimeout(120_000);

describe('long work', () => {
  it('is interrupted after 5 ms of work, not of waiting', async () => {
    const clock = workClock();
    const pacing = new Pacing(clock);
    const piece = () => pacing.work(() => (clock.time += 2));
    piece();
    clock.time += 1000;
    piece();
    expect(pacing.isDue).toBe(false);
    piece();
    expect(pacing.isDue).toBe(true);
    await pacing.pause();
    expect(clock.pauses).toBe(1);
    expect(pacing.isDue).toBe(false);
  });

  it('gives the result of each piece', () => {
    expect(new Pacing(workClock()).work(() => 'read')).toBe('read');
    expect(new Pacing(null).work(() => 'read')).toBe('read');
  });
});
