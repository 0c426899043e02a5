/** Reads the recording of texts that are not UTF-8, and counts which of its steps no test has used. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One step of the recording of texts that are not UTF-8: what was asked of which node, and what came. */
export interface RecordedStep {
  step: string;
  status?: number;
  bytes?: number;
  /** The answer, each byte as one character; cut off with `...`. */
  text_latin1?: string;
  first_byte_over_7f_at?: number;
  hex_around?: string;
  no_answer?: string;
  name_in_hex?: string;
  answer?: { status?: number; text_latin1?: string; no_answer?: string };
  events?: unknown[];
  block?: number;
  txid?: string;
  trusted?: number;
  delayed?: number;
}

export interface RecordedBlock {
  block: number;
  answer_hex_around: string;
  transaction_merkle_root: string;
  root_when_text_read_as_utf8: string;
  root_when_text_read_as_single_bytes: string;
  answer_base64?: string;
}

interface Watcher {
  name: string;
  notices: string[];
}

interface Recording {
  '1_non_utf8_steps': RecordedStep[];
  '1_subscriptions': { step: string; seen?: Watcher[] }[];
  '1_reading_the_block_as_bytes': RecordedBlock[];
  '1_cli_wallet': { asked: string; answer: string }[];
}

const recording = JSON.parse(
  readFileSync(join(__dirname, '..', 'transcripts', 'non_utf8.json'), 'utf8'),
) as Recording;

export const steps = recording['1_non_utf8_steps'];
export const subscriptions = recording['1_subscriptions'];
export const blocksAsBytes = recording['1_reading_the_block_as_bytes'];
export const walletQuestions = recording['1_cli_wallet'];

const used = new Set<string>();

/** A step by its whole name; it counts as used. */
export function recordedStep(name: string): RecordedStep {
  const found = steps.find(({ step }) => step === name);
  if (!found) throw new Error(`the recording has no step ${name}`);
  used.add(name);
  return found;
}

/** The names of the steps that nobody has asked for. */
export function unusedSteps(): string[] {
  return steps.map(({ step }) => step).filter((step) => !used.has(step));
}
