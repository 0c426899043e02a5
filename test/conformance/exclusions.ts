/** What of the recordings is not compared, and why. */
import type { FileName } from './transcripts';

/** Recorded exchanges that are not compared, each with its reason. */
export const exclusions: readonly { file: FileName; index: number; reason: string }[] = [
  {
    file: 'wallet',
    index: 1,
    reason: 'about: names the build of the recorded binary (version, git revisions, compiler)',
  },
];

const memo = /\.memo\.(nonce|message)$/;
const recordedIssue = /^\.result\.\d+\.op(\.op)?\.1\.memo\.(nonce|message)$/;

/**
 * Fields of single exchanges that must differ as well: a memo that cli_wallet made has a random nonce, so only
 * the length of its ciphertext can be the same; a transaction that it made has another id for that reason.
 */
export const looseFields: readonly {
  file: FileName;
  indexes: readonly number[];
  paths: readonly RegExp[];
  reason: string;
}[] = [
  {
    file: 'accounts-assets',
    indexes: [15, 16, 17, 18, 19],
    paths: [memo],
    reason: 'random nonce of issue_asset',
  },
  { file: 'history', indexes: [31], paths: [memo], reason: 'random nonce of issue_asset' },
  {
    file: 'history',
    indexes: [40, 41, 50, 51, 52, 55, 57],
    paths: [recordedIssue],
    reason: 'the same memo, read back',
  },
  { file: 'wallet', indexes: [10], paths: [recordedIssue], reason: 'the same memo, read back' },
  { file: 'wallet', indexes: [13], paths: [memo], reason: 'random nonce of transfer' },
  {
    file: 'wallet',
    indexes: [14],
    paths: [memo, /^\.result\.0$/],
    reason: 'random nonce of transfer2, and the id that follows from it',
  },
  { file: 'restrictions', indexes: [10], paths: [memo], reason: 'random nonce of issue_asset' },
  {
    file: 'pruned',
    indexes: [0],
    paths: [/\.core_in_balance$/],
    reason: 'the amounts of the first 3,500 transfers were not recorded, so their sum cannot be the same',
  },
];
