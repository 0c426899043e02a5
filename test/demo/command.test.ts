import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runCommand } from '../../demo/command';
import { DemoStopped } from '../../demo/failure';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'command-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function run(script: string, signal = new AbortController().signal, deadline = 60_000) {
  return runCommand(process.execPath, ['-e', script], {
    folder,
    environment: process.env,
    logFile: join(folder, 'log'),
    deadline,
    signal,
  });
}

test('a command gives its exit code and output, and its log holds both streams', async () => {
  const result = await run(`console.log('out'); console.error('err'); process.exitCode = 3`);
  expect(result.exitCode).toBe(3);
  expect(result.output).toBe('out\n');
  expect(result.tail).toContain('err');
  expect(await readFile(join(folder, 'log'), 'utf8')).toContain('out\n');
});

test('a stop ends the command and its children', async () => {
  const stop = new AbortController();
  const child = `require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' })`;
  const running = run(`${child}; setInterval(() => {}, 1000)`, stop.signal);
  setImmediate(() => stop.abort());
  // The promise settles when the output streams are closed, which the child holds open as long as it lives.
  await expect(running).rejects.toBeInstanceOf(DemoStopped);
});

test('a command that outlives its deadline is stopped and says so', async () => {
  await expect(run('setInterval(() => {}, 1000)', undefined, 50)).rejects.toThrow('did not end within');
});

test('a program that does not exist is named', async () => {
  const options = { folder, environment: process.env, logFile: join(folder, 'log'), deadline: 1000 };
  const missing = runCommand('no-such-program', [], { ...options, signal: new AbortController().signal });
  await expect(missing).rejects.toThrow('"no-such-program" could not be started');
});
