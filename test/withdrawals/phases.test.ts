/** What follows from a look, rule by rule: money may move only where blocks prove that nothing was paid. */
import { BitSharesError } from '../../src/errors';
import type { SignedTransaction } from '../../src/protocol';
import {
  decide,
  type Caller,
  type Mode,
  type Phase,
  type PhaseAt,
} from '../../src/withdrawals/sending/phases';
import type { WithdrawalStanding } from '../../src/withdrawals/proof/standing';

const fault = new BitSharesError('INVALID_AMOUNT', { message: 'x' });
/** Only what decides is filled in. */
const phases = {
  asked: { at: 'asked' },
  faulty: { at: 'faulty', fault, lastExpiration: 100 },
  formed: { at: 'formed' },
  built: { at: 'built' },
  signed: { at: 'signed', transaction: {} as SignedTransaction },
  'handed in': { at: 'handed in', attempt: { transactionId: 'id', expiration: 100 } },
  'looked for': { at: 'looked for', expiration: 100 },
} as unknown as { [At in Phase['at']]: PhaseAt<At> };
const proposed = (over: boolean, final: boolean) =>
  ({ at: 'proposed', proposal: { over, final } }) as WithdrawalStanding;
const absent = (through: number): WithdrawalStanding => ({ at: 'absent', through });
const unseen: WithdrawalStanding = { at: 'unseen' };
const pending: WithdrawalStanding = { at: 'pending' };
const inBlock = { at: 'in block', place: {} } as WithdrawalStanding;
const irreversible = { at: 'irreversible', place: {} } as WithdrawalStanding;
const caller = (mode: Mode, more: Partial<Caller> = {}): Caller => ({
  mode,
  waitFor: 'irreversible',
  timeLeft: 60_000,
  ...more,
});
const modes: Mode[] = ['send', 'prepare', 'propose'];

describe('a new transaction', () => {
  test.each(modes)('follows from proved absence alone (%s)', (mode) => {
    for (const at of ['asked', 'formed', 'built'] as const) {
      expect(decide(phases[at], absent(50), caller(mode))).toBe('act');
      expect(decide(phases[at], unseen, caller(mode))).toBe('wait');
      expect(decide(phases[at], inBlock, caller(mode))).toBe('wait');
      expect(decide(phases[at], irreversible, caller(mode))).toBe('done');
      expect(decide(phases[at], proposed(false, false), caller(mode))).not.toBe('act');
      expect(decide(phases[at], proposed(true, true), caller(mode))).toBe('done');
    }
  });
  test.each(['send', 'propose'] as const)(
    'is sent again where nothing is seen of it, by proof (%s)',
    (mode) => {
      expect(decide(phases.signed, absent(50), caller(mode))).toBe('act');
      expect(decide(phases.signed, unseen, caller(mode))).toBe('wait');
      expect(decide(phases.signed, pending, caller(mode))).toBe('wait');
      expect(decide(phases.signed, pending, caller(mode, { waitFor: 'broadcast' }))).toBe('done');
    },
  );
  test('is what Prepare is about, also while a copy is on its way', () => {
    expect(decide(phases.built, pending, caller('prepare'))).toBe('act');
    for (const standing of [pending, unseen, absent(50)])
      expect(decide(phases.signed, standing, caller('prepare'))).toBe('done');
  });
});

test('what was handed in is sent until it is dead, and not beside an open proposal', () => {
  const { 'handed in': phase } = phases;
  expect(decide(phase, unseen, caller('broadcast'))).toBe('act');
  expect(decide(phase, absent(100), caller('broadcast'))).toBe('act');
  expect(decide(phase, absent(101), caller('broadcast'))).toBe('done');
  expect(decide(phase, proposed(false, true), caller('broadcast'))).toBe('wait');
  expect(decide(phase, proposed(true, true), caller('broadcast'))).toBe('wait');
});

test('what is looked for is never acted upon', () => {
  const { 'looked for': phase } = phases;
  for (const standing of [unseen, absent(100), proposed(false, true), inBlock])
    expect(decide(phase, standing, caller('look'))).toBe('wait');
  expect(decide(phase, absent(101), caller('look'))).toBe('done');
});

test.each([
  ['send', false, false, 'done'],
  ['prepare', false, false, 'done'],
  ['propose', false, false, 'wait'],
  ['propose', false, true, 'done'],
  ['propose', true, false, 'done'],
] as const)('%s waits only for the own proposal (over: %s, final: %s): %s', (mode, over, final, expected) => {
  expect(decide(phases.formed, proposed(over, final), caller(mode))).toBe(expected);
});

test('a fault waits for the death of earlier attempts where the time is enough, and never acts', () => {
  const { faulty } = phases;
  expect(decide(faulty, absent(50), caller('send'))).toBe('wait');
  expect(decide(faulty, absent(50), caller('send', { timeLeft: 50_000 }))).toBe('done');
  expect(decide(faulty, absent(50), caller('send', { waitFor: 'block' }))).toBe('done');
  expect(decide(faulty, unseen, caller('send'))).toBe('done');
  expect(decide(faulty, absent(101), caller('send'))).toBe('done');
  expect(decide(faulty, absent(50), caller('send', { timeLeft: NaN }))).toBe('done');
});
