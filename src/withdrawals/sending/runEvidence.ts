/** What a run reads of the sender, round by round: only what came since the last look. */
import type { Account } from '../../chain/interfaces';
import {
  gatherEvidence,
  proposalsOf,
  readHistory,
  type Evidence,
  type WithdrawalCaches,
} from '../proof/evidence';
import type { ScannedBlocks } from '../proof/scan';
import type { HistoryReading } from '../proof/senderHistory';
import type { ChainView } from '../proof/view';

export class RunEvidence {
  /** One stretch a run: the caches may let it go meanwhile, and everything would be read again. */
  private scanned: ScannedBlocks | null = null;
  /** Where the scan starts, and the earliest time of a request that it is for. */
  private start: { block: number; since: number } | null = null;
  /** Read once a run, and again while a proposal may be open. */
  private history: HistoryReading | null = null;

  constructor(
    private readonly caches: WithdrawalCaches,
    private readonly chain: { chainId: string; prefix: string },
  ) {}

  /**
   * The evidence of one look, for all withdrawals of the sender at once: the scan of the earliest holds that of the others.
   *
   * @param since The earliest time of a request, in seconds
   */
  async gather(view: ChainView, sender: Account, since: number, withdrawalIds: string[]): Promise<Evidence> {
    const { chainId, prefix } = this.chain;
    if (this.scanned?.isContradicted === true) {
      this.scanned = null;
      this.start = null;
    }
    if (this.start === null || since < this.start.since) {
      this.start = { block: await this.caches.scanStart(view, chainId, sender.id, since), since };
    }
    const { block } = this.start;
    this.scanned ??= this.caches.scanOf(chainId, sender.id, prefix, block);
    const evidence = await gatherEvidence(view, block, this.scanned, this.history);
    // History is one more guard, read once a run; a proposal's end is decided by it, so there it has to be fresh.
    const proposed = withdrawalIds.some((id) => proposalsOf(evidence, sender.id, id).length > 0);
    if (this.history?.refusal === null && !proposed) return evidence;
    this.history = await readHistory(view, this.caches.historyOf(chainId, sender.id), sender);
    return { ...evidence, history: this.history };
  }
}
