/** A client of n8n's REST interface: the same calls that the editor makes. */

import { randomUUID } from 'node:crypto';

import { DemoFailure } from './failure';
import type { WorkflowTemplate } from './workflowTemplates';

export interface Owner {
  email: string;
  password: string;
}

export interface CreatedWorkflow {
  id: string;
  name: string;
  versionId: string;
}

export interface DataTableColumn {
  name: string;
  type: 'string' | 'number' | 'boolean' | 'date';
}

export interface DataTable {
  id: string;
  name: string;
}

export type DataTableRow = Record<string, string | number | boolean | null>;

export interface ExecutionSummary {
  id: string;
  workflowId: string;
  status: string;
}

type Json = Record<string, unknown>;

export class N8nApi {
  private cookie = '';
  // n8n ties a session to the browser that it began in: one id for the life of this client.
  private readonly browserId = randomUUID();

  constructor(readonly address: string) {}

  /** Creates the owner of a fresh n8n and begins a session as that owner. */
  async createOwner(owner: Owner): Promise<void> {
    await this.call('POST', '/owner/setup', { ...owner, firstName: 'Demo', lastName: 'Operator' });
  }

  async login(owner: Owner): Promise<void> {
    await this.call('POST', '/login', { emailOrLdapLoginId: owner.email, password: owner.password });
  }

  /** The id of the owner's own project, in which data tables live. */
  async personalProject(): Promise<string> {
    return text(record(await this.call('GET', '/projects/personal'))['id'], 'project id');
  }

  /** Creates a credential and gives its id. */
  async createCredential(name: string, type: string, data: Json): Promise<string> {
    return text(record(await this.call('POST', '/credentials', { name, type, data }))['id'], 'credential id');
  }

  async createDataTable(projectId: string, name: string, columns: DataTableColumn[]): Promise<DataTable> {
    const answer = record(await this.call('POST', `/projects/${projectId}/data-tables`, { name, columns }));
    return { id: text(answer['id'], 'data table id'), name };
  }

  /** The first `limit` rows of a data table (n8n allows at most 250 in one answer), oldest first. */
  async dataTableRows(projectId: string, tableId: string, limit = 250): Promise<DataTableRow[]> {
    const path = `/projects/${projectId}/data-tables/${tableId}/rows?take=${limit}&sortBy=${encodeURIComponent('id:asc')}`;
    const answer = record(await this.call('GET', path));
    return list(answer['data'], 'rows').map((row) => record(row) as DataTableRow);
  }

  async deleteDataTable(projectId: string, tableId: string): Promise<void> {
    await this.call('DELETE', `/projects/${projectId}/data-tables/${tableId}`);
  }

  async createWorkflow(template: WorkflowTemplate): Promise<CreatedWorkflow> {
    const answer = record(await this.call('POST', '/workflows', template));
    return {
      id: text(answer['id'], 'workflow id'),
      name: template.name,
      versionId: text(answer['versionId'], 'workflow version'),
    };
  }

  /** Publishes a workflow. n8n 2.40 and later activates its triggers in the background. */
  async activate(workflow: CreatedWorkflow): Promise<void> {
    await this.call('POST', `/workflows/${workflow.id}/activate`, { versionId: workflow.versionId });
  }

  /** What n8n says about the triggers of a published workflow. */
  async publicationStatus(workflowId: string): Promise<Json> {
    return record(await this.call('GET', `/workflows/${workflowId}/publication-status`));
  }

  /** The latest executions of a workflow, newest first. */
  async executions(workflowId: string, limit = 20): Promise<ExecutionSummary[]> {
    const filter = encodeURIComponent(JSON.stringify({ workflowId }));
    const answer = record(await this.call('GET', `/executions?filter=${filter}&limit=${limit}`));
    return list(answer['results'], 'executions').map((entry) => {
      const execution = record(entry);
      return {
        id: text(execution['id'], 'execution id'),
        workflowId: text(execution['workflowId'], 'workflow id'),
        status: text(execution['status'], 'execution status'),
      };
    });
  }

  /**
   * Makes one call and gives the `data` of the answer.
   *
   * @throws DemoFailure with n8n's own message. The body of the request is never repeated: it can hold a key.
   */
  async call(method: 'DELETE' | 'GET' | 'POST' | 'PATCH', path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.address}/rest${path}`, {
      method,
      headers: {
        'browser-id': this.browserId,
        ...(this.cookie === '' ? {} : { cookie: this.cookie }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    const answer = await response.text();
    if (!response.ok) {
      throw new DemoFailure(
        `n8n answered ${response.status} to ${method} /rest${path}: ${answer.slice(0, 600)}`,
      );
    }
    const session = response.headers.getSetCookie().find((cookie) => cookie.startsWith('n8n-auth='));
    if (session !== undefined) this.cookie = session.split(';', 1)[0] ?? '';
    const parsed: unknown = answer === '' ? {} : JSON.parse(answer);
    const outer = record(parsed);
    return 'data' in outer ? outer['data'] : outer;
  }
}

function record(value: unknown): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new DemoFailure(`n8n gave an answer of an unexpected shape: ${JSON.stringify(value)?.slice(0, 300)}`);
}

function text(value: unknown, what: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new DemoFailure(`n8n gave no ${what}.`);
}

function list(value: unknown, what: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new DemoFailure(`n8n gave no list of ${what}.`);
}
