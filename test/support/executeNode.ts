/**
 * Runs one action node in n8n's real engine (n8n-core): parameters with their defaults and expressions, credentials
 * with their restrictions, continue on fail. Only what needs a database is replaced: decrypted credentials are given.
 */
import { ExecutionLifecycleHooks, WorkflowExecute } from 'n8n-core';
import {
  createEmptyRunExecutionData,
  Workflow,
  type IBinaryKeyData,
  type ICredentialDataDecryptedObject,
  type ICredentialsExpressionResolveValues,
  type IDataObject,
  type IExecuteData,
  type INode,
  type INodeExecutionData,
  type INodeParameters,
  type INodeType,
  type IRun,
  type IWorkflowExecuteAdditionalData,
  type WorkflowExecuteMode,
  type NodeParameterValueType,
} from 'n8n-workflow';

export interface NodeRun {
  node: INodeType;
  parameters: Record<string, NodeParameterValueType>;
  /** Decrypted credentials by type; their fields may hold expressions. */
  credentials?: Record<string, object>;
  /** Input items; one empty item when left out. */
  items?: IDataObject[];
  /** Binary fields of every input item. */
  binary?: IBinaryKeyData;
  onError?: 'continueRegularOutput' | 'continueErrorOutput';
  /** The type under which the node runs; the twin for AI agents ends in "Tool". */
  type?: string;
  /** Is told of each credential that the node asks for, and for which item. */
  onCredential?: (type: string, itemIndex: number) => void;
  /** Is given what stops the execution, as n8n does it for a person or after a timeout. */
  onStart?: (cancel: () => void) => void;
}

export interface NodeResult {
  /** Output items of the first output, or null when the node threw. */
  items: INodeExecutionData[] | null;
  /** What went to the error output, if the node has one. */
  errorItems: INodeExecutionData[] | null;
  /** The error as the execution stores it. */
  error: (Error & { description?: string | null; context?: IDataObject }) | null;
  /** Everything that n8n would store of the execution, as text. */
  stored: string;
}

const start: INode = {
  id: 'start',
  name: 'Start',
  type: 'test.start',
  typeVersion: 1,
  position: [0, 0],
  parameters: {},
};

/** Executes the node once with all items. Never throws for what the node does: see `error`. */
export async function executeNode(run: NodeRun): Promise<NodeResult> {
  const type = run.type ?? `n8n-nodes-bitshares.${run.node.description.name}`;
  const credentialNames = Object.keys(run.credentials ?? {});
  const node: INode = {
    id: 'node-under-test',
    name: 'Node under test',
    type,
    typeVersion: 1,
    position: [0, 0],
    parameters: run.parameters,
    credentials: Object.fromEntries(credentialNames.map((name) => [name, { id: name, name }])),
    ...(run.onError === undefined ? {} : { onError: run.onError }),
  };
  const startType = {
    description: {
      ...run.node.description,
      displayName: 'Start',
      name: 'start',
      inputs: [],
      outputs: ['main'],
      properties: [],
      credentials: [],
    },
    execute: () =>
      Promise.resolve([
        (run.items ?? [{}]).map((json) => ({
          json,
          ...(run.binary === undefined ? {} : { binary: run.binary }),
        })),
      ]),
  } as unknown as INodeType;
  const workflow = new Workflow({
    id: 'workflow-under-test',
    nodes: [start, node],
    connections: { Start: { main: [[{ node: node.name, type: 'main', index: 0 }]] } },
    active: false,
    nodeTypes: {
      getByName: (name) => (name === start.type ? startType : run.node),
      getByNameAndVersion: (name) => (name === start.type ? startType : run.node),
      getKnownTypes: () => ({}),
    },
  });
  const hooks = new ExecutionLifecycleHooks('manual', 'execution-under-test', {
    ...workflow,
    nodes: [start, node],
  } as never);
  const additionalData = {
    hooks,
    executionId: 'execution-under-test',
    webhookWaitingBaseUrl: 'http://127.0.0.1/webhook-waiting',
    formWaitingBaseUrl: 'http://127.0.0.1/form-waiting',
    variables: {},
    currentNodeParameters: undefined,
    credentialsHelper: {
      getParentTypes: () => [],
      isCredentialUsableByNode: () => true,
      // As n8n's CredentialsHelper does it: expressions are resolved for the item that the node names, or for the first one.
      getDecrypted: (
        _data: unknown,
        { name }: { name: string },
        _type: string,
        mode: WorkflowExecuteMode,
        executeData: IExecuteData | undefined,
        _raw: unknown,
        resolve: ICredentialsExpressionResolveValues | undefined,
      ) => {
        const raw = (run.credentials?.[name] ?? {}) as INodeParameters;
        if (resolve === undefined) return Promise.resolve(raw);
        run.onCredential?.(name, resolve.itemIndex);
        return Promise.resolve(
          resolve.workflow.expression.getParameterValue(
            raw,
            resolve.runExecutionData,
            resolve.runIndex,
            resolve.itemIndex,
            resolve.node.name,
            resolve.connectionInputData,
            mode,
            {},
            executeData,
            false,
            raw,
          ) as ICredentialDataDecryptedObject,
        );
      },
    },
    logAiEvent: () => undefined,
    setExecutionStatus: () => undefined,
  } as unknown as IWorkflowExecuteAdditionalData;
  const execution = new WorkflowExecute(additionalData, 'manual', createEmptyRunExecutionData()).run({
    workflow,
    startNode: start,
  });
  run.onStart?.(() => execution.cancel());
  const result: IRun = await execution;
  const runs = result.data.resultData.runData[node.name];
  const output = runs?.at(-1);
  return {
    items: output?.data?.main?.[0] ?? null,
    errorItems: run.onError === 'continueErrorOutput' ? (output?.data?.main?.[1] ?? null) : null,
    error: (output?.error ?? result.data.resultData.error ?? null) as NodeResult['error'],
    stored: JSON.stringify({ data: result.data, error: output?.error }),
  };
}
