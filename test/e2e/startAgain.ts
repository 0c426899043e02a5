/** What a supervisor does after a kill: starts the process again, and n8n once more when it ends by itself. */
import { type Exchange, waitUntilActive } from '../../demo/exchange';
import { DemoFailure, DemoStopped } from '../../demo/failure';
import type { N8nProcess } from '../../demo/n8nProcess';
import type { Report } from '../../demo/report';
import { waitFor } from '../../demo/waiting';

/**
 * Starts what was killed and waits until every trigger is live. A busy n8n answers 503 for a moment ("Database is not ready"), and it can
 * end by itself while it recovers executions that were cut off before they began: then it is started again.
 */
export async function startAgain(
  killed: N8nProcess,
  exchange: Exchange,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const { n8n } = exchange;
  // n8n itself is started below, as often as it ends.
  if (killed !== n8n) await killed.start(signal);
  let isOurKill = !n8n.running;
  await waitFor(
    async () => {
      try {
        if (!n8n.running) {
          if (!isOurKill) report.event('n8n ended by itself, and is started again.');
          isOurKill = false;
          await n8n.start(signal);
        }
        await waitUntilActive(exchange, AbortSignal.any([signal, AbortSignal.timeout(20_000)]));
        return true;
      } catch (error) {
        if (signal.aborted || !(error instanceof DemoFailure || error instanceof DemoStopped)) throw error;
        return undefined;
      }
    },
    { what: 'n8n to be ready', deadline: 360_000, every: 1000, signal },
  );
}
