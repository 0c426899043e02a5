/** Asks devchain every recorded question at the block at which it was asked. */
import type { Devchain } from '../../devchain';
import {
  addressBytes,
  addressText,
  publicKeyBytes,
  publicKeyText,
  recoverKey,
  secretFromWif,
  signDigest,
} from '../../devchain/wire/keys';
import { signingDigest, transactionId, Wire } from '../../devchain/wire/transaction';
import { Connection, post } from './connection';
import {
  beforeRecording,
  importedKeys,
  knownWifs,
  manyDeposits,
  produceTo,
  startChain,
  timeline,
} from './recordedChain';
import type { FileName, Question } from './transcripts';
import { question, readTranscript } from './transcripts';

/** Answers to every question that was asked, and our transaction ids with the recorded ones that they stand for. */
export interface Replayed {
  answers: Answer[];
  recordedIds: ReadonlyMap<string, string>;
}

export interface Answer {
  file: FileName;
  index: number;
  reply?: unknown;
  httpStatus?: number;
  notices?: unknown[];
}

const wire = new Wire('BTS');

function isTransaction(
  value: unknown,
): value is Record<string, unknown> & { signatures: string[]; ref_block_num: number } {
  return typeof value === 'object' && value !== null && 'ref_block_num' in value && 'signatures' in value;
}

/**
 * A recorded request made fit for our chain: the same transactions, but with our reference prefix and signed
 * again by the same keys, which are recovered from the recorded signatures.
 */
class Adapter {
  private readonly renamed = new Map<string, string>();

  constructor(private readonly chain: Devchain) {}

  adapt(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.adapt(item));
    if (isTransaction(value)) return this.transaction(value);
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.adapt(item)]));
    return typeof value === 'string' ? (this.renamed.get(value) ?? value) : value;
  }

  /** Our transaction ids, and the recorded transaction that each stands for. */
  get recordedIds(): ReadonlyMap<string, string> {
    return new Map([...this.renamed].map(([recorded, ours]) => [ours, recorded]));
  }

  private transaction(
    recorded: Record<string, unknown> & { signatures: string[]; ref_block_num: number },
  ): unknown {
    if (!recorded.signatures.every((signature) => signature.length === 130)) return recorded;
    let parsed;
    try {
      parsed = wire.transactionFromJson(recorded);
    } catch {
      return recorded;
    }
    const packed = wire.pack(parsed);
    const signers = recorded.signatures.map((signature) =>
      publicKeyText(recoverKey(signature, signingDigest(this.chain.chainId, packed)), 'BTS'),
    );
    const id = this.chain.block(recorded.ref_block_num)?.id ?? '';
    const ours = { ...parsed };
    if (parsed.ref_block_prefix !== 12345)
      ours.ref_block_prefix = Buffer.from(id.slice(8, 16), 'hex').readUInt32LE(0);
    const repacked = wire.pack(ours);
    const digest = signingDigest(this.chain.chainId, repacked);
    this.renamed.set(transactionId(packed), transactionId(repacked));
    const signatures = signers.map((key) => signDigest(digest, secretFromWif(knownWifs.get(key) as string)));
    return { ...recorded, ref_block_prefix: ours.ref_block_prefix, signatures };
  }
}

export function addressOf(wif: string): string {
  return addressText(addressBytes(publicKeyBytes(secretFromWif(wif))), 'BTS');
}

/** Lets the event loop run until a condition holds. */
async function arrived(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn++) {
    if (turn > 100_000) throw new Error('it did not arrive');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Plays the whole recording against devchain. Only requests are read. */
export async function replayAll(): Promise<Replayed> {
  const chain = await startChain(addressOf);
  const wallet = await chain.startWallet({ password: 'pw' });
  wallet.wallet.ring.unlock('pw');
  produceTo(chain, 1);
  for (const [name, key] of importedKeys)
    await post(
      wallet.url,
      JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'import_key', params: [name, key] }),
    );
  beforeRecording(chain);
  produceTo(chain, 703);
  const adapter = new Adapter(chain);
  const answers: Answer[] = [];
  let trusted = await Connection.open(chain.trustedUrl);
  let delayed = await Connection.open(chain.delayedUrl);
  const stages = new Set<string>();
  const once = (name: string): boolean => !stages.has(name) && Boolean(stages.add(name));

  const ask = async (asked: Question): Promise<Pick<Answer, 'reply' | 'httpStatus'>> => {
    if (asked.requestText !== undefined) {
      const url = asked.over === 'http wallet' ? wallet.url : chain.trusted.httpUrl;
      const { status, text } = await post(url, asked.requestText);
      return { reply: text === '' ? undefined : (JSON.parse(text) as unknown), httpStatus: status };
    }
    const request = { ...asked.request, params: adapter.adapt(asked.request?.params) };
    if (asked.over.startsWith('http')) {
      const { status, text } = await post(wallet.url, JSON.stringify(request));
      return { reply: JSON.parse(text) as unknown, httpStatus: status };
    }
    const waiting = (asked.over === 'delayed node' ? delayed : trusted).ask(request);
    if (asked.request?.params[1] === 'broadcast_transaction_synchronous') {
      await arrived(() => chain.producer.pending.length > 0);
      chain.produceBlock();
    }
    return { reply: await waiting };
  };

  for (const [file, first, last, head] of timeline) {
    if (file === 'pruned' && once('many deposits')) {
      manyDeposits(chain);
      chain.delayed.replay({ partialOperations: true, maxOpsPerAccount: 100 });
      delayed = await Connection.open(chain.delayedUrl);
    }
    if (file === 'restrictions' && once('restart')) {
      trusted.close();
      trusted = await Connection.open(chain.trustedUrl);
      for (let i = 0; i < 9; i++) if (wallet.wallet.builders.size < 9) wallet.wallet.beginBuilder();
    }
    produceTo(chain, head);
    for (let index = first; index <= last; index++) {
      const exchange = readTranscript(file)[index];
      if (!exchange) continue;
      if (exchange.notices) {
        const connection = exchange.over === 'delayed node' ? delayed : trusted;
        // The answer to this question comes after every notice that was sent before it.
        await connection.ask({ id: `after the notices ${index}`, method: 'get_chain_id', params: [] });
        answers.push({ file, index, notices: [...connection.notices] });
        continue;
      }
      answers.push({ file, index, ...(await ask(question(exchange))) });
    }
  }
  trusted.close();
  delayed.close();
  await chain.stop();
  return { answers, recordedIds: adapter.recordedIds };
}
