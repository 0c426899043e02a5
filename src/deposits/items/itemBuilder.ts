/** Turns operations that were read into items: names, assets, memo and transaction id, with as few questions as possible. */
import type { Asset, Block, ChainReader, Clock, SignedTransaction } from '../../chain/interfaces';
import { isBitSharesError, rethrow, unanswered } from '../../errors';
import { FalseAnswer } from '../../chain/falseAnswer';
import type { MemoDecoder } from '../../protocol';
import { identifyTransaction } from '../../chain/transactionId';
import type { AccountOperation, WatchedAccount } from '../reading/accountOperation';
import type { AssetSource } from '../reading/secondNode';
import { htlcRedeemed, isVirtualAt, type PlaceInBlock } from '../reading/blockEvidence';
import { depositItem, type DepositItem } from './depositItem';
import { inOrder } from '../../chain/inFlightWindow';
import { movementOf, type Movement, type MovementKind } from '../reading/movement';
import { BoundedCache } from '../reading/boundedCache';
import { Pacing } from './pacing';

/** Which movements become items. */
export interface DepositRules {
  incoming: boolean;
  outgoing: boolean;
  kinds: readonly MovementKind[];
  /** Smallest amount in base units by asset id; an empty map accepts every asset. */
  minimumAmounts: ReadonlyMap<string, bigint>;
}

export interface ItemSettings {
  chain: { chainId: string; prefix: string };
  account: WatchedAccount;
  keyring: MemoDecoder;
  rules: DepositRules;
  includeOperation: boolean;
  /** For pauses: a hundred memos of new senders are a tenth of a second of work. Without it there are none. */
  clock?: Clock;
}

type ItemReader = Pick<
  ChainReader,
  'accountNames' | 'assets' | 'block' | 'endpoint' | 'transaction' | 'transactionHex'
>;

const blocksInFlight = 16;
const cachedNames = 10_000;
const cachedBlocks = 64;
/** After so many lost connections a block, or a transaction, is taken for one that the node cannot hand over. */
const lossesAllowed = 3;
/** Assets as the node itself gives them. */
const ownAssets: AssetSource = (reader, ids) => reader.assets(ids);

/** An operation with its item. */
export interface BuiltItem {
  read: AccountOperation;
  item: DepositItem;
}

/** The movement of an operation when the rules ask for it; null otherwise. */
function wanted(operation: AccountOperation, accountId: string, rules: DepositRules): Movement | null {
  const movement = movementOf(operation.operation, accountId);
  if (movement === null || !rules.kinds.includes(movement.kind)) return null;
  const direction =
    movement.direction === 'in' ? rules.incoming : movement.direction === 'out' && rules.outgoing;
  if (!direction || movement.amount <= 0n) return null;
  if (rules.minimumAmounts.size === 0) return movement;
  const minimum = rules.minimumAmounts.get(movement.assetId);
  return minimum !== undefined && movement.amount >= minimum ? movement : null;
}

/**
 * Builds items for one trigger. Names and blocks are cached for the length of a connection: what one node said is no
 * yardstick for the next one. An account's name never changes. An asset's precision does: its issuer may set another one
 * while none of it exists. So assets are asked for each time.
 */
export class ItemBuilder {
  private names = new BoundedCache<string, string>(cachedNames);
  private blocks = new BoundedCache<number, Promise<BlockIndex>>(cachedBlocks);
  private cachedFrom: ItemReader | null = null;
  /** How often the connection was lost while a block was asked for, or a single transaction of it (`block:transaction`). */
  private readonly losses = new BoundedCache<string, number>(cachedNames);
  private readonly pacing: Pacing;

  constructor(private readonly settings: ItemSettings) {
    this.pacing = new Pacing(settings.clock ?? null);
  }

  /**
   * The items of the operations that the rules ask for, each with its operation, in order. Each operation is compared with
   * its block on the same node.
   *
   * @param assetsOf where symbols and decimals come from; the reader itself when left out
   * @throws INVALID_ANSWER when an operation is not in its block or nodes disagree about its asset, and what the reader
   *   throws; nothing is left out because a name cannot be asked
   */
  async build(
    reader: ItemReader,
    operations: readonly AccountOperation[],
    assetsOf?: AssetSource,
  ): Promise<BuiltItem[]> {
    const items: BuiltItem[] = [];
    for await (const built of this.eachOf(reader, operations, assetsOf)) items.push(built);
    return items;
  }

