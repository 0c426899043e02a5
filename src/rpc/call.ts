/** A question to a node. */

/** `api.method(...args)` on some node. */
export type Call = (api: string, method: string, args: unknown[]) => Promise<unknown>;
