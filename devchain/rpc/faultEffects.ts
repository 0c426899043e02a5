/** What the faults of faults.ts do to an answer. */
import type { Fault } from './faults';
import type { Json } from '../wire/json';
import { isRecord, timeSeconds, timeText } from '../wire/json';

export function delayOf(fault: Fault): number {
  return fault.spec.milliseconds ?? 1000;
}

/** The head's time set back, wherever the result holds 2.1.0. */
function setBack(result: Json, seconds: number): Json {
  if (Array.isArray(result)) return (result as readonly Json[]).map((item) => setBack(item, seconds));
  if (!isRecord(result)) return result;
  const { id, time } = result;
  if (id !== '2.1.0' || typeof time !== 'string') return result as Json;
  return { ...(result as { [key: string]: Json }), time: timeText(timeSeconds(time) - seconds) };
}

function otherChain(result: Json): Json {
  const other = 'f'.repeat(64);
  if (typeof result === 'string') return other;
  return isRecord(result) ? { ...(result as { [key: string]: Json }), chain_id: other } : result;
}

/** The result as a fault changes it. */
export function applyToResult(fault: Fault, result: Json, params: readonly unknown[]): Json {
  switch (fault.spec.kind) {
    case 'wrong chain id':
      return otherChain(result);
    case 'out of sync':
      return setBack(result, fault.spec.seconds ?? 3600);
    case 'change':
      return fault.spec.change ? fault.spec.change(result, params) : result;
    default:
      return result;
  }
}