  /** The same one after another: what comes before the first trouble is whole and can be used. */
  async *eachOf(
    reader: ItemReader,
    operations: readonly AccountOperation[],
    assetsOf: AssetSource = ownAssets,
  ): AsyncGenerator<BuiltItem> {
    const { account, rules, chain, keyring, includeOperation } = this.settings;
    const selected = operations.flatMap((read) => {
      const movement = wanted(read, account.id, rules);
      return movement === null ? [] : [{ read, movement }];
    });
    if (selected.length === 0) return;
    this.forgetOthers(reader);
    // A block that was lost with its connection is asked for alone, so that it does not spoil the others.
    const doubtful = selected.some(({ read }) => this.lossesOf(String(read.key.block)) > 0);
    const width = doubtful ? 1 : blocksInFlight;
    const places = inOrder(selected, width, ({ read }) => this.placeOf(reader, read));
    // All under way at the same time: a page costs the time of its slowest question, not of all of them.
    const first = places.next();
    // It is awaited where its item is made; until then its failure is nobody's.
    first.catch(() => undefined);
    const [assets] = await Promise.all([
      readAssets(
        assetsOf,
        reader,
        selected.map(({ movement }) => movement.assetId),
      ),
      this.learnNames(
        reader,
        selected.flatMap(({ movement }) => [movement.fromId, movement.toId]),
      ),
      first.catch(() => undefined),
    ]);
    for (const [index, { read, movement }] of selected.entries()) {
      const place = (await (index === 0 ? first : places.next())).value as BlockContext;
      const asset = assets.get(movement.assetId) ?? null;
      if (asset instanceof FalseAnswer) throw asset;
      const item = this.pacing.work(() =>
        depositItem(read, movement, {
          chainId: chain.chainId,
          account,
          from: this.names.get(movement.fromId ?? '') ?? null,
          to: this.names.get(movement.toId) ?? null,
          asset,
          memo: keyring.decode(movement.memo, movement.direction === 'out' ? 'from' : 'to'),
          includeOperation,
          ...place,
        }),
      );
      yield { read, item };
      if (this.pacing.isDue) await this.pacing.pause();
    }
  }

  /**
   * Compares one operation with its block, whatever it is: for the last one of a page, on which a position rests. A virtual
   * one is in no block, and a block that was lost once is not asked for again for this.
   *
   * @throws INVALID_ANSWER when the block does not hold it, and what the reader throws
   */
  async checkHeld(reader: ItemReader, read: AccountOperation): Promise<void> {
    const { key, isVirtual, source } = read;
    const mayBeVirtual = isVirtual === true || (isVirtual === null && key.virtualOp > 0);
    if (source === 'blocks' || mayBeVirtual || this.lossesOf(String(key.block)) > 0) return;
    this.forgetOthers(reader);
    const index = await this.blockOf(reader, key.block);
    isVirtualAt(reader.endpoint, read, index.placeOf(key.trxInBlock));
  }

  private forgetOthers(reader: ItemReader): void {
    if (this.cachedFrom === reader) return;
    this.cachedFrom = reader;
    this.names = new BoundedCache(cachedNames);
    this.blocks = new BoundedCache(cachedBlocks);
  }

  private async learnNames(reader: ItemReader, ids: (string | null)[]): Promise<void> {
    const unknown = [...new Set(ids)].filter(
      (id): id is string => id !== null && this.names.get(id) === undefined,
    );
    if (unknown.length === 0) return;
    const names = await reader.accountNames(unknown);
    unknown.forEach((id, index) => {
      const name = names[index];
      if (typeof name === 'string') this.names.set(id, name);
    });
  }

  private async placeOf(reader: ItemReader, read: AccountOperation): Promise<BlockContext> {
    if (read.transaction !== null) {
      return {
        blockTime: read.blockTime,
        transactionId: await this.identify(reader, read.transaction),
        viaProposal: false,
      };
    }
    const { block, trxInBlock } = read.key;
    const { endpoint } = reader;
    if (this.isLost(String(block)) && read.blockTime !== null && read.isVirtual !== null) {
      return this.placeBeside(reader, read);
    }
    const index = await this.blockOf(reader, block);
    const isVirtual = isVirtualAt(endpoint, read, index.placeOf(trxInBlock));
    return {
      blockTime: read.blockTime ?? index.timestamp,
      transactionId: await index.transactionId(trxInBlock),
      viaProposal: isVirtual && read.operation[0] !== htlcRedeemed,
    };
  }

