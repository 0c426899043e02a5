/** Turns operations that were read into items: names, assets, memo and transaction id, with as few questions as possible. */
import type { Asset, Block, ChainReader, Clock, SignedTransaction } from '../chain';
import { BitSharesError, isBitSharesError } from '../errors';
import type { MemoDecoder } from '../protocol';
import { identifyTransaction } from '../transactionIdentity';
import type { AccountOperation, WatchedAccount } from './accountOperation';
import { depositItem, type DepositItem } from './depositItem';
import { inOrder } from './inFlightWindow';
import { movementOf, type Movement, type MovementKind } from './movement';
import { BoundedCache } from './boundedCache';
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

type Reader = Pick<ChainReader, 'accountNames' | 'assets' | 'block' | 'transactionHex'>;

const blocksInFlight = 16;
const cachedNames = 10_000;
const cachedBlocks = 64;
/** After so many lost connections a block is taken for one that the node cannot hand over. */
const lossesOfBlock = 3;

/** The movement of an operation when the rules ask for it; null otherwise. */
export function wanted(operation: AccountOperation, accountId: string, rules: DepositRules): Movement | null {
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
 * Builds items for one trigger. Names and blocks are cached; an account's name never changes. An asset's precision does: its
 * issuer may set another one while none of it exists. So assets are asked for each time.
 */
export class ItemBuilder {
  private readonly names = new BoundedCache<string, string>(cachedNames);
  private readonly blocks = new BoundedCache<number, Promise<BlockIndex>>(cachedBlocks);
  /** How often the connection was lost while a block was asked for. */
  private readonly losses = new BoundedCache<number, number>(cachedNames);
  private readonly pacing: Pacing;

  constructor(private readonly settings: ItemSettings) {
    this.pacing = new Pacing(settings.clock ?? null);
  }

  /**
   * The items of the operations that the rules ask for, each with its operation, in order.
   *
   * @throws what the reader throws; nothing is left out because a name cannot be asked
   */
  async build(
    reader: Reader,
    operations: readonly AccountOperation[],
  ): Promise<{ read: AccountOperation; item: DepositItem }[]> {
    const { account, rules, chain, keyring, includeOperation } = this.settings;
    const selected = operations.flatMap((read) => {
      const movement = wanted(read, account.id, rules);
      return movement === null ? [] : [{ read, movement }];
    });
    if (selected.length === 0) return [];
    // A block that was lost with its connection is asked for alone, so that it does not spoil the others.
    const doubtful = selected.some(({ read }) => this.losses.get(read.key.block) !== undefined);
    const width = doubtful ? 1 : blocksInFlight;
    const places = inOrder(selected, width, ({ read }) => this.placeOf(reader, read));
    // All under way at the same time: a page costs the time of its slowest question, not of all of them.
    const [assets, , firstPlace] = await Promise.all([
      readAssets(
        reader,
        selected.map(({ movement }) => movement.assetId),
      ),
      this.learnNames(
        reader,
        selected.flatMap(({ movement }) => [movement.fromId, movement.toId]),
      ),
      places.next(),
    ]);
    const items = [];
    for (const [index, { read, movement }] of selected.entries()) {
      const place = (index === 0 ? firstPlace : await places.next()).value as Place;
      const item = this.pacing.work(() =>
        depositItem(read, movement, {
          chainId: chain.chainId,
          account,
          from: this.names.get(movement.fromId ?? '') ?? null,
          to: this.names.get(movement.toId) ?? null,
          asset: assets.get(movement.assetId) ?? null,
          memo: keyring.decode(movement.memo, movement.direction === 'out' ? 'from' : 'to'),
          includeOperation,
          ...place,
        }),
      );
      items.push({ read, item });
      if (this.pacing.isDue) await this.pacing.pause();
    }
    return items;
  }

  private async learnNames(reader: Reader, ids: (string | null)[]): Promise<void> {
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

  private async placeOf(reader: Reader, read: AccountOperation): Promise<Place> {
    if (read.transaction !== null) {
      return {
        blockTime: read.blockTime,
        transactionId: await this.identify(reader, read.transaction),
        viaProposal: false,
      };
    }
    // The transaction id is a convenience; a stranger's text in the same block must not hold up a deposit.
    const isLost = (this.losses.get(read.key.block) ?? 0) >= lossesOfBlock;
    if (isLost && read.blockTime !== null && read.isVirtual !== null) {
      const viaProposal = read.isVirtual && read.operation[0] !== 51;
      return { blockTime: read.blockTime, transactionId: null, viaProposal };
    }
    const block = await this.blockOf(reader, read.key.block);
    const transaction = await block.transaction(read.key.trxInBlock);
    // A node older than 6.1 does not say whether an operation is virtual.
    const isVirtual = read.isVirtual ?? (read.key.virtualOp > 0 || transaction === null);
    return {
      blockTime: read.blockTime ?? block.timestamp,
      transactionId: transaction === null ? null : transaction.id,
      viaProposal: isVirtual && read.operation[0] !== 51,
    };
  }

  private identify(reader: Reader, transaction: SignedTransaction): Promise<string> {
    return this.pacing.work(() => identifyTransaction(reader, transaction, this.settings.chain.prefix));
  }

  private blockOf(reader: Reader, number: number): Promise<BlockIndex> {
    const known = this.blocks.get(number);
    if (known !== undefined) return known;
    const index = reader.block(number).then((block) => {
      if (block !== null) return new BlockIndex(block, (transaction) => this.identify(reader, transaction));
      throw new BitSharesError('INVALID_ANSWER', {
        message: `The node has history of block ${number} and not the block`,
        fix: 'Use a node that keeps all blocks.',
      });
    });
    this.blocks.set(number, index);
    index.then(
      () => this.losses.delete(number),
      (error: unknown) => {
        // A failed question must be asked again, not remembered.
        this.blocks.delete(number);
        if (!isBitSharesError(error, 'CONNECTION_LOST', 'REQUEST_TIMEOUT')) return;
        this.losses.set(number, (this.losses.get(number) ?? 0) + 1);
      },
    );
    return index;
  }
}

async function readAssets(reader: Reader, ids: string[]): Promise<Map<string, Asset>> {
  const wantedIds = [...new Set(ids)];
  const assets = await reader.assets(wantedIds);
  return new Map(
    assets.flatMap((asset, index): [string, Asset][] =>
      asset !== null && asset.id === wantedIds[index] ? [[asset.id, asset]] : [],
    ),
  );
}

interface Place {
  blockTime: number | null;
  transactionId: string | null;
  viaProposal: boolean;
}

/** The transaction ids of a block, computed when they are needed. */
class BlockIndex {
  readonly timestamp: number;
  private readonly ids = new Map<number, string>();

  constructor(
    private readonly block: Block,
    private readonly identify: (transaction: SignedTransaction) => Promise<string>,
  ) {
    this.timestamp = block.timestamp;
  }

  async transaction(index: number): Promise<{ id: string } | null> {
    const transaction = this.block.transactions[index];
    if (transaction === undefined) return null;
    const id = this.ids.get(index) ?? (await this.identify(transaction));
    this.ids.set(index, id);
    return { id };
  }
}
