/** Starts the process in which reading.ts runs, so that each reading begins with cold caches and its memory can be told. */
import { fork } from 'node:child_process';
import path from 'node:path';
import type { ReadingReport, ReadingTask } from './reading';

/** Does one reading in a fresh process. */
export function readInProcess(task: ReadingTask): Promise<ReadingReport> {
  const child = fork(path.join(__dirname, 'reading.ts'), { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('message', (message) => {
      const { report, failure } = message as { report?: ReadingReport; failure?: string };
      if (report === undefined) reject(new Error(failure));
      else resolve(report);
    });
    child.once('exit', () => reject(new Error('The process of the reading ended.')));
    child.send(task);
  });
}
