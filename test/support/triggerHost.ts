/**
 * A small host that treats the trigger as n8n does: executions are rows with a unique deduplication key, static data is one
 * document that is written by an emit without waiting for it, an execution's row comes later, and a kill between any two
 * of these steps leaves what was written. The context of the trigger is the one of n8n-core.
 */
import { TriggerContext } from 'n8n-core';
import {
  Workflow,
  type IDataObject,
  type INode,
  type INodeExecutionData,
  type IRun,
  type ITriggerFunctions,
  type ITriggerResponse,
  type IWorkflowExecuteAdditionalData,
  type IWorkflowSettings,
  type WorkflowActivateMode,
  type WorkflowExecuteMode,
} from 'n8n-workflow';
import type { Clock } from '../../src/chain/interfaces';
import type { AddressObserver } from '../../src/rpc/addresses';
import { customChain } from '../../src/protocol';
import { BitSharesTrigger } from '../../nodes/BitSharesTrigger/BitSharesTrigger.node';
import { LiveInstances } from '../../nodes/BitSharesTrigger/liveInstances';
import { NodeSource, type ChainNodeSource } from '../../nodes/shared/deposits/nodes';
import { readTriggerSettings } from '../../nodes/BitSharesTrigger/settings';
import { TriggerRun } from '../../nodes/BitSharesTrigger/triggerRun';
import type { DepositItem } from '../../src/deposits/items/depositItem';
import { chainId, MemoryEndpoints, type MemoryNode } from './memoryChain';

export interface Row {
  id: number;
  key: string | undefined;
  status: 'new' | 'running' | 'success' | 'error' | 'waiting' | 'crashed' | 'canceled';
  items: DepositItem[];
}

export type Outcome = 'success' | 'error' | 'waiting' | 'canceled' | 'never';

/** What a workflow does with the items of an execution. */
export type Consumer = (items: DepositItem[], clock: Clock) => Promise<Outcome> | Outcome;

export interface HostOptions {
  nodes?: MemoryNode[];
  /** The credentials; those of nodes are for real connections, instead of nodes in memory. */
  credentials?: Record<string, object>;
  /** The trusted nodes, when `nodes` are delayed ones. */
  trusted?: MemoryNode[];
  parameters?: Record<string, unknown>;
  settings?: IWorkflowSettings;
  consumer?: Consumer;
}

/** One life of the n8n process. What a dead process still does has no effect. */
class Process implements Clock {
  alive = true;
  readonly instances = new LiveInstances();
  /** Real connections, which end with the process. */
  readonly connections: ChainNodeSource[] = [];
  private readonly sleepers = new Set<() => void>();

  constructor(private readonly clock: Clock) {}

  now(): number {
    return this.clock.now();
  }

  /** A dead process never wakes, and leaves no timer behind. */
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const end = new AbortController();
    const wake = (): void => end.abort();
    signal?.addEventListener('abort', wake);
    this.sleepers.add(wake);
    if (signal?.aborted === true) wake();
    await this.clock.sleep(ms, end.signal);
    this.sleepers.delete(wake);
    signal?.removeEventListener('abort', wake);
    if (!this.alive) await new Promise(() => undefined);
  }

  kill(): void {
    this.alive = false;
    for (const wake of [...this.sleepers]) wake();
    for (const connection of this.connections) connection.close();
  }
}

