/**
 * Questions that several parts of a process put to one node at about the same time are asked once: the same question for all
 * of them, and questions about single objects in one about many.
 *
 * Nobody is given an answer to something that was sent before they asked. What is judged by an earlier answer (the last
 * irreversible block is read first, the pages that it judges afterwards) was asked after it, as if everybody had asked alone.
 * So while a question is on its way, those who come later share the next one.
 */
import { isBitSharesError, type BitSharesError } from '../errors';
import { statedLimit } from '../chain/statedLimit';
import { objectsPerCall } from './chainReader';

/** A call of a node, made for `asker`. */
export type AskedCall = (api: string, method: string, args: unknown[], asker: unknown) => Promise<unknown>;

/**
 * Questions that readers of one account all ask. They may be about texts of strangers, and an answer with such a text can be
 * lost (`LostAnswers`) or be too large: nobody waits for it, or goes without, who did not ask for the very same.
 */
const askedAlike: ReadonlySet<string> = new Set([
  'get_block',
  'get_relative_account_history',
  'lookup_asset_symbols',
]);

/**
 * Properties of the chain, and statistics of accounts: small, whatever strangers do. What they can lengthen (a proposal) is
 * asked for alone.
 */
const smallObject = /^2\.[016]\.\d+$/;

export class SharedQuestions {
  private readonly lists = new Map<string, ListQuestion>();
  private readonly alike = new Map<string, SameQuestion>();

  constructor(private readonly ask: AskedCall) {}

  /** `api.method(...args)`, alone or together with what others ask. The answer is not checked. */
  call: AskedCall = (api, method, args, asker) => {
    const [keys, ...rest] = args;
    if (isList(method, keys)) {
      const kind = JSON.stringify([api, method, ...rest]);
      const list =
        this.lists.get(kind) ?? new ListQuestion((some) => this.ask(api, method, [some, ...rest], this));
      this.lists.set(kind, list);
      return list.about(keys);
    }
    if (!askedAlike.has(method)) return this.ask(api, method, args, asker);
    const question = JSON.stringify([api, method, args]);
    const same =
      this.alike.get(question) ??
      new SameQuestion(
        () => this.ask(api, method, args, asker),
        () => this.alike.delete(question),
      );
    this.alike.set(question, same);
    return same.answer();
  };
}

function isList(method: string, keys: unknown): keys is string[] {
  if (!Array.isArray(keys) || !keys.every((key) => typeof key === 'string')) return false;
  return method === 'get_objects' ? keys.every((key) => smallObject.test(key)) : method === 'get_accounts';
}

/** One question, asked once for all who want to know before it is sent. */
class SameQuestion {
  private next: Promise<unknown> | undefined;
  private onItsWay: Promise<unknown> | undefined;

  constructor(
    private readonly ask: () => Promise<unknown>,
    private readonly ended: () => void,
  ) {}

  answer(): Promise<unknown> {
    this.next ??= this.askNext();
    return this.next;
  }

  private async askNext(): Promise<unknown> {
    // At least until all those have asked who were woken by the same event.
    await this.onItsWay?.catch(() => undefined);
    this.next = undefined;
    const asked = this.ask();
    this.onItsWay = asked;
    try {
      return await asked;
    } finally {
      if (this.onItsWay === asked) this.onItsWay = undefined;
      if (this.next === undefined) this.ended();
    }
  }
}

/** What one asker wants to know, as a part of a longer list. */
interface Part {
  keys: string[];
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

/** Questions about lists, of which one is on its way at a time; the lists of those who come meanwhile are put together. */
class ListQuestion {
  private waiting: Part[] = [];
  private isAsking = false;
  private most = objectsPerCall;

  constructor(private readonly ask: (keys: string[]) => Promise<unknown>) {}

  about(keys: string[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ keys, resolve, reject });
      if (!this.isAsking) void this.askAll();
    });
  }

  private async askAll(): Promise<void> {
    this.isAsking = true;
    // At least until all those have asked who were woken by the same event.
    await Promise.resolve();
    while (this.waiting.length > 0) await Promise.all(this.takeTogether().map((parts) => this.askFor(parts)));
    this.isAsking = false;
  }

  /** What waits, in calls of as many objects as a node answers; who asks for more than that did so knowingly. */
  private takeTogether(): Part[][] {
    const calls: Part[][] = [];
    let asked = new Set<string>();
    for (const part of this.waiting.splice(0)) {
      const together = new Set([...asked, ...part.keys]);
      const fits = calls.length > 0 && together.size <= this.most;
      asked = fits ? together : new Set(part.keys);
      if (fits) calls.at(-1)?.push(part);
      else calls.push([part]);
    }
    return calls;
  }

  private async askFor(parts: Part[]): Promise<void> {
    const [only] = parts;
    if (only !== undefined && parts.length === 1) return void (await this.askAlone(only));
    const places = new Map<string, number>();
    for (const key of parts.flatMap(({ keys }) => keys)) if (!places.has(key)) places.set(key, places.size);
    let answers: unknown;
    let refused: BitSharesError | null = null;
    try {
      answers = await this.ask([...places.keys()]);
    } catch (error) {
      if (!isBitSharesError(error, 'NODE_ERROR', 'INVALID_ANSWER')) {
        for (const { reject } of parts) reject(error);
        return;
      }
      refused = error;
    }
    if (Array.isArray(answers) && answers.length === places.size) {
      for (const { keys, resolve } of parts)
        resolve(keys.map((key) => (answers as unknown[])[places.get(key) as number]));
      return;
    }
    // One of the parts is at fault, or all of them are too much together. Nobody pays for what another one asked.
    const alone = await Promise.all(parts.map((part) => this.askAlone(part)));
    if (refused !== null && alone.every((isAnswered) => isAnswered))
      this.most = statedLimit(refused) ?? Math.max(1, Math.floor(places.size / 2));
  }

  /** @returns whether there was an answer */
  private async askAlone({ keys, resolve, reject }: Part): Promise<boolean> {
    try {
      resolve(await this.ask(keys));
      return true;
    } catch (error) {
      reject(error);
      return false;
    }
  }
}
