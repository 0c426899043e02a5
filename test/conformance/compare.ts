/** A difference between a recorded answer and ours. */
export interface Difference {
  path: string;
  recorded: unknown;
  ours: unknown;
}

const hex = (length: number) => new RegExp(`^[0-9a-f]{${length}}$`);
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/;

function bothMatch(pattern: RegExp, a: unknown, b: unknown): boolean {
  return typeof a === 'string' && typeof b === 'string' && pattern.test(a) && pattern.test(b);
}

/** Block ids differ, but the number in their first four bytes must not. */
function sameBlock(a: unknown, b: unknown): boolean {
  return bothMatch(hex(40), a, b) && String(a).slice(0, 8) === String(b).slice(0, 8);
}

/**
 * Values that must differ between two chains with other witness keys: block ids and what follows from them
 * (reference prefixes, transaction ids, signatures, the merkle root), the wall clock and threads in the frames
 * of an error, and the random nonces that a wallet chooses (the ciphertext then has only its length).
 */
const mayDiffer: readonly { path: RegExp; same(a: unknown, b: unknown): boolean }[] = [
  { path: /\.ref_block_prefix$/, same: (a, b) => typeof a === 'number' && typeof b === 'number' },
  { path: /\.signatures\.\d+$/, same: (a, b) => bothMatch(hex(130), a, b) },
  { path: /\.witness_signature$/, same: (a, b) => bothMatch(hex(130), a, b) },
  { path: /\.(head_block_id|previous)$/, same: sameBlock },
  { path: /\.transaction_merkle_root$/, same: (a, b) => bothMatch(hex(40), a, b) },
  { path: /\.context\.timestamp$/, same: (a, b) => bothMatch(time, a, b) },
  { path: /\.context\.thread_name$/, same: (a, b) => typeof a === 'string' && typeof b === 'string' },
];

/** Both whole numbers, or both texts of one length. */
function sameKind(a: unknown, b: unknown): boolean {
  if (typeof a !== typeof b) return false;
  return (/^\d+$/.test(String(a)) && /^\d+$/.test(String(b))) || String(a).length === String(b).length;
}

function compareAt(
  path: string,
  recorded: unknown,
  ours: unknown,
  extra: readonly RegExp[],
  out: Difference[],
): void {
  const rule = mayDiffer.find((candidate) => candidate.path.test(path));
  if (rule?.same(recorded, ours) === true) return;
  if (extra.some((pattern) => pattern.test(path)) && sameKind(recorded, ours)) return;
  if (Array.isArray(recorded) && Array.isArray(ours)) {
    if (recorded.length !== ours.length)
      out.push({ path: `${path}.length`, recorded: recorded.length, ours: ours.length });
    for (let i = 0; i < Math.min(recorded.length, ours.length); i++)
      compareAt(`${path}.${i}`, recorded[i], ours[i], extra, out);
    return;
  }
  if (
    typeof recorded === 'object' &&
    recorded !== null &&
    typeof ours === 'object' &&
    ours !== null &&
    !Array.isArray(recorded) &&
    !Array.isArray(ours)
  ) {
    const left = recorded as Record<string, unknown>;
    const right = ours as Record<string, unknown>;
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
      if (!(key in left)) out.push({ path: `${path}.${key}`, recorded: undefined, ours: right[key] });
      else if (!(key in right)) out.push({ path: `${path}.${key}`, recorded: left[key], ours: undefined });
      else compareAt(`${path}.${key}`, left[key], right[key], extra, out);
    }
    return;
  }
  if (recorded !== ours) out.push({ path, recorded, ours });
}

/** Every field in which the answers differ, apart from what must. `extra` names more such paths for one exchange. */
export function differences(recorded: unknown, ours: unknown, extra: readonly RegExp[] = []): Difference[] {
  const out: Difference[] = [];
  compareAt('', recorded, ours, extra, out);
  return out;
}
