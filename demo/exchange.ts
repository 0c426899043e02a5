/** The running exchange: devchain, n8n with this package, credentials, data tables and active workflows. */

import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import bs58 from 'bs58';

import { type DemoChain, startDemoChain } from './demoChain';
import { throwIfStopped } from './failure';
import { findFreePorts } from './freePorts';
import { type CreatedWorkflow, type DataTable, type DataTableColumn, N8nApi, type Owner } from './n8nApi';
import { ensureN8n } from './n8nInstallation';
import { N8nProcess, type N8nRole } from './n8nProcess';
import { installTarball, packTarball } from './nodePackageInstallation';
import type { Report } from './report';
import type { Secret } from './secretSearch';
import { waitFor } from './waiting';
import {
  type CredentialIds,
  fillCredentials,
  readTemplate,
  type TemplateName,
  withoutLogin,
} from './workflowTemplates';

export interface Exchange {
  chain: DemoChain;
  n8n: N8nProcess;
  /** The processes that run the executions in queue mode; none without it. */
  workers: N8nProcess[];
  api: N8nApi;
  owner: Owner;
  projectId: string;
  workflows: Record<TemplateName, CreatedWorkflow>;
  tables: Record<'deposits' | 'withdrawals' | 'withdrawal_requests', DataTable>;
  /** The header that the withdrawal webhook asks for. */
  webhookHeader: { name: string; value: string };
  /** Every private key that was given to n8n. */
  secrets: Secret[];
  userFolder: string;
}

export interface ExchangeOptions {
  repository: string;
  environment: NodeJS.ProcessEnv;
  report: Report;
  signal: AbortSignal;
  /** Told of the n8n process before it starts, so that its log can be shown when something later fails. */
  onProcess: (n8n: N8nProcess) => void;
  /** Flags of the Node.js that runs n8n's main process. */
  nodeFlags?: readonly string[];
  /** Queue mode: what every process of n8n is told, and how many workers there are. */
  queue?: { variables: Readonly<Record<string, string>>; workers: number };
}

const tableColumns: Record<keyof Exchange['tables'], DataTableColumn[]> = {
  deposits: columns(
    'depositId memo amount asset from blockTime:date assetId memoStatus transactionId blockNumber:number',
  ),
  withdrawals: columns(
    'withdrawalId outcome paid:boolean to amount asset transactionId blockNumber:number nextStep',
  ),
  withdrawal_requests: columns('withdrawalId requestedAt to amount asset memo'),
};

/** Collects what has to be undone, and undoes it in reverse order. */
export class Cleanup {
  private readonly tasks: (() => Promise<void>)[] = [];

  add(task: () => Promise<void>): void {
    this.tasks.push(task);
  }

  /** Runs every task once, also when one of them fails; gives the failures. */
  async run(): Promise<unknown[]> {
    const failures: unknown[] = [];
    for (let task = this.tasks.pop(); task !== undefined; task = this.tasks.pop()) {
      try {
        await task();
      } catch (error) {
        failures.push(error);
      }
    }
    return failures;
  }
}

/** Starts everything. Whatever was started is in `cleanup`, also when this throws half-way. */
export async function startExchange(options: ExchangeOptions, cleanup: Cleanup): Promise<Exchange> {
  const { environment, nodeFlags = [], queue, report, repository, signal } = options;
  const installation = await ensureN8n(report, environment, signal);

  const workFolder = await mkdtemp(join(tmpdir(), 'n8n-nodes-bitshares-'));
  cleanup.add(() => rm(workFolder, { recursive: true, force: true, maxRetries: 5 }));
  const packageOptions = { repository, workFolder, environment, signal };
  const tarball = await report.step('Building and packing this package', () => packTarball(packageOptions));
  const userFolder = join(workFolder, 'user');
  const workerFolders = Array.from({ length: queue?.workers ?? 0 }, (_, index) =>
    join(workFolder, `worker-${index + 1}`),
  );
  await report.step('Installing the package into n8n', async () => {
    for (const folder of [userFolder, ...workerFolders]) {
      await mkdir(folder, { mode: 0o700 });
      await installTarball(tarball, folder, packageOptions);
    }
  });

  throwIfStopped(signal);
  const chain = await report.step('Starting a BitShares chain in memory', () => startDemoChain());
  cleanup.add(() => chain.stop());

  const encryptionKey = randomBytes(24).toString('hex');
  const variables = queue?.variables ?? {};
  const start = async (folder: string, role: N8nRole): Promise<N8nProcess> => {
    const [port = 0, brokerPort = 0] = await findFreePorts(2);
    const settings = {
      ...{ installation, userFolder: folder, port, brokerPort, encryptionKey, variables },
      nodeFlags: role === 'main' ? nodeFlags : [],
    };
    const started = new N8nProcess(settings, environment, role);
    if (role === 'main') options.onProcess(started);
    cleanup.add(() => started.stop());
    await report.step(`Starting n8n${role === 'worker' ? "'s worker" : ''}`, () => started.start(signal));
    return started;
  };
  const n8n = await start(userFolder, 'main');
  const workers: N8nProcess[] = [];
  for (const folder of workerFolders) workers.push(await start(folder, 'worker'));

  return await report.step('Creating the owner, credentials, data tables and workflows', () =>
    furnish({ chain, n8n, workers, userFolder }, options),
  );
}

