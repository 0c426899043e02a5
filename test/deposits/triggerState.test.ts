import { endOfBlock } from '../../src/deposits/reading/depositKey';
import { newTriggerState, ownerError, readTriggerState } from '../../src/deposits/trigger/triggerState';
import { BitSharesError } from '../../src/errors';
import { chainId } from '../support/memoryChain';

const state = newTriggerState(chainId, '1.2.1', { sequence: 4, key: endOfBlock(9) }, 'ws://node');

describe('the stored state', () => {
  it('survives being stored as JSON', () => {
    const full = {
      ...state,
      inFlight: { a: 2 },
      waiting: ['a'],
      done: ['b'],
      setAside: [{ depositId: 'c', attempts: 6, since: '2026-11-22T12:00:00.000Z' }],
      gaps: [{ fromSequence: 1, toSequence: 5, fromBlock: 1, toBlock: 9, expected: 5, found: 4 }],
      deliveredAgain: ['c'],
      checkpointKey: 'k',
    };
    expect(readTriggerState(JSON.parse(JSON.stringify(full)))).toEqual(full);
  });

  it.each<[string, unknown]>([
    ['nothing', null],
    ['a list', []],
    ['a text', 'x'],
    ['another version', { ...state, version: 2 }],
    ['a position without a key', { ...state, position: { sequence: 4 } }],
    ['a negative sequence number', { ...state, position: { sequence: -1, key: '9:end' } }],
    ['a fraction', { ...state, position: { sequence: 1.5, key: '9:end' } }],
    ['a foreign chain id', { ...state, chainId: 'BTS' }],
    ['an attempt that is no number', { ...state, inFlight: { a: '1' } }],
    ['set-aside deposits that are none', { ...state, setAside: [1] }],
    ['a missing list', { ...state, done: undefined }],
  ])('%s is POSITION_CORRUPT and says what to do', (_, value) => {
    const error = readTriggerState(value);
    expect(error).toBeInstanceOf(BitSharesError);
    expect(error).toMatchObject({ code: 'POSITION_CORRUPT', fix: expect.stringContaining('Start From') });
  });

  it('belongs to one account on one chain', () => {
    expect(ownerError(state, chainId, '1.2.1')).toBeNull();
    expect(ownerError(state, chainId, '1.2.2')).toMatchObject({ code: 'POSITION_OF_OTHER_ACCOUNT' });
    expect(ownerError(state, '0'.repeat(64), '1.2.1')).toMatchObject({ code: 'POSITION_OF_OTHER_ACCOUNT' });
  });
});
