/** Compares answers byte by byte where the bytes are not UTF-8. */
import type { RecordedStep } from './nonUtf8Transcript';

/** What came; `text` has a character for each byte, and is undefined where nothing came. */
export interface Outcome {
  status?: number;
  text: string | undefined;
}

/** What depends on the witnesses' keys, or on the wall clock, in a form that is equal on both sides. */
function masked(text: string): string {
  return text
    .replace(/[0-9a-f]{130}/g, '<signature>'.padEnd(130, '_'))
    .replace(/[0-9a-f]{40}/g, '<hash>'.padEnd(40, '_'))
    .replace(/("thread_name":"th_a","timestamp":)"[^"]*"/g, '$1"2026-01-01T00:00:00"');
}

/** Our answer as the recording describes one: a reference prefix and a witness have the recorded number of digits. */
export function described({ status, text }: Outcome, recorded: RecordedStep): Partial<RecordedStep> {
  if (text === undefined) return { no_answer: 'no answer in 4000 ms; connection still open' };
  const witness = /"witness":"[\d.]+"/.exec(recorded.text_latin1 ?? '')?.[0];
  const sized = masked(text)
    .replace(/"ref_block_prefix":\d{2,}/g, '"ref_block_prefix":1585407140')
    .replace(/"witness":"[\d.]+"/g, witness ?? '$&');
  const bytes = Buffer.from(sized, 'latin1');
  const first = bytes.findIndex((byte) => byte > 0x7f);
  const shown = recorded.text_latin1?.endsWith('...') === true ? recorded.text_latin1.length - 3 : undefined;
  return {
    ...(status === undefined ? {} : { status }),
    bytes: bytes.length,
    text_latin1: shown === undefined ? sized : `${sized.slice(0, shown)}...`,
    ...(first < 0
      ? {}
      : {
          first_byte_over_7f_at: first,
          hex_around: bytes.subarray(first - 8, first + 9).toString('hex'),
        }),
  };
}

/** The same fields of the recorded answer. */
export function recordedFields({
  status,
  bytes,
  text_latin1,
  first_byte_over_7f_at,
  hex_around,
  no_answer,
}: RecordedStep): Partial<RecordedStep> {
  if (no_answer !== undefined) return { no_answer };
  return JSON.parse(
    JSON.stringify({
      status,
      bytes,
      text_latin1: masked(text_latin1 ?? ''),
      first_byte_over_7f_at,
      hex_around,
    }),
  ) as Partial<RecordedStep>;
}
