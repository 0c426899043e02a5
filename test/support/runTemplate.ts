/**
 * Runs a workflow of examples/ in n8n's real engine (n8n-core) with our real nodes. n8n's own nodes are not among the development
 * dependencies (they are gigabytes), so the few lines of them that the templates need stand in here; `npm start -- --check` and
 * `npm run test:approval` run the same templates with n8n's own nodes.
 */
import { ExecutionLifecycleHooks, WorkflowExecute } from 'n8n-core';
import {
  createEmptyRunExecutionData,
  NodeOperationError,
  Workflow,
  type ICredentialDataDecryptedObject,
  type IDataObject,
  type IExecuteFunctions,
  type INode,
  type INodeExecutionData,
  type INodeProperties,
  type INodeType,
  type IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';
import type { WorkflowNode, WorkflowTemplate } from '../../demo/workflowTemplates';

export type Row = Record<string, unknown> & { id: number };

/** How a data table fails: as n8n's node reports a table that is not there, or as a busy database. */
export type TableFault = 'missing' | 'busy';

export interface TemplateRun {
  /** Our nodes, by the type in the template. */
  nodes: Record<string, INodeType>;
  /** Decrypted credentials by type, then by the name in the template. */
  credentials: Record<string, Record<string, object>>;
  /** What the trigger gives out. */
  input: IDataObject;
  /** Rows of the data tables by table; they are changed. */
  tables?: Record<string, Row[]>;
  /** Asked before each use of a data table, with the name of the node. */
  tableFault?: (node: string) => TableFault | undefined;
}

export interface TemplateResult {
  /** What Respond to Webhook sent, if anything. */
  response: { status: number; headers: Record<string, string>; body: string } | null;
  /** The last page of a form, if any. */
  page: { title: string; message: string } | null;
  /** The error that ended the execution, if any. */
  error: Error | null;
  /** The names of the nodes that ran, in order. */
  ran: string[];
  /** What each node gave out at its first output, by its name. */
  output: Record<string, IDataObject[]>;
}

type Execute = (this: IExecuteFunctions) => Promise<INodeExecutionData[][]>;

/** Runs the template from its trigger to its end. */
export async function runTemplate(template: WorkflowTemplate, run: TemplateRun): Promise<TemplateResult> {
  const result: TemplateResult = { response: null, page: null, error: null, ran: [], output: {} };
  const nodes = template.nodes.filter(({ type }) => type !== 'n8n-nodes-base.stickyNote');
  const standIns = n8nNodes(run, result);
  const typeOf = (node: WorkflowNode): INodeType => {
    const own = run.nodes[node.type];
    if (own !== undefined) return own;
    const execute = standIns[node.type];
    if (execute === undefined) throw new Error(`${node.type} has no stand-in.`);
    return standIn(node, execute);
  };
  // Two nodes of one type have different parameters, and a stand-in declares those that its node has.
  const types = new Map(nodes.map((node) => [`${node.type} ${node.name}`, typeOf(node)]));
  const workflow = new Workflow({
    id: 'template-under-test',
    nodes: nodes.map((node) => ({ ...node, type: `${node.type} ${node.name}` })) as unknown as INode[],
    connections: template.connections as never,
    active: false,
    nodeTypes: {
      getByName: (name) => types.get(name) as INodeType,
      getByNameAndVersion: (name) => types.get(name) as INodeType,
      getKnownTypes: () => ({}),
    },
  });
  const hooks = new ExecutionLifecycleHooks('manual', 'execution-under-test', workflow as never);
  const additionalData = {
    hooks,
    executionId: 'execution-under-test',
    webhookWaitingBaseUrl: 'http://127.0.0.1/webhook-waiting',
    formWaitingBaseUrl: 'http://127.0.0.1/form-waiting',
    variables: {},
    currentNodeExecutionIndex: 0,
    credentialsHelper: {
      getParentTypes: () => [],
      isCredentialUsableByNode: () => true,
      getDecrypted: (_: unknown, { name }: { name: string }, type: string) =>
        Promise.resolve((run.credentials[type]?.[name] ?? {}) as ICredentialDataDecryptedObject),
    },
    logAiEvent: () => undefined,
    setExecutionStatus: () => undefined,
  } as unknown as IWorkflowExecuteAdditionalData;
  const startNode = workflow.getNode(nodes.find(({ type }) => type in triggers)?.name ?? '');
  const execution = await new WorkflowExecute(additionalData, 'manual', createEmptyRunExecutionData()).run({
    workflow,
    ...(startNode === null ? {} : { startNode }),
  });
  const { runData, error } = execution.data.resultData;
  result.error = error ?? null;
  result.ran = Object.entries(runData)
    .flatMap(([name, runs]) => runs.map(({ executionIndex }) => ({ name, executionIndex })))
    .sort((a, b) => a.executionIndex - b.executionIndex)
    .map(({ name }) => name);
  for (const [name, runs] of Object.entries(runData))
    result.output[name] = (runs.at(-1)?.data?.['main']?.[0] ?? []).map(({ json }) => json);
  return result;
}

const triggers = { 'n8n-nodes-base.webhook': true, 'n8n-nodes-base.formTrigger': true };

/** A node type that declares the parameters which its node has, so that n8n keeps and resolves them. */
function standIn({ name, parameters, type }: WorkflowNode, execute: Execute): INodeType {
  const outputs = type === 'n8n-nodes-base.if' ? ['main', 'main'] : ['main'];
  const properties = Object.keys(parameters).map((parameter): INodeProperties => ({
    displayName: parameter,
    name: parameter,
    type: parameter === 'conditions' ? 'filter' : 'json',
    default: null,
  }));
  const description = { displayName: name, name, group: [], version: 1, description: '', defaults: { name } };
  const inputs = type in triggers ? [] : ['main'];
  return { description: { ...description, inputs, outputs, properties }, execute } as unknown as INodeType;
}

function n8nNodes(run: TemplateRun, result: TemplateResult): Record<string, Execute> {
  const trigger: Execute = () => Promise.resolve([[{ json: run.input }]]);
  return {
    'n8n-nodes-base.webhook': trigger,
    'n8n-nodes-base.formTrigger': trigger,
    'n8n-nodes-base.if': function () {
      const holds = (item: number) =>
        this.getNodeParameter('conditions', item, false, { extractValue: true }) as boolean;
      const items = this.getInputData().map((item, i) => ({ ...item, pairedItem: { item: i } }));
      return Promise.resolve([items.filter((_, i) => holds(i)), items.filter((_, i) => !holds(i))]);
    },
    'n8n-nodes-base.set': function () {
      const set = ({ json }: INodeExecutionData, i: number): INodeExecutionData => {
        const kept = this.getNodeParameter('includeOtherFields', i, false) === true ? json : {};
        const fields =
          this.getNodeParameter('mode', i, 'manual') === 'raw'
            ? (this.getNodeParameter('jsonOutput', i) as IDataObject)
            : Object.fromEntries(
                (
                  this.getNodeParameter('assignments.assignments', i) as {
                    name: string;
                    value: IDataObject;
                  }[]
                ).map(({ name, value }) => [name, value]),
              );
        return { json: { ...kept, ...fields }, pairedItem: { item: i } };
      };
      return Promise.resolve([this.getInputData().map(set)]);
    },
    'n8n-nodes-base.dataTable': function () {
      return useTable.call(this, run);
    },
    'n8n-nodes-base.respondToWebhook': function () {
      const options = this.getNodeParameter('options', 0) as {
        responseCode?: number;
        responseHeaders?: { entries: { name: string; value: string }[] };
      };
      const body = this.getNodeParameter('responseBody', 0) as string | object;
      const entries = options.responseHeaders?.entries ?? [];
      result.response = {
        status: options.responseCode ?? 200,
        headers: Object.fromEntries(entries.map(({ name, value }) => [name.toLowerCase(), value])),
        body: typeof body === 'string' ? body : JSON.stringify(body),
      };
      return Promise.resolve([this.getInputData()]);
    },
    'n8n-nodes-base.form': function () {
      const text = (name: string) => this.getNodeParameter(name, 0) as string;
      result.page = { title: text('completionTitle'), message: text('completionMessage') };
      return Promise.resolve([this.getInputData()]);
    },
  };
}

/** The Data Table node: rows in memory, errors as its router hands them on. */
async function useTable(this: IExecuteFunctions, run: TemplateRun): Promise<INodeExecutionData[][]> {
  const output: INodeExecutionData[] = [];
  const items = this.getInputData();
  const operation = this.getNodeParameter('operation', 0) as string;
  for (let i = 0; i < items.length; i++) {
    const { value: table } = this.getNodeParameter('dataTableId', i) as { value: string };
    try {
      const fault = run.tableFault?.(this.getNode().name);
      const rows = run.tables?.[table];
      if (rows === undefined || fault === 'missing')
        throw new NodeOperationError(this.getNode(), `Data table with name "${table}" not found`);
      if (fault === 'busy') throw new Error('SQLITE_BUSY: database is locked');
      output.push(...(await onRows(this, i, operation, rows, items)));
    } catch (error) {
      if (!this.continueOnFail()) throw error;
      const json = items[i]?.json ?? {};
      // In bulk n8n hands the items on as they came, one level too deep.
      const given = operation === 'insert' ? ({ json } as IDataObject) : json;
      output.push(error instanceof NodeOperationError ? { json: given, error } : { json: given });
    }
  }
  return [output];
}

function onRows(
  context: IExecuteFunctions,
  i: number,
  operation: string,
  rows: Row[],
  items: INodeExecutionData[],
): Promise<INodeExecutionData[]> {
  const fields = () => (context.getNodeParameter('columns', i) as { value: IDataObject }).value;
  const conditions =
    operation === 'insert'
      ? []
      : ((context.getNodeParameter('filters', i) as { conditions: Condition[] }).conditions ?? []);
  const found = rows.filter((row) => conditions.every((condition) => meets(row, condition)));
  const insert = () => {
    const row: Row = { id: (rows.at(-1)?.id ?? 0) + 1, ...fields() };
    rows.push(row);
    return row;
  };
  const json = (list: Row[]) => Promise.resolve(list.map((row) => ({ json: { ...row } as IDataObject })));
  switch (operation) {
    case 'insert':
      return json([insert()]);
    case 'get':
      return json(found.slice(0, context.getNodeParameter('limit', i) as number));
    case 'upsert':
      return json(found.length === 0 ? [insert()] : found.map((row) => Object.assign(row, fields())));
    case 'deleteRows':
      for (const row of found) rows.splice(rows.indexOf(row), 1);
      return json(found);
    case 'rowNotExists':
      return Promise.resolve(found.length === 0 ? [items[i] as INodeExecutionData] : []);
    default:
      throw new Error(`The stand-in of the data table knows no ${operation}.`);
  }
}

interface Condition {
  keyName: string;
  condition: string;
  keyValue: unknown;
}

function meets(row: Row, { keyName, condition, keyValue }: Condition): boolean {
  return condition === 'isTrue' ? row[keyName] === true : row[keyName] === keyValue;
}
