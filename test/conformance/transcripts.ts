/** Reads the recordings in test/transcripts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One recorded exchange with a real daemon. */
export interface Exchange {
  note?: string;
  over: string;
  httpStatus?: number;
  request?: { id?: unknown; method: string; params: unknown[] };
  requestText?: string;
  reply?: unknown;
  replyText?: string;
  notices?: unknown[];
}

const folder = join(__dirname, '..', 'transcripts');

export const fileNames = [
  'node-basics',
  'accounts-assets',
  'transactions',
  'history',
  'notices',
  'claims',
  'wallet',
  'pruned',
  'restrictions',
] as const;
export type FileName = (typeof fileNames)[number];

export function readTranscript(name: FileName): Exchange[] {
  const text = readFileSync(join(folder, `${name}.json`), 'utf8');
  return (JSON.parse(text) as { exchanges: Exchange[] }).exchanges;
}

interface KnownKey {
  wif: string;
  pub: string;
  addr: string;
  pts: { unc56: string; cmp56: string; unc0: string; cmp0: string };
}

export function readKeys(): Record<string, KnownKey> {
  return JSON.parse(readFileSync(join(folder, 'keys.json'), 'utf8')) as Record<string, KnownKey>;
}

/** What went out, without anything that came back: all that the harness may look at to make our answer. */
export type Question = Pick<Exchange, 'over' | 'request' | 'requestText' | 'note'>;

export function question({ over, request, requestText, note }: Exchange): Question {
  return {
    over,
    ...(request ? { request } : {}),
    ...(requestText === undefined ? {} : { requestText }),
    ...(note === undefined ? {} : { note }),
  };
}
