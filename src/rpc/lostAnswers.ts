/**
 * Answers that a node cannot send over its WebSocket: those with a text that is not UTF-8.
 *
 * The chain checks no text, so anybody can put such a one into a block, and into the history of any account. A node's
 * WebSocket drops the answer without a word and goes on answering other calls; over HTTP, on the same port, the answer comes
 * with the bytes as they are. So a call that is not answered while others are is asked once more over HTTP.
 */
import type { Clock } from '../chain/interfaces';
import { BitSharesError, isBitSharesError } from '../errors';
import { answerBytes, mayBeAskedAlone } from './answerSizes';
import type { Connection } from './connection';
import { findDestination } from './destination';
import { displayEndpoint } from './endpoint';
import { foreignText } from './foreignText';
import { bytesOf, isCompressed, postTo, type HttpLogin } from './httpExchange';
import { checkedText } from './incoming';
import { Lane } from './lane';
import type { HostLookup, HttpPost, Post } from './network';
import { refusal, type Request } from './request';
import { connectFailure } from './unreachable';

type Question = readonly [api: string | number, method: string, args: unknown[]];

/**
 * What may be asked over HTTP, and what each question is about, in words: what holds texts of strangers (operations, proposals,
 * assets with their descriptions) and nothing else. State, statistics and accounts hold none, and come over the one
 * connection on which they are compared; what acts is never sent twice.
 */
const subjects: Readonly<Record<string, (args: readonly unknown[]) => string>> = {
  get_account_history_by_operations: ([account, , start]) =>
    `the page of the history of ${String(account)} from operation ${String(start)} on`,
  get_block: ([number]) => `block ${String(number)}`,
  get_proposed_transactions: ([account]) => `the list of proposals for ${String(account)}`,
  get_recent_transaction_by_id: ([id]) => `transaction ${String(id)}`,
  get_relative_account_history: ([account, stop, , start]) =>
    `the page of the history of ${String(account)} from operation ${String(stop)} to ${start === 0 ? 'the latest' : String(start)}`,
  get_transaction: ([number, place]) => `transaction ${String(place)} of block ${String(number)}`,
  list_assets: ([from]) => `the list of assets from ${String(from)} on`,
  lookup_asset_symbols: ([assets]) => `the assets ${String(assets)}`,
};

/** Each is a connection of its own. */
const mostAtOnce = 4;

/** Questions that are known to be answered over HTTP alone; older ones are forgotten. */
const mostKnown = 256;

export interface LostAnswersSettings {
  login: HttpLogin;
  /** Milliseconds that an answer over HTTP may take. */
  requestTimeout: number;
  clock: Clock;
  lookUp: HostLookup;
  post: Post;
  /** Told of a question that is answered in neither way, after its call was rejected. */
  unanswered: ((error: BitSharesError) => void) | undefined;
}

export class LostAnswers {
  /** The address of the connection, for HTTP. */
  private readonly url: string;
  private readonly shown: string;
  private readonly known = new Set<string>();
  private readonly usual = new Lane(mostAtOnce);
  private readonly alone = new Lane(1);
  private nextId = 1;

  constructor(
    private readonly connection: Connection,
    private readonly settings: LostAnswersSettings,
  ) {
    const url = new URL(connection.url);
    url.protocol = url.protocol === 'wss:' ? 'https:' : 'http:';
    this.url = url.href;
    this.shown = displayEndpoint(this.url);
  }

  /**
   * The call over the connection, and over HTTP when its answer may be lost there. Rejects as `Connection.request`; with
   * REQUEST_TIMEOUT, naming what was asked for, when the answer came in neither way.
   */
  call(api: string, method: string, args: unknown[]): Promise<unknown> {
    if (!Object.hasOwn(subjects, method)) return this.connection.request(api, method, args);
    return this.known.size > 0 && this.known.has(keyOf([api, method, args]))
      ? this.overHttpFirst([api, method, args])
      : this.overBoth([api, method, args]);
  }

  /** For a question whose answer was lost before: as little time as possible. */
  private async overHttpFirst(question: Question): Promise<unknown> {
    const end = await settled(this.overHttp(question));
    if ('answer' in end) return end.answer;
    return isAnswer(end.error) ? Promise.reject(end.error) : this.overBoth(question);
  }

  private overBoth([api, method, args]: Question): Promise<unknown> {
    return this.connection.request(api, method, args, [], this.missing);
  }

  /** One function for all calls: most are answered, and those cost nothing more. */
  private readonly missing = (request: Request): void => {
    const { resolve, reject } = request;
    const http = settled(this.overHttp([request.api, request.method, request.args]));
    void http.then((end) => {
      if ('answer' in end) resolve(end.answer);
      else if (isAnswer(end.error)) reject(end.error);
    });
    // What ends the call over the WebSocket is not the end of it while HTTP may still give the answer.
    request.reject = (error) => {
      if (this.connection.lost.aborted) reject(error);
      else {
        void http.then((end) => {
          if ('answer' in end) return;
          const failure = this.answeredNowhere(request, error, end.error);
          reject(failure);
          this.settings.unanswered?.(failure);
        });
      }
    };
  };

  private answeredNowhere(
    { method, args }: Request,
    overWebSocket: BitSharesError,
    overHttp: BitSharesError,
  ): BitSharesError {
    const subject = subjects[method]?.(args) ?? method;
    if (!isBitSharesError(overWebSocket, 'REQUEST_TIMEOUT')) return overWebSocket;
    return new BitSharesError('REQUEST_TIMEOUT', {
      message: `${overWebSocket.message}, though it answered other calls: ${subject} is not to be had there, and not over HTTP either (${overHttp.message})`,
      fix: `The text of ${subject} may not be UTF-8, and such an answer comes over HTTP only. Let this machine reach the node over HTTP on the same port, without a proxy that passes WebSocket alone, or use another node.`,
      data: { method },
    });
  }

