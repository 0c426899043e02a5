/** The withdrawal examples in a running exchange: PostgreSQL with their tables, their credentials, their workflows. */

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { Cleanup, type Exchange, waitUntilActive } from '../../demo/exchange';
import type { CreatedWorkflow } from '../../demo/n8nApi';
import { withDeadline } from '../../demo/waiting';
import { type CredentialIds, fillCredentials, type WorkflowTemplate } from '../../demo/workflowTemplates';
import { linkTo, type NodeLink } from './approvalLink';
import { type Postgres, startPostgres } from './postgres';

const examples = resolve(__dirname, '../../examples');
const files = {
  request: 'approved-withdrawals/request.json',
  approve: 'approved-withdrawals/approve.json',
  settle: 'approved-withdrawals/settle.json',
  payoutList: 'payout-list.json',
};

export interface WithdrawalRequest {
  withdrawalId: string;
  requestedAt: string;
  to: string;
  asset: string;
  amount: unknown;
  memo?: string;
}

export interface HttpAnswer {
  status: number;
  body: Record<string, unknown>;
}

export interface Approval {
  exchange: Exchange;
  workflows: Record<keyof typeof files, CreatedWorkflow>;
  /** The connection of the workflows to the trusted node. */
  link: NodeLink;
  /** Rows of a query without parameters, each value as text. */
  sql(query: string): Promise<string[][]>;
  request(request: WithdrawalRequest, header?: string): Promise<HttpAnswer>;
  status(withdrawalId: string): Promise<HttpAnswer>;
  /** Waits until every trigger is live, after a start of n8n. */
  untilActive(): Promise<void>;
  stopDatabase(): Promise<void>;
}

/** Sets up everything; what was started is in `cleanup`. The schedules of the examples run every five seconds. */
export async function setUpApproval(
  exchange: Exchange,
  cleanup: Cleanup,
  signal: AbortSignal,
): Promise<Approval> {
  const database = new Cleanup();
  cleanup.add(async () => {
    await database.run();
  });
  const postgres = await startPostgres(database, signal);
  await psql(postgres, ['-f', join(examples, 'approved-withdrawals/tables.sql')]);
  const password = randomBytes(16).toString('hex');
  await psql(postgres, ['-c', `ALTER ROLE n8n_withdrawals PASSWORD '${password}'`]);
  const link = await linkTo(exchange.chain.trustedUrl);
  cleanup.add(() => link.stop());

  const credentials = await createCredentials(exchange, { ...postgres, password }, link);
  const publish = async (name: keyof typeof files): Promise<CreatedWorkflow> => {
    const template = JSON.parse(await readFile(join(examples, files[name]), 'utf8')) as WorkflowTemplate;
    const workflow = await exchange.api.createWorkflow(
      fillCredentials(withHighLimits(everyFiveSeconds(template)), credentials),
    );
    await exchange.api.activate(workflow);
    return workflow;
  };
  const workflows = {
    request: await publish('request'),
    approve: await publish('approve'),
    settle: await publish('settle'),
    payoutList: await publish('payoutList'),
  };
  const ask = (options: RequestInit, query: string, header?: string) =>
    callWebhook(exchange, options, query, header ?? exchange.webhookHeader.value, signal);
  const approval: Approval = {
    exchange,
    workflows,
    link,
    sql: async (query) => {
      const output = await psql(postgres, ['-At', '-F', '\t', '-c', query]);
      return output.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')]));
    },
    request: (request, header) => ask({ method: 'POST', body: JSON.stringify(request) }, '', header),
    status: (withdrawalId) => ask({}, `?withdrawalId=${encodeURIComponent(withdrawalId)}`),
    untilActive: () =>
      waitUntilActive({ ...exchange, workflows: { ...exchange.workflows, ...workflows } }, signal),
    stopDatabase: async () => {
      await database.run();
    },
  };
  await approval.untilActive();
  return approval;
}

async function psql({ host, port, user, password, database }: Postgres, args: string[]): Promise<string> {
  const connection = ['-h', host, '-p', String(port), '-U', user, '-d', database];
  const { stdout } = await promisify(execFile)(
    'psql',
    ['-X', '-q', '-v', 'ON_ERROR_STOP=1', ...connection, ...args],
    { env: { ...process.env, PGPASSWORD: password } },
  );
  return stdout;
}

async function createCredentials(
  { api, chain }: Exchange,
  postgres: Postgres,
  link: NodeLink,
): Promise<CredentialIds> {
  const list = (await api.call('GET', '/credentials')) as { id: string; name: string; type: string }[];
  const existing: CredentialIds = {};
  for (const { id, name, type } of list) (existing[type] ??= {})[name] = id;

  const { host, port, password, database } = postgres;
  const postgresId = await api.createCredential('Withdrawal database', 'postgres', {
    ...{ host, port, database, password },
    user: 'n8n_withdrawals',
    ssl: 'disable',
    maxConnections: 10,
  });
  const nodesId = await api.createCredential('BitShares nodes (link)', 'bitSharesNodeApi', {
    chain: 'custom',
    chainId: chain.chainId,
    addressPrefix: chain.prefix,
    trustedUrls: link.url,
    delayedUrls: chain.delayedUrl,
    user: '',
    password: '',
  });
  return {
    ...existing,
    postgres: { 'Withdrawal database': postgresId },
    bitSharesNodeApi: { 'BitShares nodes': nodesId },
  };
}

function everyFiveSeconds(template: WorkflowTemplate): WorkflowTemplate {
  const rule = { interval: [{ field: 'seconds', secondsInterval: 5 }] };
  const nodes = template.nodes.map((node) =>
    node.type === 'n8n-nodes-base.scheduleTrigger' ? { ...node, parameters: { rule } } : node,
  );
  return { ...template, nodes };
}

/** Above what the hot wallet holds, so that a request can be asked for that it cannot pay. */
function withHighLimits(template: WorkflowTemplate): WorkflowTemplate {
  const rows = [{ asset: '1.3.0', maximumAmount: '10000000' }];
  const nodes = template.nodes.map((node) => {
    const { options } = node.parameters as { options?: { maximumAmounts?: object } };
    if (options?.maximumAmounts === undefined) return node;
    return { ...node, parameters: { ...node.parameters, options: { ...options, maximumAmounts: { rows } } } };
  });
  return { ...template, nodes };
}

async function callWebhook(
  { n8n, webhookHeader }: Exchange,
  options: RequestInit,
  query: string,
  header: string,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  return withDeadline(60_000, signal, async (bounded) => {
    const response = await fetch(`${n8n.address}/webhook/withdrawals${query}`, {
      ...options,
      headers: { 'content-type': 'application/json', [webhookHeader.name]: header },
      signal: bounded,
    });
    const text = await response.text();
    try {
      return { status: response.status, body: JSON.parse(text) as Record<string, unknown> };
    } catch {
      return { status: response.status, body: { message: text.slice(0, 300) } };
    }
  });
}
