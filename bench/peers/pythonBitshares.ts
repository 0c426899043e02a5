/** python-bitshares, in a process of its own that gets its work line by line; where the machine has it. */
import { execFileSync, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { AbsentPeer } from '../bench';
import { benchRoot } from '../environment';
import type { Contestant } from '../measure';

const name = 'python-bitshares';
const script = path.join(benchRoot, 'peers', 'python_bitshares.py');
let found: boolean | undefined;

function isInstalled(): boolean {
  if (found === undefined) {
    try {
      execFileSync('python3', ['-c', 'import bitsharesbase.memo'], { stdio: 'ignore' });
      found = true;
    } catch {
      found = false;
    }
  }
  return found;
}

/**
 * @param work the name of a function in `python_bitshares.py`
 * @param input what it works on, the same as for the others
 */
export function pythonBitshares(work: string, input: object): Contestant | AbsentPeer {
  if (!isInstalled()) return { name, role: 'absent', reason: 'not on this machine' };
  const child = spawn('python3', [script, work, JSON.stringify(input)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  // A benchmark that ended must not wait for it.
  child.unref();
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    name,
    role: 'peer',
    run: async (count) => {
      child.stdin.write(`${count}\n`);
      const answer = await lines.next();
      if (answer.done === true) throw new Error(`${name} ended while it worked on ${work}`);
    },
  };
}
