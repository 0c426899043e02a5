/** The importable workflows of examples/, and how the demo connects them to its own credentials. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { DemoFailure } from './failure';

interface CredentialReference {
  id: string;
  name: string;
}

export interface WorkflowNode {
  id: string;
  name: string;
  type: string;
  typeVersion: number;
  position: [number, number];
  parameters: Record<string, unknown>;
  credentials?: Record<string, CredentialReference>;
  webhookId?: string;
}

export interface WorkflowTemplate {
  name: string;
  nodes: WorkflowNode[];
  connections: Record<string, unknown>;
  settings: Record<string, unknown>;
}

export type TemplateName = 'deposits-to-ledger' | 'make-a-deposit' | 'webhook-withdrawal';

/** The credentials that exist in n8n: type, then name, then id. */
export type CredentialIds = Record<string, Record<string, string>>;

/** What the templates hold instead of the id of a credential. */
export const credentialPlaceholder = 'choose-your-own';

export async function readTemplate(repository: string, name: TemplateName): Promise<WorkflowTemplate> {
  const content = await readFile(join(repository, 'examples', `${name}.json`), 'utf8');
  return JSON.parse(content) as WorkflowTemplate;
}

/**
 * Puts the ids of real credentials into a copy of the template. A credential is found by its type and its name.
 *
 * @throws DemoFailure for a reference to a credential that does not exist.
 */
export function fillCredentials(template: WorkflowTemplate, existing: CredentialIds): WorkflowTemplate {
  const nodes = template.nodes.map((node): WorkflowNode => {
    if (node.credentials === undefined) return node;
    const credentials = Object.entries(node.credentials).map(([type, { name }]) => {
      const id = existing[type]?.[name];
      if (id === undefined) {
        throw new DemoFailure(
          `"${node.name}" in "${template.name}" asks for the ${type} "${name}", which does not exist.`,
        );
      }
      return [type, { id, name }] as const;
    });
    return { ...node, credentials: Object.fromEntries(credentials) };
  });
  return { ...template, nodes };
}

/**
 * A copy whose forms ask for no login. Only for the demo: its form spends from an account of a chain in memory, and n8n listens on this
 * machine only.
 */
export function withoutLogin(template: WorkflowTemplate): WorkflowTemplate {
  const nodes = template.nodes.map((node): WorkflowNode => {
    if (node.type !== 'n8n-nodes-base.formTrigger') return node;
    const { credentials, ...rest } = node;
    const { httpBasicAuth, ...others } = credentials ?? {};
    if (httpBasicAuth === undefined) return node;
    return {
      ...rest,
      parameters: { ...node.parameters, authentication: 'none' },
      ...(Object.keys(others).length === 0 ? {} : { credentials: others }),
    };
  });
  return { ...template, nodes };
}
