/** A node's endpoint: WebSocket connections with their notices, and HTTP on the same port. */
import type { Server } from 'node:http';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import type { AppliedBlock, ChainNode } from '../chain/chainNode';
import type { Faults } from './faults';
import type { Json } from '../wire/json';
import { stringify } from '../wire/json';
import { textOf } from '../wire/text';
import type { ApiContext, Caller, Subscriptions } from './api';
import { asJson } from './api';
import type { Request } from './envelope';
import { JsonRpcServer } from './httpServer';
import type { ApiLimits } from './limits';
import { defaultLimits } from './limits';
import type { Credentials } from './session';
import { ApiSession } from './session';
import { sendTextFrame } from './textFrame';

export interface NodeServerOptions {
  name: string;
  host: string;
  port: number;
  faults: Faults;
  limits?: Partial<ApiLimits>;
  credentials?: Credentials;
  /** Where accepted transactions go; left out on a node that takes none. */
  broadcast?: (json: unknown, included?: (notice: Json) => void) => void;
  /** Milliseconds before every answer, and the most calls per second of one connection: a public node. */
  latency?: number;
  callsPerSecond?: number;
  /** A node older than 6.1: history without is_virtual and block_time. */
  withoutVirtualMarks?: boolean;
}

class Connection implements Caller {
  readonly subscriptions: Subscriptions = {
    subscribeCallback: undefined,
    blockCallback: undefined,
    objects: new Set(),
    accounts: new Set(),
    autoSubscribe: true,
  };
  readonly session: ApiSession;
  private readonly endListeners: (() => void)[] = [];
  private windowStart = 0;
  private windowCalls = 0;

  constructor(
    private readonly server: NodeServer,
    private readonly socket: WebSocket | undefined,
  ) {
    this.session = new ApiSession(server.contextFor(this), server.options.credentials);
  }

  notify(callback: number, params: Json): void {
    if (this.socket)
      this.server.send(this.socket, stringify({ method: 'notice', params: [callback, params] }));
  }

  onEnd(listener: () => void): void {
    this.endListeners.push(listener);
  }

  end(): void {
    for (const listener of this.endListeners) listener();
  }

  /** Counts a call; false when the connection is over its rate. */
  withinRate(perSecond: number): boolean {
    const now = Date.now();
    if (now - this.windowStart >= 1000) {
      this.windowStart = now;
      this.windowCalls = 0;
    }
    return ++this.windowCalls <= perSecond;
  }
}

/** witness_node's RPC endpoint over one chain node: WebSocket with subscriptions, and HTTP. */
export class NodeServer extends JsonRpcServer {
  private readonly connections = new Set<Connection>();
  private webSockets: WebSocketServer | undefined;
  private node: ChainNode;
  private stopListening: () => void;
  private hidden: AppliedBlock[] | undefined;
  private lost = 0;

  constructor(
    readonly options: NodeServerOptions,
    node: ChainNode,
  ) {
    super(options.name, options.faults, options.host, options.port);
    this.node = node;
    this.stopListening = node.onBlock((applied) => this.onBlock(applied));
  }

  override get url(): string {
    return `ws://${this.host}:${this.port}`;
  }

  /** Puts another chain node behind the same endpoint: a replayed one. */
  replaceNode(node: ChainNode): void {
    this.stopListening();
    this.node = node;
    this.stopListening = node.onBlock((applied) => this.onBlock(applied));
    this.dropConnections();
  }

  get connectionCount(): number {
    return this.connections.size;
  }

  /** How many answers and notices were not sent because they hold a text that is not UTF-8. */
  get lostFrames(): number {
    return this.lost;
  }

  /** Everything that goes out over WebSocket goes through here. */
  send(socket: WebSocket, text: string): void {
    if (!sendTextFrame(socket, text)) this.lost++;
  }

  /** Holds block and object notices back (the answers stay current) until told otherwise. */
  holdNotices(hold: boolean): void {
    if (hold) {
      this.hidden ??= [];
      return;
    }
    const held = this.hidden ?? [];
    this.hidden = undefined;
    for (const applied of held) this.onBlock(applied);
  }

  contextFor(caller: Caller): ApiContext {
    const { options } = this;
    const node = (): ChainNode => this.node;
    return {
      get node() {
        return node();
      },
      get state() {
        return node().state;
      },
      limits: { ...defaultLimits, ...options.limits },
      caller,
      canBroadcast: options.broadcast !== undefined,
      withoutVirtualMarks: options.withoutVirtualMarks === true,
      broadcast: (json, included) => options.broadcast?.(json, included),
    };
  }

  protected override attach(server: Server): void {
    const webSockets = new WebSocketServer({ server, maxPayload: 64 * 1024 * 1024 });
    this.webSockets = webSockets;
    webSockets.on('connection', (socket, request) => {
      const connection = new Connection(this, socket);
      this.authorize(connection, request.headers.authorization);
      this.connections.add(connection);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.connections.delete(connection);
        connection.end();
      });
      socket.on(
        'message',
        (data) =>
          void this.onMessage(connection, socket, Buffer.isBuffer(data) ? textOf(data) : String(data)),
      );
    });
  }

  override async stop(): Promise<void> {
    this.abandonTimers();
    for (const client of this.webSockets?.clients ?? []) client.terminate();
    this.webSockets?.close();
    await super.stop();
  }

  private authorize(connection: Connection, header: string | undefined): void {
    if (header?.startsWith('Basic ') !== true) return;
    const [user = '', password = ''] = Buffer.from(header.slice(6), 'base64').toString('utf8').split(':');
    connection.session.login(user, password);
  }

  protected override httpConnection(authorization: string | undefined): Connection {
    const connection = new Connection(this, undefined);
    this.authorize(connection, authorization);
    return connection;
  }

  private async onMessage(connection: Connection, socket: WebSocket, text: string): Promise<void> {
    if (this.options.callsPerSecond !== undefined && !connection.withinRate(this.options.callsPerSecond)) {
      socket.terminate();
      return;
    }
    const answer = await this.answer(text, connection, 'WebSocket');
    if (answer === 'cut') socket.terminate();
    else if (answer !== undefined && answer.text !== '') this.send(socket, answer.text);
  }

  protected override handle(request: Request, connection: unknown): Json | Promise<Json> {
    const call = () => (connection as Connection).session.call(request.method, request.params);
    const { latency } = this.options;
    if (latency === undefined) return call();
    return new Promise((resolve, reject) => {
      setTimeout(() => {
        try {
          resolve(call());
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      }, latency);
    });
  }

  private onBlock(applied: AppliedBlock): void {
    if (this.hidden) {
      this.hidden.push(applied);
      return;
    }
    for (const connection of [...this.connections]) {
      const { subscriptions } = connection;
      if (subscriptions.blockCallback !== undefined)
        connection.notify(subscriptions.blockCallback, [applied.block.id]);
      if (subscriptions.subscribeCallback !== undefined)
        this.notifyChanges(connection, subscriptions.subscribeCallback, applied.changed);
    }
  }

  private notifyChanges(connection: Connection, callback: number, changed: ReadonlySet<string>): void {
    const { objects, accounts } = connection.subscriptions;
    const updates: Json[] = [];
    for (const id of changed) {
      const object = this.node.state.store.find<{ id: string; owner?: string }>(id);
      const wanted =
        objects.has(id) ||
        (object !== undefined &&
          accounts.size > 0 &&
          (accounts.has(id) || (typeof object.owner === 'string' && accounts.has(object.owner))));
      if (wanted) updates.push(asJson(object ?? id));
    }
    if (updates.length > 0) connection.notify(callback, [updates]);
  }
}