async function furnish(
  parts: Pick<Exchange, 'chain' | 'n8n' | 'workers' | 'userFolder'>,
  { repository, signal }: ExchangeOptions,
): Promise<Exchange> {
  const { chain, n8n } = parts;
  const api = new N8nApi(n8n.address);
  // n8n asks for an upper-case letter and a digit.
  const owner: Owner = { email: 'operator@exchange.example', password: `Demo-${randomUUID().slice(0, 8)}-1` };
  await api.createOwner(owner);
  const projectId = await api.personalProject();

  const table = (name: keyof Exchange['tables']) => api.createDataTable(projectId, name, tableColumns[name]);
  const tables = {
    deposits: await table('deposits'),
    withdrawals: await table('withdrawals'),
    withdrawal_requests: await table('withdrawal_requests'),
  };

  const webhookHeader = { name: 'X-Withdrawal-Token', value: randomUUID() };
  const { credentials, secrets } = await createCredentials(api, chain, webhookHeader);
  const publish = async (name: TemplateName): Promise<CreatedWorkflow> => {
    const workflow = await api.createWorkflow(
      fillCredentials(withoutLogin(await readTemplate(repository, name)), credentials),
    );
    await api.activate(workflow);
    return workflow;
  };
  const workflows = {
    'deposits-to-ledger': await publish('deposits-to-ledger'),
    'make-a-deposit': await publish('make-a-deposit'),
    'webhook-withdrawal': await publish('webhook-withdrawal'),
  };
  const exchange: Exchange = {
    ...parts,
    api,
    owner,
    projectId,
    workflows,
    tables,
    webhookHeader,
    secrets,
  };
  await waitUntilActive(exchange, signal);
  return exchange;
}

/** Waits until every trigger of every workflow is live: n8n activates them in the background, also after a restart. */
export async function waitUntilActive({ api, workflows }: Exchange, signal: AbortSignal): Promise<void> {
  for (const workflow of Object.values(workflows)) {
    await waitFor(
      async () => {
        const status = await api.publicationStatus(workflow.id);
        const triggers = Array.isArray(status['triggers'])
          ? (status['triggers'] as { status?: unknown }[])
          : [];
        const failed = triggers.find((trigger) => trigger.status === 'failed');
        if (failed !== undefined) throw new Error(`a trigger failed: ${JSON.stringify(failed)}`);
        const active = triggers.length > 0 && triggers.every((trigger) => trigger.status === 'activated');
        return status['status'] === 'published' && active ? true : undefined;
      },
      // What a process was activating when it was killed is free again only after two minutes (n8n's lease).
      { what: `the workflow "${workflow.name}" to become active`, deadline: 180_000, signal },
    );
  }
}

async function createCredentials(
  api: N8nApi,
  chain: DemoChain,
  webhookHeader: Exchange['webhookHeader'],
): Promise<{ credentials: CredentialIds; secrets: Secret[] }> {
  const secrets: Secret[] = [];
  const keysOf = async (
    name: string,
    account: string,
    roles: ('memo' | 'active')[],
  ): Promise<[string, string]> => {
    const keys = chain.keysOf(account);
    for (const role of roles) {
      // A WIF is one prefix byte, the 32 bytes of the key, and a checksum.
      const key = Buffer.from(bs58.decode(keys[role]).subarray(1, 33)).toString('hex');
      secrets.push({ name: `${role} key of ${account}`, values: [keys[role], key] });
    }
    const id = await api.createCredential(name, 'bitSharesKeysApi', {
      account,
      memoKey: keys.memo,
      olderMemoKeys: '',
      activeKey: roles.includes('active') ? keys.active : '',
      balanceKeys: '',
      walletPassword: '',
      testNodeUrl: chain.trustedUrl,
    });
    return [name, id];
  };
  const nodeId = await api.createCredential('BitShares nodes', 'bitSharesNodeApi', {
    chain: 'custom',
    chainId: chain.chainId,
    addressPrefix: chain.prefix,
    trustedUrls: chain.trustedUrl,
    delayedUrls: chain.delayedUrl,
    user: '',
    password: '',
  });
  const headerId = await api.createCredential('Withdrawal webhook', 'httpHeaderAuth', webhookHeader);
  const keys = [
    await keysOf('Deposit account (memo key only)', chain.accounts.deposits, ['memo']),
    await keysOf('Hot wallet (memo and active key)', chain.accounts.hotWallet, ['memo', 'active']),
    await keysOf('Customer (memo and active key)', chain.accounts.customer, ['memo', 'active']),
    await keysOf('Hot wallet (memo key only)', chain.accounts.hotWallet, ['memo']),
  ];
  return {
    credentials: {
      bitSharesNodeApi: { 'BitShares nodes': nodeId },
      bitSharesKeysApi: Object.fromEntries(keys),
      httpHeaderAuth: { 'Withdrawal webhook': headerId },
    },
    secrets,
  };
}

function columns(declaration: string): DataTableColumn[] {
  return declaration.split(' ').map((entry) => {
    const [name = '', type = 'string'] = entry.split(':');
    return { name, type: type as DataTableColumn['type'] };
  });
}
