/** Codes of what may pass by itself: look again until the time is over. */
export const passing: ReadonlySet<string> = new Set([
  'CONNECTION_LOST',
  'INVALID_ANSWER',
  'NODES_DISAGREE',
  'NODE_ERROR',
  'NODE_OUT_OF_SYNC',
  'NODE_UNREACHABLE',
  'NOT_A_DELAYED_NODE',
  'REQUEST_TIMEOUT',
  'STALE_NODE',
  'WINDOW_NOT_OPEN',
]);
