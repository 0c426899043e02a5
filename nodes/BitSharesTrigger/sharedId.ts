/**
 * Two trigger nodes of one workflow that share an id: n8n accepts them in workflows that were edited by hand or generated.
 * The place of the live instance, the state in the static data and the deduplication keys are all made of workflow and
 * node id, so only one of the two can work: the one that does already stays, and the newcomer is refused.
 *
 * A newcomer is not a renamed node, which must go on with the state of its former name, even where n8n left the former
 * instance running. What tells them apart is the workflow itself: after a renaming it holds the id once, under the new name;
 * with two nodes it holds the id twice. Who was first does not follow from the order in which n8n activates the nodes, which
 * is any order at a start of the process: the state says which node wrote it.
 */
import type { INode, ITriggerFunctions } from 'n8n-workflow';
import { BitSharesError } from '../../src/errors';

type Context = Pick<ITriggerFunctions, 'getNode'>;

export interface NodeOfSameId {
  name: string;
  disabled: boolean;
}

/** Trouble that ends with the second node: it is not tried again. */
export class SharedNodeId extends BitSharesError {}

/**
 * The other triggers of this type in the workflow that have the id of this node; null where n8n does not show the nodes.
 * The context holds the workflow in every version of n8n that knows deduplication keys, but its published type does not
 * name it.
 */
export function nodesOfSameId(context: Context): NodeOfSameId[] | null {
  const { workflow } = context as { workflow?: { nodes?: Record<string, INode> } };
  if (typeof workflow?.nodes !== 'object' || workflow.nodes === null) return null;
  const own = context.getNode();
  return Object.values(workflow.nodes)
    .filter(({ id, type, name }) => id === own.id && type === own.type && name !== own.name)
    .map(({ name, disabled }) => ({ name, disabled: disabled === true }));
}

/**
 * The node of the same id that this one has to stand back for; null when there is none.
 *
 * @param own the name of this node
 * @param others as `nodesOfSameId` gives them
 * @param holder the node whose instance is at work at this place
 * @param owner the node that wrote the state; null when the state does not say
 */
export function rivalOf(
  own: string,
  others: readonly NodeOfSameId[] | null,
  holder: string | null,
  owner: string | null,
): string | null {
  // Without sight of the workflow a living instance of another name is left alone: it can only be closed by mistake.
  const isThere = (name: string) =>
    others === null || others.some((other) => other.name === name && !other.disabled);
  if (holder !== null && holder !== own && isThere(holder)) return holder;
  return owner !== null && owner !== own && others !== null && isThere(owner) ? owner : null;
}

/** The refusal of the second node. */
export function sharedIdError(own: string, rival: string, seesWorkflow: boolean): SharedNodeId {
  const left = seesWorkflow ? '' : ` If the workflow has no node "${rival}" any more, restart n8n.`;
  return new SharedNodeId('INVALID_PARAMETER', {
    message: `Two nodes of this workflow share an id: "${rival}" keeps it, and "${own}" is not started`,
    fix: `Delete "${own}" and add it anew, which gives it an id of its own. Set its Start From to the block from which it is to deliver.${left}`,
    data: { rival },
  });
}
