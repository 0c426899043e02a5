/** `bench/results.json`: the latest result of each benchmark on one machine. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Result } from './bench';
import { benchRoot, commit, machine, versions, type Machine, type Versions } from './environment';

export interface StoredResults {
  machine: Machine;
  versions: Versions;
  benches: Record<string, { commit: string; at: string; results: Result[] }>;
}

const file = path.join(benchRoot, 'results.json');

/** Replaces the results of one benchmark. Those of another machine or other versions are dropped: they cannot be compared. */
export function storeResults(name: string, results: Result[]): void {
  const environment = { machine: machine(), versions: versions() };
  const stored = readStored();
  const comparable =
    stored !== null &&
    JSON.stringify([stored.machine, stored.versions]) ===
      JSON.stringify([environment.machine, environment.versions]);
  const benches = comparable ? stored.benches : {};
  benches[name] = { commit: commit(), at: new Date().toISOString(), results: rounded(results) as Result[] };
  writeFileSync(file, `${JSON.stringify({ ...environment, benches }, null, 2)}\n`);
}

export function readStored(): StoredResults | null {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as StoredResults) : null;
}

/** Four digits: more would pretend that the next run gives them too. */
function rounded(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toPrecision(4));
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, content]) => [name, rounded(content)]));
}
