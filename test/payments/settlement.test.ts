import { nextStep, settle, type Attempts } from '../../src/payments/settlement';

describe('the outcome follows from what is proved', () => {
  const place = { blockNumber: 7 };
  const of = (lastExpiration: number | null, isFaulty = false): Attempts => ({ lastExpiration, isFaulty });
  const absent = (through: number) => ({ at: 'absent', through }) as const;
  test.each<[string, Parameters<typeof settle>[0], Attempts, string, boolean, boolean]>([
    ['nothing known', { at: 'unseen' }, of(100), 'unknown', false, false],
    ['a node has it', { at: 'pending' }, of(100), 'in_mempool', false, false],
    ['in a block', { at: 'in block', place }, of(100), 'in_block', false, false],
    ['in an irreversible block', { at: 'irreversible', place }, of(100), 'irreversible', true, true],
    ['a proposal may pay it', { at: 'proposed' }, of(100), 'unknown', false, false],
    ['a fault: its id may have been used before', { at: 'unseen' }, of(100, true), 'unknown', false, false],
    ['a fault, absent at the end of every attempt', absent(100), of(100, true), 'unknown', false, false],
    ['a fault, absent after the end of every attempt', absent(101), of(100, true), 'rejected', false, true],
    [
      'a fault, and paid all the same',
      { at: 'irreversible', place },
      of(1, true),
      'irreversible',
      true,
      true,
    ],
    ['absent before its expiration', absent(99), of(100), 'unknown', false, false],
    ['absent at its expiration: the next block may hold it', absent(100), of(100), 'unknown', false, false],
    ['absent after its expiration', absent(101), of(100), 'expired', false, true],
    ['absent, and another attempt may follow', absent(101), of(null), 'unknown', false, false],
  ])('%s', (_, standing, attempts, outcome, paid, final) => {
    const settlement = settle(standing, attempts);
    expect(settlement).toEqual({ outcome, paid, final });
    expect(nextStep(settlement, { reason: null, expiration: null, repeat: 'Again.' })).not.toBe('');
  });
});
