/**
 * Where the state of a trigger is kept: in the workflow's global static data, under a key made of the node's id. The
 * engine's own place for node data is keyed by the node's name and is lost when the node is renamed.
 */
import type { IDataObject, ITriggerFunctions } from 'n8n-workflow';
import { readTriggerState, type TriggerState } from '../../src/deposits/trigger/triggerState';
import { BitSharesError } from '../../src/errors';

type Context = Pick<ITriggerFunctions, 'getWorkflowStaticData' | 'getNode'>;

/** What was found at the start. */
export type FoundState =
  { kind: 'missing' } | { kind: 'corrupt'; error: BitSharesError } | { kind: 'present'; state: TriggerState };

/** What is kept beside the state. It decides no deposit: what is not a text counts as nothing. */
interface Notes {
  /** The name of the node that wrote the state. */
  nodeName?: unknown;
  /** The misfit of memo keys that was reported last. */
  memoKeyMisfit?: unknown;
}

export class StateStore {
  /** What was reported last of the memo keys; written with the next state. */
  memoKeyMisfit: string | null;

  constructor(private readonly context: Context) {
    this.memoKeyMisfit = this.note('memoKeyMisfit');
  }

  /** The name that the node had which wrote the state; null when the state does not say. */
  get owner(): string | null {
    return this.note('nodeName');
  }

  read(): FoundState {
    const stored = this.document()[this.key()];
    if (stored === undefined || stored === null) return { kind: 'missing' };
    const state = readTriggerState(stored);
    return state instanceof BitSharesError ? { kind: 'corrupt', error: state } : { kind: 'present', state };
  }

  /** Replaces the whole object: the engine does not notice changes inside it. */
  write(state: TriggerState): void {
    const notes: Notes = { nodeName: this.context.getNode().name };
    if (this.memoKeyMisfit !== null) notes.memoKeyMisfit = this.memoKeyMisfit;
    this.document()[this.key()] = { ...structuredClone(state), ...notes } as unknown as IDataObject;
  }

  private note(name: keyof Notes): string | null {
    const stored = this.document()[this.key()] as Notes | null | undefined;
    const value = stored?.[name];
    return typeof value === 'string' ? value : null;
  }

  private document(): IDataObject {
    return this.context.getWorkflowStaticData('global');
  }

  private key(): string {
    return `bitshares:${this.context.getNode().id}`;
  }
}