  private async overHttp(question: Question): Promise<unknown> {
    const [, method] = question;
    const most = answerBytes(method);
    try {
      return await this.usual.run(() => this.ask(question, most));
    } catch (error) {
      const { largestAnswer } = this.connection;
      const mayBeLarge = error instanceof TooLarge && mayBeAskedAlone(method) && most < largestAnswer;
      return mayBeLarge ? this.alone.run(() => this.ask(question, largestAnswer)) : Promise.reject(error);
    }
  }

  /** One POST, within its time and not longer than the connection lives. */
  private async ask(question: Question, most: number): Promise<unknown> {
    const { clock, requestTimeout } = this.settings;
    const { lost } = this.connection;
    const ended = new AbortController();
    const late = clock.sleep(requestTimeout, ended.signal).then(() => {
      throw noAnswer(`${this.shown} did not answer within ${requestTimeout / 1000} s`);
    });
    late.catch(() => undefined);
    const end = (): void => ended.abort();
    lost.addEventListener('abort', end, { once: true });
    try {
      if (lost.aborted) throw noAnswer(`the connection to ${this.shown} was lost`);
      return await Promise.race([this.exchange(question, most, ended.signal), late]);
    } finally {
      lost.removeEventListener('abort', end);
      // Ends the timer, and whatever is still to come.
      ended.abort();
    }
  }

  private async exchange(question: Question, most: number, signal: AbortSignal): Promise<unknown> {
    const [api, method] = question;
    const { login, lookUp, post } = this.settings;
    const destination = await findDestination(this.url, lookUp);
    const body = JSON.stringify({ id: this.nextId++, method: 'call', params: question });
    const failed = (error: Error): never => {
      throw noAnswer(`${this.shown}: ${reasonOf(error)}`);
    };
    const request = postTo(destination, body, login);
    const answer = await post(request, signal, () => undefined).catch(failed);
    // A node refuses with 200, and with 400 a method that it does not know. Redirects are not followed.
    if ((answer.status !== 200 && answer.status !== 400) || isCompressed(answer))
      throw noAnswer(`${this.shown} answers with HTTP status ${answer.status} and not as a node`);
    const bytes = await bytesOf(answer.body, most).catch(failed);
    const who = `${this.shown} answered ${method} over HTTP`;
    if (bytes === null) throw new TooLarge(who, most);
    // Single bytes: what is not UTF-8 has no other form, and all that is computed with is ASCII.
    const text = checkedText(bytes, most, who, 'latin1');
    const { result, error } = this.parsed(text);
    if (error !== undefined && error !== null) {
      const refused = refusal(this.shown, { api, method, secrets: secretsIn(request) }, error);
      throw refused.code === 'ACCESS_DENIED' ? noAnswer(refused.message) : refused;
    }
    if (result === undefined || answer.status !== 200)
      throw noAnswer(`${this.shown} does not answer as a node`);
    if (!isUtf8(bytes)) this.remember(question);
    return result;
  }

  private parsed(text: string): { result?: unknown; error?: unknown } {
    try {
      return (JSON.parse(text) as { result?: unknown; error?: unknown } | null) ?? {};
    } catch {
      throw noAnswer(`${this.shown} does not answer as a node`);
    }
  }

  private remember(question: Question): void {
    this.connection.losesAnswers();
    this.known.add(keyOf(question));
    const [oldest] = this.known;
    if (this.known.size > mostKnown && oldest !== undefined) this.known.delete(oldest);
  }
}

/** A block of this size is asked for again, as the only large answer on its way. */
class TooLarge extends BitSharesError {
  constructor(who: string, most: number) {
    super('INVALID_ANSWER', {
      message: `${who} with more than ${most} bytes`,
      fix: 'Check that the address is your own node and that nothing stands in between.',
    });
  }
}

type Settled = { answer: unknown } | { error: BitSharesError };

function settled(work: Promise<unknown>): Promise<Settled> {
  return work.then(
    (answer) => ({ answer }),
    (error: BitSharesError) => ({ error }),
  );
}

/** Whether the node said something, be it a refusal or too much. */
function isAnswer(error: BitSharesError): boolean {
  return isBitSharesError(error, 'NODE_ERROR', 'INVALID_ANSWER');
}

function noAnswer(message: string): BitSharesError {
  return new BitSharesError('NODE_UNREACHABLE', { message });
}

/** Why a connection failed, in words. */
function reasonOf(error: Error & { code?: string }): string {
  return error.code?.startsWith('HPE_') === true
    ? 'what it answers is not HTTP'
    : foreignText(connectFailure(error).reason) || 'no connection';
}

/** What must not come back in a message: the login as it was sent, and the password in it. */
function secretsIn({ headers }: HttpPost): string[] {
  const [, sent = ''] = headers['authorization']?.split(' ') ?? [];
  const login = Buffer.from(sent, 'base64').toString('utf8');
  return [sent, login.slice(login.indexOf(':') + 1)];
}

function keyOf(question: Question): string {
  return JSON.stringify(question);
}

function isUtf8(bytes: Buffer): boolean {
  return Buffer.from(bytes.toString('utf8'), 'utf8').equals(bytes);
}
