/**
 * Lints texts with the project's configuration, each as the file that it is said to be. Reads [[file, text], ...] as JSON from
 * its input and writes, for each, the rules and messages of what ESLint refuses.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ESLint } from 'eslint';

const root = path.join(import.meta.dirname, '../../..');
const eslint = new ESLint({ cwd: root, ignore: false });
const results = [];
for (const [file, text] of JSON.parse(readFileSync(0, 'utf8'))) {
  const [result] = await eslint.lintText(text, { filePath: path.join(root, file) });
  results.push(
    result.messages
      .filter(({ severity }) => severity === 2)
      .map(({ ruleId, message }) => `${ruleId}: ${message}`),
  );
}
process.stdout.write(JSON.stringify(results));
