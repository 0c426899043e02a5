/**
 * python-bitshares, in processes of their own that get their work line by line; where the machine has it.
 *
 * It is what `python3` imports, or the interpreter named by the variable PYTHON; PYTHONPATH is passed on to it.
 */
import { execFileSync, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { AbsentPeer } from '../bench';
import { benchRoot } from '../environment';
import type { Contestant } from '../measure';

const python = process.env['PYTHON'] ?? 'python3';
const script = path.join(benchRoot, 'peers', 'python_bitshares.py');

/** `plain` is what python-bitshares brings along; python-ecdsa multiplies faster where gmpy2 is installed besides. */
type Variant = 'plain' | 'gmpy2';

const names: Record<Variant, string> = {
  plain: 'python-bitshares',
  gmpy2: 'python-bitshares with gmpy2',
};

export interface PythonWork<Answer> {
  /** The name of a function in `python_bitshares.py`. */
  work: string;
  /** What it works on, the same as for the others. */
  input: object;
  /** Whether what it made of the first input is right. */
  isRight: (answer: Answer) => boolean;
}

/** Both variants, as far as they are on this machine. */
export async function pythonBitshares<Answer>(
  work: PythonWork<Answer>,
): Promise<(Contestant | AbsentPeer)[]> {
  if (!imports('bitsharesbase.memo')) {
    return [
      {
        name: names.plain,
        role: 'absent',
        reason: `not on this machine: ${python} cannot import bitsharesbase (PYTHON and PYTHONPATH decide)`,
      },
    ];
  }
  const contestants = [await start(work, 'plain')];
  if (imports('gmpy2')) contestants.push(await start(work, 'gmpy2'));
  return contestants;
}

const imported = new Map<string, boolean>();

function imports(module: string): boolean {
  let found = imported.get(module);
  if (found === undefined) {
    try {
      execFileSync(python, ['-c', `import ${module}`], { stdio: 'ignore' });
      found = true;
    } catch {
      found = false;
    }
    imported.set(module, found);
  }
  return found;
}

async function start<Answer>(
  { work, input, isRight }: PythonWork<Answer>,
  variant: Variant,
): Promise<Contestant> {
  const name = names[variant];
  const child = spawn(python, [script, work, variant], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (line: string): Promise<string> => {
    child.stdin.write(`${line}\n`);
    const answer = await lines.next();
    if (answer.done === true) throw new Error(`${name} ended while it worked on ${work}`);
    return answer.value;
  };
  const { versions, first } = JSON.parse(await ask(JSON.stringify(input))) as {
    versions: Record<string, string | null>;
    first: Answer;
  };
  if (!isRight(first)) throw new Error(`${name} gives another result for ${work} than the others.`);
  return {
    name,
    role: 'peer',
    version: Object.entries(versions)
      .map(([library, version]) => `${library} ${version ?? 'unknown'}`)
      .join(', '),
    run: async (count) => {
      await ask(String(count));
    },
    end: () => {
      child.stdin.end();
    },
  };
}