  /**
   * The place of an operation in a block that the node cannot hand over: a stranger's text in the same block must not hold up
   * a deposit. Its own transaction usually can be had, and is what the operation is compared with. Where it cannot, the
   * history has to do, and there is no transaction id.
   */
  private async placeBeside(reader: ItemReader, read: AccountOperation): Promise<BlockContext> {
    const { block, trxInBlock } = read.key;
    const matter = `${block}:${trxInBlock}`;
    const viaProposal = read.isVirtual === true && read.operation[0] !== htlcRedeemed;
    if (this.isLost(matter)) return { blockTime: read.blockTime, transactionId: null, viaProposal };
    const ask = (number: number) => this.counting(matter, reader.transaction(block, number));
    const transaction = await ask(trxInBlock);
    const isEnd = transaction === null && (trxInBlock === 0 || (await ask(trxInBlock - 1)) !== null);
    isVirtualAt(reader.endpoint, read, { timestamp: null, transaction, isEnd });
    const transactionId = transaction === null ? null : await this.identify(reader, transaction);
    return { blockTime: read.blockTime, transactionId, viaProposal };
  }

  private lossesOf(matter: string): number {
    return this.losses.get(matter) ?? 0;
  }

  private isLost(matter: string): boolean {
    return this.lossesOf(matter) >= lossesAllowed;
  }

  /** Counts the connections that are lost over a question. */
  private async counting<T>(matter: string, asked: Promise<T>): Promise<T> {
    try {
      const answer = await asked;
      this.losses.delete(matter);
      return answer;
    } catch (error) {
      if (isBitSharesError(error, ...unanswered)) this.losses.set(matter, this.lossesOf(matter) + 1);
      rethrow(error);
    }
  }

  private identify(reader: ItemReader, transaction: SignedTransaction): Promise<string> {
    return this.pacing.work(() => identifyTransaction(reader, transaction, this.settings.chain.prefix));
  }

  private blockOf(reader: ItemReader, number: number): Promise<BlockIndex> {
    const known = this.blocks.get(number);
    if (known !== undefined) return known;
    const index = this.counting(
      String(number),
      reader.block(number).then((block) => {
        if (block !== null) return new BlockIndex(block, (transaction) => this.identify(reader, transaction));
        throw new FalseAnswer({
          endpoint: reader.endpoint,
          asked: `get_block ${number}, of which the history holds an operation`,
          answered: 'no such block',
        });
      }),
    );
    const { blocks } = this;
    blocks.set(number, index);
    // A failed question must be asked again, not remembered.
    index.catch(() => blocks.delete(number));
    return index;
  }
}

async function readAssets(
  assetsOf: AssetSource,
  reader: ItemReader,
  ids: string[],
): Promise<Map<string, Asset | FalseAnswer>> {
  const wantedIds = [...new Set(ids)];
  const assets = await assetsOf(reader, wantedIds);
  return new Map(
    wantedIds.flatMap((id, index): [string, Asset | FalseAnswer][] => {
      const asset = assets[index];
      return asset === null || asset === undefined ? [] : [[id, asset]];
    }),
  );
}

/** What its block tells of an operation. */
interface BlockContext {
  blockTime: number | null;
  transactionId: string | null;
  viaProposal: boolean;
}

/** A block with the transaction ids, computed when they are needed. */
class BlockIndex {
  readonly timestamp: number;
  private readonly ids = new Map<number, string>();

  constructor(
    private readonly block: Block,
    private readonly identify: (transaction: SignedTransaction) => Promise<string>,
  ) {
    this.timestamp = block.timestamp;
  }

  placeOf(trxInBlock: number): PlaceInBlock {
    const { timestamp, transactions } = this.block;
    return {
      timestamp,
      transaction: transactions[trxInBlock] ?? null,
      isEnd: trxInBlock === transactions.length,
    };
  }

  async transactionId(index: number): Promise<string | null> {
    const transaction = this.block.transactions[index];
    if (transaction === undefined) return null;
    const id = this.ids.get(index) ?? (await this.identify(transaction));
    this.ids.set(index, id);
    return id;
  }
}
