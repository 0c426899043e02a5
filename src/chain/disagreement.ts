/**
 * What a transaction depends on and no block shows: names, ids, decimals, keys, fees. One node's word is no proof of it, so
 * two nodes have to say the same before anything is signed.
 */
import type { Account, ChainReader } from './interfaces';
import { BitSharesError } from '../errors';
import { printable } from './falseAnswer';

/** What one node says, in words. */
export interface Statement {
  endpoint: string;
  says: string;
}

/**
 * Two nodes contradict each other.
 *
 * @param about What they were asked, as the end of "the nodes disagree about"
 * @param more A sentence about how it may pass by itself
 */
export function nodesDisagree(
  about: string,
  statements: readonly [Statement, Statement],
  { field, more }: { field?: string | undefined; more?: string } = {},
): BitSharesError {
  const [first, second] = statements.map(
    ({ endpoint, says }) => `${endpoint} says ${printable(says).slice(0, 200)}`,
  );
  return new BitSharesError('NODES_DISAGREE', {
    message: `the nodes disagree about ${printable(about).slice(0, 200)}: ${first}, ${second}`,
    fix: `Nothing is signed or sent while they disagree. ${more === undefined ? '' : `${more} `}Find out which node is wrong, for example by asking a third one, and mend it or take it out of the node credential. Then run this again.`,
    ...(field === undefined ? {} : { field }),
  });
}

/** What one node answers when it is asked for an account. */
export interface AccountAnswer {
  endpoint: string;
  account: Pick<Account, 'id' | 'name'> | null;
}

/**
 * The contradiction between two answers to the question for one account, or null. Id and name of an account never change,
 * so the second node, which may be behind, can only lack a new one.
 */
export function accountDisagreement(
  asked: string,
  answers: readonly [AccountAnswer, AccountAnswer],
  field?: string,
): BitSharesError | null {
  const [{ account: first }, { account: second }] = answers;
  if (first?.id === second?.id && first?.name === second?.name) return null;
  const [a, b] = answers.map(({ endpoint, account }) => ({
    endpoint,
    says: account === null ? 'that there is none' : `${account.name} (${account.id})`,
  })) as [Statement, Statement];
  const more = 'An account that was made just now is known to both in about a minute.';
  return nodesDisagree(`the account ${asked}`, [a, b], {
    field,
    ...(second === null ? { more } : {}),
  });
}

/**
 * Refuses an account of which another node says something else.
 *
 * @param asked The name or `1.2.x` that led to the account
 * @throws NODES_DISAGREE; what the other node's answer causes
 */
export async function checkAgreedAccount(
  asked: string,
  answer: AccountAnswer,
  other: Pick<ChainReader, 'account' | 'endpoint'>,
  field?: string,
): Promise<void> {
  const account = await other.account(asked);
  const fault = accountDisagreement(asked, [answer, { endpoint: other.endpoint, account }], field);
  if (fault !== null) throw fault;
}
