/** One connection to one endpoint, which several parts of the process may share: reads, broadcasts, watched objects. */
import type { SignedTransaction } from '../chain/interfaces';
import { rethrow } from '../errors';
import { KnownParameters } from './chainParameters';
import type { Connection } from './connection';
import { displayEndpoint } from './endpoint';
import { LostAnswers, type LostAnswersSettings } from './lostAnswers';
import { SharedQuestions } from './sharedQuestions';

/** The number that the node repeats in every notice of a watched object. */
const objectNotices = 1;

const globalProperties = '2.0.0';

export class SharedSession {
  readonly endpoint: string;
  readonly parameters = new KnownParameters();
  private readonly losers = new Set<(reason: unknown) => void>();
  private readonly watchers = new Map<string, Set<() => void>>();
  private readonly subscriptions = new Map<string, Promise<unknown>>();
  private subscribed: Promise<unknown> | undefined;
  private readonly lostAnswers: LostAnswers;
  private readonly questions: SharedQuestions;

  constructor(
    private readonly connection: Connection,
    settings: LostAnswersSettings,
  ) {
    this.endpoint = displayEndpoint(connection.url);
    this.lostAnswers = new LostAnswers(connection, settings);
    this.questions = new SharedQuestions((...question) => this.ask(...question));
    connection.lost.addEventListener('abort', () => {
      for (const tell of [...this.losers]) tell(connection.lost.reason);
    });
  }

  /** Aborts when the connection is gone. */
  get lost(): AbortSignal {
    return this.connection.lost;
  }

  /** Calls `tell` with the reason when the connection is gone. There may be hundreds of them, too many for one signal. */
  onLost(tell: (reason: unknown) => void): void {
    this.losers.add(tell);
  }

  offLost(tell: (reason: unknown) => void): void {
    this.losers.delete(tell);
  }

  /** Ends the connection, for all. */
  close(): void {
    this.connection.close();
  }

  /** @param asker takes turns with others; what several of them want to know at once is asked once */
  call(api: string, method: string, args: unknown[], asker: unknown): Promise<unknown> {
    return this.questions.call(api, method, args, asker);
  }

  private async ask(api: string, method: string, args: unknown[], asker: unknown): Promise<unknown> {
    const answer = await this.lostAnswers.call(api, method, args, asker);
    if (method === 'get_objects') this.learnBlockSize(args, answer);
    return answer;
  }

  /** @param over aborts when the sender is done: what waits in line is not sent any more */
  async broadcast(transaction: SignedTransaction, over: AbortSignal): Promise<void> {
    const { connection } = this;
    const [api, method] = ['network_broadcast', 'broadcast_transaction'];
    await connection.request(api, method, [transaction], [], undefined, undefined, over);
  }

  /** @returns how to end it */
  watchObject(objectId: string, wake: () => void): () => void {
    const wakes = this.watchers.get(objectId) ?? new Set();
    this.watchers.set(objectId, wakes.add(wake));
    // A second set_subscribe_callback would clear the subscriptions of the first, so there is one for the connection.
    this.subscribed ??= this.subscribe().catch((error: unknown) => {
      // The next one tries again.
      this.subscribed = undefined;
      rethrow(error);
    });
    const subscription =
      this.subscriptions.get(objectId) ??
      this.subscribed.then(() => this.questions.call('database', 'get_objects', [[objectId], true], this));
    this.subscriptions.set(objectId, subscription);
    // What changed before the subscription began gave no notice.
    subscription.then(wake, () => {
      // A node that cannot subscribe costs speed, not deposits: the caller's timer wakes it.
      this.subscriptions.delete(objectId);
    });
    return () => {
      wakes.delete(wake);
      if (wakes.size === 0 && this.watchers.get(objectId) === wakes) this.watchers.delete(objectId);
    };
  }

  private subscribe(): Promise<unknown> {
    this.connection.onNotice(objectNotices, (payload) => {
      this.wakeWatchers(payload);
    });
    return this.connection.request('database', 'set_subscribe_callback', [objectNotices, false]);
  }

  /** The global properties of the chain (`2.0.0`) say how large a block may be, whoever asked for them. */
  private learnBlockSize(args: unknown[], answer: unknown): void {
    const place = Array.isArray(args[0]) ? args[0].indexOf(globalProperties) : -1;
    const global = (Array.isArray(answer) ? answer[place] : null) as {
      parameters?: { maximum_block_size?: unknown };
    } | null;
    const size = global?.parameters?.maximum_block_size;
    if (typeof size === 'number' && size > 0) this.connection.learnBlockSize(size);
  }

  private wakeWatchers(payload: unknown): void {
    if (!Array.isArray(payload)) return;
    // The node's subscription set is probabilistic (a bloom filter), so objects that nobody asked for arrive as well.
    for (const changed of payload.flat() as unknown[]) {
      const id = typeof changed === 'string' ? changed : (changed as { id?: unknown } | null)?.id;
      if (typeof id === 'string') this.watchers.get(id)?.forEach((wake) => wake());
    }
  }
}
