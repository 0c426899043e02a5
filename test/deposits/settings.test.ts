import { BitSharesTrigger } from '../../nodes/BitSharesTrigger/BitSharesTrigger.node';
import { readTriggerSettings } from '../../nodes/BitSharesTrigger/settings';

function settings(parameters: Record<string, unknown>, timezone = 'UTC') {
  const values: Record<string, unknown> = { account: 'exchange', ...parameters };
  return readTriggerSettings({
    getNodeParameter: ((name: string, fallback: unknown) => values[name] ?? fallback) as never,
    getTimezone: () => timezone,
  });
}

describe('the parameters of the trigger', () => {
  it('the defaults in the editor are the defaults of the trigger', () => {
    const { properties } = new BitSharesTrigger().description;
    const defaults = Object.fromEntries(properties.map(({ name, default: value }) => [name, value]));
    const inEditor = settings({ ...defaults, account: 'exchange' });
    expect(inEditor).toEqual({
      ...settings({}),
      assets: [{ asset: '1.3.0', minimumAmount: '' }],
    });
    const options = properties.find(({ name }) => name === 'options')?.options as {
      name: string;
      default: unknown;
    }[];
    expect(
      settings({ options: Object.fromEntries(options.map((option) => [option.name, option.default])) }),
    ).toEqual(settings({}));
  });

  it.each([
    ['2026-11-22T12:00:00Z', 'Europe/Berlin', '2026-11-22T12:00:00Z'],
    ['2026-11-22T12:00:00+02:00', 'Europe/Berlin', '2026-11-22T10:00:00Z'],
    ['2026-11-22T12:00:00', 'Europe/Berlin', '2026-11-22T11:00:00Z'],
    ['2026-07-22 12:00:00', 'Europe/Berlin', '2026-07-22T10:00:00Z'],
    ['2026-11-22T12:00:00', 'America/New_York', '2026-11-22T17:00:00Z'],
  ])('the start %s in the zone %s is %s', (startTime, timezone, expected) => {
    expect(settings({ startFrom: 'time', startTime }, timezone).start).toEqual({
      kind: 'time',
      time: Date.parse(expected) / 1000,
    });
  });

  it('a start block is a number or a depositId', () => {
    expect(settings({ startFrom: 'block', startBlock: '17' }).start).toEqual({ kind: 'block', block: 17 });
    expect(settings({ startFrom: 'block', startBlock: ' 4018d784:1:0:0:0 ' }).start).toEqual({
      kind: 'after',
      depositId: '4018d784:1:0:0:0',
    });
  });

  it('an empty Start From means Now, as it always did', () => {
    expect(settings({ startFrom: '' }).start).toEqual({ kind: 'now' });
  });

  it.each<[string, Record<string, unknown>]>([
    ['Account', { account: ' ' }],
    ['Trigger On', { triggerOn: 'withdrawal' }],
    ['Start From', { startFrom: 'tomorrow' }],
    ['Start Block', { startFrom: 'block', startBlock: '0' }],
    ['Start Block', { startFrom: 'block', startBlock: 'x' }],
    ['Start Time', { startFrom: 'time', startTime: 'soon' }],
    ['Start Time', { startFrom: 'time', startTime: '2026-02-30T12:00:00' }],
    ['Start Time', { startFrom: 'time', startTime: '1 Nov 2026 12:00' }],
    ['Start Time', { startFrom: 'time', startTime: '2026-11-22T12:00:00+99:00' }],
    ['Confirm Delivery', { confirmDelivery: 'never' }],
    ['Asset', { assets: { rows: [{ asset: '' }] } }],
    ['Batch Size', { options: { batchSize: 0 } }],
    ['Attempts Before Setting Aside', { options: { attemptsBeforeSettingAside: 1.5 } }],
    ['Operation Kinds', { options: { operationKinds: [] } }],
    ['Operation Kinds', { options: { operationKinds: ['transfer', 'gift'] } }],
    ['Stale After', { options: { staleAfter: -1 } }],
    ['Stale After', { options: { staleAfter: null } }],
    ['Stale After', { options: { staleAfter: [] } }],
    ['Redeliver After a Crash', { options: { redeliverAfterCrash: 'false' } }],
    ['Batch Size', { options: { batchSize: 1e21 } }],
    ['Assets', { assets: [{ asset: 'BTS' }] }],
    ['Assets', { assets: { rows: 'BTS' } }],
    ['Assets', { assets: 'BTS' }],
    ['Account', { account: ['exchange'] }],
  ])('a wrong %s is named', (field, parameters) => {
    expect(() => settings(parameters)).toThrow(expect.objectContaining({ field, fix: expect.any(String) }));
  });
});
