/** Looks for secrets in everything that n8n wrote. */

import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

export interface Secret {
  /** What the secret is, without the secret: "active key of exchange-hot". */
  name: string;
  /** Every text that gives it away. */
  values: string[];
}

export interface SecretFinding {
  name: string;
  /** Path relative to the searched folder. */
  file: string;
  /** How the secret was written down. */
  form: string;
}

export interface SecretSearchResult {
  filesSearched: number;
  bytesSearched: number;
  findings: SecretFinding[];
}

/**
 * Searches every file under `folder` (database, write-ahead log, event log, output) for every secret, as text, in hexadecimal and in
 * Base64 at each of its three alignments. Folders named in `leaveOut` are not entered: installed program code is not n8n's data.
 */
export async function searchForSecrets(
  folder: string,
  secrets: Secret[],
  leaveOut: string[] = ['node_modules'],
): Promise<SecretSearchResult> {
  const patterns = secrets.flatMap((secret) =>
    secret.values.flatMap(writtenForms).map(({ form, bytes }) => ({ name: secret.name, form, bytes })),
  );
  const result: SecretSearchResult = { filesSearched: 0, bytesSearched: 0, findings: [] };
  for (const path of await filesUnder(folder, leaveOut)) {
    const content = await readFile(path);
    result.filesSearched += 1;
    result.bytesSearched += content.length;
    for (const { name, form, bytes } of patterns) {
      if (content.includes(bytes)) result.findings.push({ name, form, file: relative(folder, path) });
    }
  }
  return result;
}

function writtenForms(value: string): { form: string; bytes: Buffer }[] {
  const text = Buffer.from(value, 'utf8');
  const base64 = [0, 1, 2].map((alignment) => {
    const encoded = Buffer.concat([Buffer.alloc(alignment), text]).toString('base64');
    // The first and last characters also depend on the neighbouring bytes.
    return { form: 'Base64', bytes: Buffer.from(encoded.replace(/=+$/, '').slice(4, -2), 'latin1') };
  });
  const hexadecimal = text.toString('hex');
  return [
    { form: 'text', bytes: text },
    { form: 'hexadecimal', bytes: Buffer.from(hexadecimal, 'latin1') },
    { form: 'hexadecimal', bytes: Buffer.from(hexadecimal.toUpperCase(), 'latin1') },
    ...base64,
  ];
}

async function filesUnder(folder: string, leaveOut: string[]): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!leaveOut.includes(entry.name)) found.push(...(await filesUnder(path, leaveOut)));
    } else if (entry.isFile()) {
      found.push(path);
    }
  }
  return found;
}
