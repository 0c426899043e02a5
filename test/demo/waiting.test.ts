import { DemoFailure, DemoStopped } from '../../demo/failure';
import { messageOf, waitFor, withDeadline } from '../../demo/waiting';

const signal = new AbortController().signal;

test('an error while looking means "not yet"', async () => {
  let looks = 0;
  const look = async () => {
    looks += 1;
    if (looks < 3) throw new Error('connection refused');
    return 'here';
  };
  expect(await waitFor(look, { what: 'it', deadline: 5000, every: 1, signal })).toBe('here');
});

test('a DemoFailure while looking ends the wait at once', async () => {
  const look = () => Promise.reject(new DemoFailure('n8n ended'));
  await expect(waitFor(look, { what: 'it', deadline: 5000, every: 1, signal })).rejects.toThrow('n8n ended');
});

test('a wait is bounded, and its failure says what was awaited and the last error', async () => {
  const look = () => Promise.reject(new Error('connection refused'));
  await expect(waitFor(look, { what: 'the ledger', deadline: 0, every: 1, signal })).rejects.toThrow(
    'Waited 0 s for the ledger. The last try said: connection refused',
  );
});

test('a stop ends a wait', async () => {
  const stop = new AbortController();
  const look = async () => {
    stop.abort();
    return undefined;
  };
  const waiting = waitFor(look, { what: 'it', deadline: 60_000, every: 60_000, signal: stop.signal });
  await expect(waiting).rejects.toBeInstanceOf(DemoStopped);
});

test('a deadline ends work that listens to its signal, and says how long it waited', async () => {
  const hanging = (bounded: AbortSignal) =>
    new Promise<never>((_resolve, reject) => bounded.addEventListener('abort', () => reject(bounded.reason)));
  await expect(withDeadline(5, signal, hanging)).rejects.toThrow('no answer within 0 s');
  const stop = new AbortController();
  const stopping = withDeadline(60_000, stop.signal, hanging);
  stop.abort();
  await expect(stopping).rejects.toBeInstanceOf(DemoStopped);
});

test('the message of an error includes its causes', () => {
  expect(messageOf(new Error('fetch failed', { cause: new Error('ECONNREFUSED') }))).toBe(
    'fetch failed (ECONNREFUSED)',
  );
  expect(messageOf('plain')).toBe('plain');
});
