/**
 * Compares what one node says of accounts and assets, which are in no block, with what the trusted node says where there is
 * one beside the node that is read. Two nodes that contradict each other prove that one of them is wrong, and not which:
 * nothing is built on either. A trusted node that cannot be asked, or is behind, proves nothing and holds nothing up.
 */
import type { Asset, ChainReader, Clock, NodeEndpoints, NodeSession } from '../../chain/interfaces';
import { BitSharesError, isBitSharesError, rethrow } from '../../errors';
import { FalseAnswer, shortQuote } from '../../chain/falseAnswer';
import { isAtTip } from '../../chain/health';
import type { WatchedAccount } from './accountOperation';
import { BoundedCache } from './boundedCache';
import { watchedAccount } from './watchedAccount';

/** The second node, as far as it is asked here; null where the node that is read is the only one. */
export type SecondNode = Pick<NodeEndpoints, 'endpoint' | 'session'> | null;

/** Assets by symbol or id in the order asked: null where there is none, an error where two nodes disagree. */
export type AssetSource = (
  reader: Pick<ChainReader, 'assets' | 'endpoint'>,
  symbolsOrIds: string[],
) => Promise<(Asset | null | FalseAnswer)[]>;

const cachedAssets = 10_000;
/** A trusted node that did not answer is left alone this long: deposits do not wait for it again and again. */
const pauseMs = 60_000;

export class Agreement {
  /** What both nodes said, by the node that is read and the asset. */
  private readonly agreed = new BoundedCache<string, { said: string; second: string }>(cachedAssets);
  private askAgainAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  /**
   * The assets as `reader` gives them, compared with what `second` says. Asked once for each asset and pair of nodes. Where
   * the second node cannot be asked, what both said before has to stand.
   */
  assetsOf(second: SecondNode): AssetSource {
    return async (reader, symbolsOrIds) => {
      const assets = await reader.assets(symbolsOrIds);
      if (second === null) return assets;
      const open = new Map<string, Asset>();
      for (const asset of assets) {
        const known = asset === null ? undefined : this.agreed.get(`${reader.endpoint} ${asset.id}`);
        const isKnown = known?.said === described(asset) && known.second === second.endpoint;
        if (asset !== null && !isKnown) open.set(asset.id, asset);
      }
      if (open.size === 0) return assets;
      const disputes = await this.disputesOf(reader, second, open);
      return assets.map((asset) => (asset === null ? null : (disputes.get(asset.id) ?? asset)));
    };
  }

  private async disputesOf(
    reader: Pick<ChainReader, 'endpoint'>,
    second: NonNullable<SecondNode>,
    open: ReadonlyMap<string, Asset>,
  ): Promise<ReadonlyMap<string, FalseAnswer>> {
    const ids = [...open.keys()];
    const other = await this.askSecond(second, async (session) => {
      const said = (await session.assets(ids)).map(described);
      const contradicts = ids.some((id, i) => said[i] !== described(open.get(id)));
      return { said, contradicts, endpoint: session.endpoint };
    });
    const disputes = new Map<string, FalseAnswer>();
    for (const [i, id] of ids.entries()) {
      const place = `${reader.endpoint} ${id}`;
      const mine = described(open.get(id));
      const theirs = other?.said[i] ?? this.agreed.get(place)?.said ?? mine;
      if (theirs !== mine) {
        const parts = { asked: `lookup_asset_symbols ${id}`, mine, other: theirs };
        disputes.set(id, disagreement(reader.endpoint, other?.endpoint ?? second.endpoint, parts));
      } else if (other !== null) this.agreed.set(place, { said: mine, second: other.endpoint });
    }
    return disputes;
  }

  /**
   * The account to be watched, with the id that both nodes give it.
   *
   * @throws UNKNOWN_ACCOUNT, INVALID_ANSWER when the nodes disagree, and what the reader throws
   */
  async account(
    reader: Pick<ChainReader, 'account' | 'endpoint'>,
    second: SecondNode,
    nameOrId: string,
  ): Promise<WatchedAccount> {
    const account = await watchedAccount(reader, nameOrId);
    if (second === null) return account;
    const describe = (shown: { id: string; name: string } | null) =>
      shown === null ? 'no such account' : `${shortQuote(shown.name)} (${shown.id})`;
    const other = await this.askSecond(second, async (session) => {
      const value = await session.account(nameOrId);
      return { value, contradicts: describe(value) !== describe(account), endpoint: session.endpoint };
    });
    if (other === null || describe(other.value) === describe(account)) return account;
    const parts = {
      asked: `get_accounts ${shortQuote(nameOrId)}`,
      mine: describe(account),
      other: describe(other.value),
    };
    throw disagreement(reader.endpoint, other.endpoint, parts);
  }

  /** What the second node says; null when it proves nothing. One that contradicts is left: the next address is asked next. */
  private async askSecond<T extends { contradicts: boolean }>(
    second: NonNullable<SecondNode>,
    ask: (session: NodeSession) => Promise<T>,
  ): Promise<T | null> {
    if (this.clock.now() < this.askAgainAt) return null;
    let session: NodeSession | undefined;
    try {
      session = await second.session();
      const answer = await ask(session);
      if (!answer.contradicts) return answer;
      const isCurrent = isAtTip(await session.state({ parameters: 'as known' }), this.clock.now());
      session.close();
      if (isCurrent) return answer;
      this.askAgainAt = this.clock.now() + pauseMs;
      return null;
    } catch (error) {
      if (!isBitSharesError(error)) rethrow(error);
      if (error.code === 'INVALID_ANSWER') session?.close();
      this.askAgainAt = this.clock.now() + pauseMs;
      return null;
    }
  }
}

/** The assets of a source of which there must be no doubt. */
export async function undisputed(
  source: AssetSource,
  reader: Pick<ChainReader, 'assets' | 'endpoint'>,
  symbolsOrIds: string[],
): Promise<(Asset | null)[]> {
  return (await source(reader, symbolsOrIds)).map((asset) => {
    if (asset instanceof BitSharesError) throw asset;
    return asset;
  });
}

function described(asset: Asset | null | undefined): string {
  if (asset === null || asset === undefined) return 'no such asset';
  return `${shortQuote(asset.symbol)} with ${asset.precision} decimals`;
}

function disagreement(
  endpoint: string,
  secondEndpoint: string,
  { asked, mine, other }: { asked: string; mine: string; other: string },
): FalseAnswer {
  return new FalseAnswer({
    endpoint,
    asked,
    answered: mine,
    message: `The nodes ${endpoint} and ${secondEndpoint} contradict each other. Asked: ${asked}. Answered: ${mine} by the first, ${other} by the second`,
    fix: 'One of them is wrong: compare both with a third node. Nothing is built on either answer, and the next address is asked where there is one.',
  });
}
