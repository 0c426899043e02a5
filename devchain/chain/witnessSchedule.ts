/** Slots, the order of the witnesses, and which block is irreversible (db_witness_schedule.cpp, db_update.cpp). */
import { timeSeconds, timeText } from '../wire/json';
import type { Witness } from './objects';
import type { ChainState } from './state';

export interface WitnessSchedule {
  id: string;
  current_shuffled_witnesses: string[];
}

const scheduleId = '2.12.0';
const mask64 = (1n << 64n) - 1n;

export function createSchedule(state: ChainState, witnesses: string[]): void {
  state.store.create<WitnessSchedule>('2.12', { current_shuffled_witnesses: witnesses });
}

/** The time of the nth slot after the head; after a maintenance block some slots are skipped (db_witness_schedule.cpp). */
export function slotTime(state: ChainState, slot: number): number {
  const { block_interval: interval, maintenance_skip_slots: skipped } = state.parameters;
  const dynamic = state.dynamicProperties;
  if (dynamic.head_block_number === 0) return timeSeconds(dynamic.time) + slot * interval;
  const head = Math.floor(timeSeconds(dynamic.time) / interval) * interval;
  const extra = (dynamic.dynamic_flags & 1) !== 0 ? skipped : 0;
  return head + (slot + extra) * interval;
}

/** The slot at a time, 0 when it is before the next slot. */
export function slotAtTime(state: ChainState, seconds: number): number {
  const first = slotTime(state, 1);
  return seconds < first ? 0 : Math.floor((seconds - first) / state.parameters.block_interval) + 1;
}

export function scheduledWitness(state: ChainState, slot: number): string {
  const { current_shuffled_witnesses: witnesses } = state.get<WitnessSchedule>(scheduleId);
  const at = (state.dynamicProperties.current_aslot + slot) % witnesses.length;
  return witnesses[at] as string;
}

/** A new order of the witnesses once all had their turn, from the head block's time (db_witness_schedule.cpp). */
export function updateWitnessSchedule(state: ChainState): void {
  const active = state.globalProperties.active_witnesses;
  if (state.headNumber % active.length !== 0) return;
  const shuffled = [...active];
  const seed = BigInt(state.headSeconds) << 32n;
  for (let i = 0; i < shuffled.length; i++) {
    let k = (seed + BigInt(i) * 2685821657736338717n) & mask64;
    k ^= k >> 12n;
    k ^= (k << 25n) & mask64;
    k ^= k >> 27n;
    k = (k * 2685821657736338717n) & mask64;
    const j = i + Number(k % BigInt(shuffled.length - i));
    [shuffled[i], shuffled[j]] = [shuffled[j] as string, shuffled[i] as string];
  }
  state.store.modify(state.get<WitnessSchedule>(scheduleId), { current_shuffled_witnesses: shuffled });
}

const irreversibleThreshold = 7000;

/** The highest block that 70 % of the active witnesses have built on (db_update.cpp). */
export function updateIrreversibleBlock(state: ChainState): void {
  const confirmed = state.globalProperties.active_witnesses
    .map((id) => state.get<Witness>(id).last_confirmed_block_num)
    .sort((a, b) => a - b);
  const offset = Math.floor(((10000 - irreversibleThreshold) * confirmed.length) / 10000);
  const number = confirmed[offset] ?? 0;
  const dynamic = state.dynamicProperties;
  if (number > dynamic.last_irreversible_block_num)
    state.store.modify(dynamic, { last_irreversible_block_num: number });
}

const all128 = (1n << 128n) - 1n;
const missedIncrement = 4;

/** Head block, slots and missed blocks in 2.1.0 (db_update.cpp update_global_dynamic_data). */
export function updateDynamicProperties(
  state: ChainState,
  block: { number: number; id: string; timestamp: string; witness: string },
  missed: number,
): void {
  const dynamic = state.dynamicProperties;
  let recentlyMissed = dynamic.recently_missed_count;
  if (block.number === 1) recentlyMissed = 0;
  else if (missed > 0) recentlyMissed += missedIncrement * missed;
  else if (recentlyMissed > 0) recentlyMissed--;
  const filled =
    missed === 0 && dynamic.recent_slots_filled === fullSlots
      ? fullSlots
      : ((((BigInt(dynamic.recent_slots_filled) << 1n) + 1n) << BigInt(missed)) & all128).toString();
  state.store.modify(dynamic, {
    head_block_number: block.number,
    head_block_id: block.id,
    time: block.timestamp,
    current_witness: block.witness,
    recently_missed_count: recentlyMissed,
    current_aslot: dynamic.current_aslot + missed + 1,
    recent_slots_filled: filled,
  });
}

export const fullSlots = all128.toString();

/** Counts the slots that nobody used, and gives their number. */
export function countMissedBlocks(state: ChainState, timestamp: string): number {
  const missed = Math.max(slotAtTime(state, timeSeconds(timestamp)) - 1, 0);
  for (let slot = 1; slot <= Math.min(missed, 1000); slot++) {
    const witness = state.get<Witness>(scheduledWitness(state, slot));
    state.store.modify(witness, { total_missed: witness.total_missed + 1 });
  }
  return missed;
}

export function nextSlotText(state: ChainState, slot: number): string {
  return timeText(slotTime(state, slot));
}
