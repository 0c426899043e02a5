import { checkWindowLength, windowAt, windowVerdict } from '../../src/withdrawals/transaction/window';

const day = 86_400;
const T = 1_800_000_000; // a multiple of 600 and, at 3600 s, of the maintenance interval

describe('a window is cut at every multiple of 600 s and at every maintenance', () => {
  test.each([
    // head, next maintenance, interval, start, end
    ['in the middle', T + 250, T + 3600, 3600, T, T + 600],
    ['at its first second', T, T + 3600, 3600, T, T + 600],
    ['at its last second', T + 599, T + 3600, 3600, T, T + 600],
    ['just after it', T + 600, T + 3600, 3600, T + 600, T + 1200],
    ['cut short by a maintenance', T + 100, T + 250, day, T, T + 250],
    ['begun by a maintenance', T + 250, T + 250 + day, day, T + 250, T + 600],
    ['after an early maintenance', T + 599, T + 250 + day, day, T + 250, T + 600],
    ['between two maintenances of a short interval', T + 130, T + 180, 90, T + 90, T + 180],
    ['an interval that divides no window', T + 650, T + 700, 700, T + 600, T + 700],
  ])('%s', (_, headTime, nextMaintenanceTime, maintenanceInterval, start, end) => {
    expect(windowAt({ headTime, nextMaintenanceTime, maintenanceInterval })).toEqual({ start, end });
  });

  test('every second belongs to one window, and windows touch without gap or overlap', () => {
    const maintenanceInterval = 1000;
    let previous: { start: number; end: number } | undefined;
    for (let headTime = T; headTime < T + 5000; headTime += 1) {
      const nextMaintenanceTime =
        T + (Math.floor((headTime - T) / maintenanceInterval) + 1) * maintenanceInterval;
      const window = windowAt({ headTime, nextMaintenanceTime, maintenanceInterval });
      expect(window.start).toBeLessThanOrEqual(headTime);
      expect(window.end).toBeGreaterThan(headTime);
      expect(window.end - window.start).toBeLessThanOrEqual(600);
      if (previous !== undefined && previous.start !== window.start) expect(window.start).toBe(previous.end);
      previous = window;
    }
  });

  test('a head time outside its maintenance interval is no answer to build on', () => {
    expect(() => windowAt({ headTime: T, nextMaintenanceTime: T, maintenanceInterval: 3600 })).toThrow(
      /outside its maintenance interval/,
    );
  });
});

describe('a window may be used only when its start is irreversible and enough of it is left', () => {
  const window = { start: T, end: T + 600 };
  test.each([
    ['nothing irreversible yet', T + 60, null, 'start_not_irreversible'],
    ['irreversible before the start', T + 60, T - 3, 'start_not_irreversible'],
    ['irreversible exactly at the start', T + 60, T, 'start_not_irreversible'],
    ['irreversible after the start', T + 60, T + 1, 'usable'],
    ['three block intervals left', T + 591, T + 500, 'usable'],
    ['fewer than three left', T + 592, T + 500, 'nearly_over'],
  ])('%s', (_, headTime, lastIrreversibleTime, verdict) => {
    expect(windowVerdict(window, { headTime, blockInterval: 3 }, lastIrreversibleTime)).toBe(verdict);
  });
});

describe('a chain on which no window can be used is an error, not an endless wait', () => {
  const state = { headTime: T, maintenanceInterval: 3600, maximumTimeUntilExpiration: day };
  test('irreversibility that lags by more than a third of a window', () => {
    expect(() => checkWindowLength(state, T - 200)).not.toThrow();
    expect(() => checkWindowLength(state, T - 201)).toThrow(
      expect.objectContaining({ code: 'WINDOW_TOO_SHORT' }),
    );
  });
  test('a maintenance interval shorter than three lags', () => {
    expect(() => checkWindowLength({ ...state, maintenanceInterval: 30 }, T - 9)).not.toThrow();
    expect(() => checkWindowLength({ ...state, maintenanceInterval: 26 }, T - 9)).toThrow(
      expect.objectContaining({ code: 'WINDOW_TOO_SHORT' }),
    );
  });
  test('transactions that may not live for a window', () => {
    expect(() => checkWindowLength({ ...state, maximumTimeUntilExpiration: 599 }, T)).toThrow(
      expect.objectContaining({ code: 'WINDOW_TOO_SHORT' }),
    );
  });
});