export class TriggerHost {
  /** What survives the process. */
  readonly rows: Row[] = [];
  private readonly rowsByKey = new Map<string, Row>();
  staticData = '{}';
  readonly failures: { message: string; description: string; item: DepositItem | undefined }[] = [];
  parameters: Record<string, unknown>;
  consumer: Consumer;
  /** Steps between which a kill can come: storing, creating a row, starting and ending an execution, and every answer. */
  steps = 0;
  killAt = Number.POSITIVE_INFINITY;
  /** Whether the engine knows deduplication keys (n8n 2.20 and later). */
  knowsKeys = true;
  nodeName = 'BitShares Trigger';
  /**
   * The trigger nodes of the published workflow by name; all of them have one id. Another `nodeName` while the workflow is
   * active is a second node; `rename` is what an editor does.
   */
  private readonly nodes = new Map<string, INode>();
  private process: Process | undefined;
  private response: ITriggerResponse | undefined;
  private nextRow = 1;
  /** The data of a manual execution. */
  manualData: INodeExecutionData[][] | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly options: HostOptions,
  ) {
    this.parameters = { account: 'exchange', startFrom: 'now', ...options.parameters };
    this.consumer = options.consumer ?? (() => 'success');
    for (const node of new Set([...(options.nodes ?? []), ...(options.trusted ?? [])])) {
      const before = node.beforeAnswer;
      node.beforeAnswer = async (method) => {
        await this.step();
        await before(method);
      };
    }
  }

  get alive(): boolean {
    return this.process?.alive === true;
  }

  /** Executions that got as far as running the workflow, without checkpoints. */
  get executions(): Row[] {
    return this.rows.filter(({ items, status }) => items.length > 0 && status !== 'new');
  }

  /** The deposits of executions with a status, in the order in which they began. */
  delivered(status: Row['status'] = 'success'): DepositItem[] {
    return this.executions.filter((row) => row.status === status).flatMap(({ items }) => items);
  }

  get state(): { position: { sequence: number; key: string }; [name: string]: unknown } {
    return JSON.parse(this.staticData).global['bitshares:node-1'];
  }

  /** Starts n8n and activates the workflow. Rejects as the activation does. */
  async start(mode: WorkflowActivateMode = 'activate'): Promise<void> {
    const process = new Process(this.clock);
    this.process = process;
    // What n8n does first after a crash: executions that ran are crashed, those that were new run now.
    for (const row of this.rows) {
      if (row.status === 'running') row.status = 'crashed';
      else if (row.status === 'new') void this.run(process, row).catch(() => undefined);
    }
    await this.activate(mode);
  }

  /** Activates the workflow in the running process. */
  async activate(mode: WorkflowActivateMode): Promise<void> {
    const process = this.process as Process;
    const { context, workflow } = this.context(process, 'trigger', mode);
    const run = new TriggerRun(context, readTriggerSettings(context), {
      clock: process,
      random: () => 0.5,
      instances: process.instances,
      ...this.nodeSource(process, context),
    });
    // One response for a node id: n8n forgets the one before, and never closes it.
    this.response = await run.start();
    if (process.alive) await this.saveStaticData(process, workflow);
  }

  /** Runs the trigger as a test in the editor does. */
  async test(): Promise<DepositItem[]> {
    const process = this.process ?? new Process(this.clock);
    this.process = process;
    const { context } = this.context(process, 'manual', 'manual');
    const run = new TriggerRun(context, readTriggerSettings(context), {
      clock: process,
      random: () => 0.5,
      instances: process.instances,
      ...this.nodeSource(process, context),
    });
    await run.showLatest();
    await run.close();
    return (this.manualData?.[0] ?? []).map(({ json }) => json as unknown as DepositItem);
  }

  /** Ends the trigger as a deactivation or a shutdown does. */
  async stop(): Promise<void> {
    await this.response?.closeFunction?.();
    this.nodes.clear();
  }

  /** Gives the node another name in the workflow. */
  rename(name: string): void {
    this.nodes.delete(this.nodeName);
    this.nodeName = name;
  }

  /** Turns a node of the workflow off. */
  disable(name: string): void {
    const node = this.nodes.get(name);
    if (node !== undefined) this.nodes.set(name, { ...node, disabled: true });
  }

  /** Removes rows as n8n does with old executions; their keys are free again. */
  pruneRows(): void {
    this.rows.length = 0;
    this.rowsByKey.clear();
  }

  /** kill -9. */
  kill(): void {
    this.process?.kill();
  }

  /** Another node of the workflow writes the whole static data. */
  overwriteStaticData(document: object): void {
    this.staticData = JSON.stringify(document);
  }

  private async step(): Promise<void> {
    const process = this.process;
    this.steps += 1;
    if (this.steps === this.killAt) this.kill();
    if (process?.alive === false) await new Promise(() => undefined);
  }

  private nodeSource(process: Process, context: ITriggerFunctions): { nodes: ChainNodeSource } {
    const { nodes, trusted } = this.options;
    // Without nodes in memory the trigger connects as its credentials say.
    if (nodes === undefined) {
      const connection = new NodeSource(context);
      process.connections.push(connection);
      return { nodes: connection };
    }
    let observer: AddressObserver | undefined;
    const endpoints = (of: MemoryNode[]) => new MemoryEndpoints(of, this.clock, (event) => observer?.(event));
    const reading = endpoints(nodes);
    const compared = trusted === undefined ? null : endpoints(trusted);
    const source = {
      observe: (given: AddressObserver) => {
        observer = given;
      },
      nodes: () =>
        Promise.resolve({
          chain: customChain({ chainId, prefix: 'BTS' }),
          kind: nodes[0]?.kind ?? ('full' as const),
          reading: reading.asEndpoints(),
          trusted: compared?.asEndpoints() ?? null,
        }),
      close: () => {
        reading.close();
        compared?.close();
      },
    };
    return { nodes: source };
  }

  private context(
    process: Process,
    mode: WorkflowExecuteMode,
    activation: WorkflowActivateMode,
  ): { context: ITriggerFunctions; workflow: Workflow } {
    const type = new BitSharesTrigger();
    const node: INode = {
      id: 'node-1',
      name: this.nodeName,
      type: 'n8n-nodes-bitshares.bitSharesTrigger',
      typeVersion: 1,
      position: [0, 0],
      parameters: this.parameters as INode['parameters'],
      credentials: Object.fromEntries(
        Object.keys(this.options.credentials ?? {}).map((name) => [name, { id: name, name }]),
      ),
    };
    if (mode !== 'manual') this.nodes.set(node.name, node);
    const workflow = new Workflow({
      id: 'workflow-1',
      nodes: mode === 'manual' ? [node] : [...this.nodes.values()],
      connections: {},
      active: true,
      staticData: JSON.parse(this.staticData) as IDataObject,
      settings: this.options.settings ?? {},
      nodeTypes: {
        getByName: () => type,
        getByNameAndVersion: () => type,
        getKnownTypes: () => ({}),
      },
    });
    const emit = (
      data: INodeExecutionData[][],
      _response?: unknown,
      done?: { resolve: (run: IRun) => void; reject: (error: Error) => void },
      key?: string,
    ): void => {
      if (!process.alive) return;
      if (mode === 'manual') {
        this.manualData = data;
        return;
      }
      void this.saveStaticData(process, workflow);
      void this.create(process, data, this.knowsKeys ? key : undefined).then(
        (run) => process.alive && done?.resolve(run as IRun),
        (error: unknown) => process.alive && done?.reject(error as Error),
      );
    };
    const shortEmit = (data: INodeExecutionData[][], response?: unknown, done?: never) =>
      emit(data, response, done);
    const context = new TriggerContext(
      workflow,
      node,
      {
        variables: {},
        credentialsHelper: {
          getParentTypes: () => [],
          isCredentialUsableByNode: () => true,
          getDecrypted: (_data: unknown, _credential: unknown, name: string) =>
            Promise.resolve(this.options.credentials?.[name] ?? {}),
        },
      } as unknown as IWorkflowExecuteAdditionalData,
      mode,
      activation,
      (this.knowsKeys ? emit : shortEmit) as ITriggerFunctions['emit'],
      () => {
        throw new Error('emitError kills a trigger for good');
      },
      (error) => {
        if (!process.alive) return;
        this.failures.push({
          message: error.message,
          description: (error as { description?: string }).description ?? '',
          item: (error as { context?: { item?: DepositItem } }).context?.item,
        });
      },
    );
    return { context: context as unknown as ITriggerFunctions, workflow };
  }

  /** An emit does not wait for it: it may be written before or after the row, or never. */
  private async saveStaticData(process: Process, workflow: Workflow): Promise<void> {
    if (workflow.staticData.__dataChanged !== true) return;
    const document = JSON.stringify(workflow.staticData);
    await process.sleep(1);
    await this.step();
    this.staticData = document;
    await process.sleep(0.5);
    workflow.staticData.__dataChanged = false;
  }

  private async create(
    process: Process,
    data: INodeExecutionData[][],
    key: string | undefined,
  ): Promise<IRun | undefined> {
    await process.sleep(3);
    await this.step();
    const same = key === undefined ? undefined : this.rowsByKey.get(key);
    if (same !== undefined && same.status !== 'new') return undefined;
    // A row that is still new is replaced, which is how n8n ends up running a delivery twice.
    if (same !== undefined) this.rows.splice(this.rows.indexOf(same), 1);
    const items = (data[0] ?? []).map(({ json }) => json as unknown as DepositItem);
    const row: Row = { id: this.nextRow++, key, status: 'new', items };
    this.rows.push(row);
    if (key !== undefined) this.rowsByKey.set(key, row);
    return this.run(process, row);
  }

  private async run(process: Process, row: Row): Promise<IRun> {
    await process.sleep(2);
    await this.step();
    row.status = 'running';
    const outcome = row.items.length === 0 ? 'success' : await this.consumer(row.items, process);
    if (outcome === 'never') return new Promise(() => undefined);
    await process.sleep(1);
    await this.step();
    row.status = outcome;
    return { status: outcome, finished: outcome === 'success', mode: 'trigger', data: {} } as unknown as IRun;
  }
}
