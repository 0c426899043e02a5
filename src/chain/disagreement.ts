/**
 * What a transaction depends on and no block shows: names, ids, decimals, keys, fees. One node's word is no proof of it, so
 * two nodes have to say the same before anything is signed.
 */
import type { Account, Asset, ChainReader } from './interfaces';
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

/** What one node answers when it is asked for an asset. */
export interface AssetAnswer {
  endpoint: string;
  asset: Pick<Asset, 'id' | 'symbol' | 'precision'> | null;
}

/** The contradiction between two answers to the question for one account, or null. */
export function accountDisagreement(
  asked: string,
  answers: readonly [AccountAnswer, AccountAnswer],
  field?: string,
): BitSharesError | null {
  const say = ({ endpoint, account }: AccountAnswer) => ({
    endpoint,
    says: account === null ? null : `${account.name} (${account.id})`,
  });
  return contradiction(`account ${asked}`, [say(answers[0]), say(answers[1])], field);
}

/** The contradiction between two answers to the question for one asset, or null. */
export function assetDisagreement(
  asked: string,
  answers: readonly [AssetAnswer, AssetAnswer],
): BitSharesError | null {
  const say = ({ endpoint, asset }: AssetAnswer) => ({
    endpoint,
    says: asset === null ? null : `${asset.symbol} (${asset.id}) with ${asset.precision} decimals`,
  });
  return contradiction(`asset ${asked}`, [say(answers[0]), say(answers[1])]);
}

interface Answer {
  endpoint: string;
  /** Null where it knows of none. */
  says: string | null;
}

/** What is compared here never changes, so the second node, which may be behind, can only lack what is new. */
function contradiction(
  about: string,
  [first, second]: [Answer, Answer],
  field?: string,
): BitSharesError | null {
  if (first.says === second.says) return null;
  const stated = ({ endpoint, says }: Answer): Statement => ({
    endpoint,
    says: says ?? 'that there is none',
  });
  const more = `An ${about.split(' ')[0]} that was made just now is known to both in about a minute.`;
  return nodesDisagree(`the ${about}`, [stated(first), stated(second)], {
    field,
    ...(second.says === null ? { more } : {}),
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
