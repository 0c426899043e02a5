import { inGroups } from '../../src/withdrawals/sending/inGroups';

test('a failed group ends only when nothing of it runs any more: late work would write into the next round', async () => {
  let running = 0;
  const ends: (() => void)[] = [];
  const begun: number[] = [];
  const work = inGroups([...Array(200).keys()], async (item) => {
    begun.push(item);
    running += 1;
    if (item === 1) {
      running -= 1;
      throw new Error('item 1 failed');
    }
    await new Promise<void>((resolve) => ends.push(resolve));
    running -= 1;
  });
  let ended = false;
  const result = work.then(
    () => 'resolved',
    (error: Error) => {
      ended = true;
      return error.message;
    },
  );
  await new Promise((resolve) => setImmediate(resolve));
  expect(running).toBeGreaterThan(1);
  expect(ended).toBe(false);
  for (const end of ends) end();
  expect(await result).toBe('item 1 failed');
  expect(running).toBe(0);
  // Nothing of the next group was begun.
  expect(begun.length).toBeLessThan(200);
});
