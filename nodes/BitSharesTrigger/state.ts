/**
 * Where the state of a trigger is kept: in the workflow's global static data, under a key made of the node's id. The
 * engine's own place for node data is keyed by the node's name and is lost when the node is renamed.
 */
import type { IDataObject, ITriggerFunctions } from 'n8n-workflow';
import { readTriggerState, type TriggerState } from '../../src/deposits/triggerState';
import { BitSharesError } from '../../src/errors';

type Context = Pick<ITriggerFunctions, 'getWorkflowStaticData' | 'getNode'>;

/** What was found at the start. */
export type FoundState =
  { kind: 'missing' } | { kind: 'corrupt'; error: BitSharesError } | { kind: 'present'; state: TriggerState };

export class StateStore {
  constructor(private readonly context: Context) {}

  read(): FoundState {
    const stored = this.document()[this.key()];
    if (stored === undefined || stored === null) return { kind: 'missing' };
    const state = readTriggerState(stored);
    return state instanceof BitSharesError ? { kind: 'corrupt', error: state } : { kind: 'present', state };
  }

  /** Replaces the whole object: the engine does not notice changes inside it. */
  write(state: TriggerState): void {
    this.document()[this.key()] = structuredClone(state) as unknown as IDataObject;
  }

  private document(): IDataObject {
    return this.context.getWorkflowStaticData('global');
  }

  private key(): string {
    return `bitshares:${this.context.getNode().id}`;
  }
}
