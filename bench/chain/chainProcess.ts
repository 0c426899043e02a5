/** A chain in a process of its own, seen from the benchmark. */
import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import type { ChainFacts, ChainSetup, OrderName, Orders, Reply } from './messages';

export class ChainProcess {
  private nextId = 1;
  private readonly open = new Map<
    number,
    { resolve(value: unknown): void; reject(error: Error): void; progress: (text: string) => void }
  >();

  private constructor(private readonly child: ChildProcess) {
    child.on('message', (message) => this.received(message as Reply));
    child.on('exit', () => {
      for (const { reject } of this.open.values()) reject(new Error('The process of the chain ended.'));
    });
  }

  static async start(setup: Partial<ChainSetup>): Promise<{ chain: ChainProcess; facts: ChainFacts }> {
    const chain = new ChainProcess(fork(path.join(__dirname, 'chainServer.ts'), { stdio: 'inherit' }));
    const facts = await chain.order('start', {
      senders: 20,
      historyLimit: 100,
      realTime: false,
      historyKept: null,
      latency: 0,
      ...setup,
    });
    return { chain, facts };
  }

  order<Name extends OrderName>(
    name: Name,
    give: Orders[Name]['give'],
    progress: (text: string) => void = () => undefined,
  ): Promise<Orders[Name]['take']> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.open.set(id, { resolve: resolve as (value: unknown) => void, reject, progress });
      this.child.send({ id, name, give });
    });
  }

  stop(): void {
    this.child.removeAllListeners('exit');
    this.child.kill();
  }

  private received(message: Reply): void {
    const request = this.open.get(message.id);
    if (request === undefined) return;
    if (message.kind === 'progress') {
      request.progress(message.text);
      return;
    }
    this.open.delete(message.id);
    if (message.kind === 'done') request.resolve(message.take);
    else request.reject(new Error(`The chain failed: ${message.reason}`));
  }
}
