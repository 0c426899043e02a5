/** What one node of a devchain says that is not so. The chain itself, and its other node, are honest. */
import type { Devchain } from '../../devchain';

export type LyingNode = 'trusted' | 'delayed';

type Json = Record<string, unknown>;

/** Changes answers of a node from now on, until the faults of the chain are cleared. */
export class Liar {
  constructor(
    private readonly chain: Devchain,
    private readonly node: LyingNode,
  ) {}

  /** Base units that the node names as the fee of a type of operation. */
  fee(operationType: number, fee: number): void {
    this.change('get_objects', (object) => {
      const { current_fees: fees } = (object['parameters'] ?? {}) as {
        current_fees?: { parameters: unknown };
      };
      for (const [type, parameters] of (fees?.parameters ?? []) as [number, Json][]) {
        if (type === operationType) parameters['fee'] = fee;
      }
    });
  }

  /** Chain parameters that it names. */
  parameters(parameters: Json): void {
    this.change('get_objects', (object) => {
      const named = object['parameters'] as Json | undefined;
      if (named !== undefined) Object.assign(named, parameters);
    });
  }

  /** The time of the next maintenance, in seconds. */
  nextMaintenance(seconds: number): void {
    this.change('get_objects', (object) => {
      if (object['next_maintenance_time'] === undefined) return;
      object['next_maintenance_time'] = new Date(seconds * 1000).toISOString().slice(0, 19);
    });
  }

  /** What it says of an account, or null where it denies that there is one. */
  account(name: string, fields: Json | null): void {
    this.object('get_accounts', 'name', name, fields);
  }

  /** What it says of an asset, or null where it denies that there is one. */
  asset(symbol: string, fields: Json | null): void {
    this.object('lookup_asset_symbols', 'symbol', symbol, fields);
  }

  memoKey(name: string, memoKey: string): void {
    this.change('get_accounts', (account) => {
      if (account['name'] === name) (account['options'] as Json)['memo_key'] = memoKey;
    });
  }

  private object(method: string, nameField: string, name: string, fields: Json | null): void {
    this.chain.faults.add({
      kind: 'change',
      node: this.node,
      method,
      times: Infinity,
      change: (result) =>
        (structuredClone(result) as (Json | null)[]).map((object) => {
          if (object?.[nameField] !== name) return object;
          return fields === null ? null : { ...object, ...fields };
        }) as typeof result,
    });
  }

  private change(method: string, change: (object: Json) => void): void {
    this.chain.faults.add({
      kind: 'change',
      node: this.node,
      method,
      times: Infinity,
      change: (result) => {
        const changed = structuredClone(result) as (Json | null)[];
        for (const object of changed) if (object !== null) change(object);
        return changed as typeof result;
      },
    });
  }
}
