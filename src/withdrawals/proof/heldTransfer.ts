/** A transfer of the sender in as little memory as it takes: a busy account makes a hundred thousand of them in a day. */
import type { TransferOperation } from '../../protocol';

/** Texts that occur again and again, such as memo keys, held once. */
export class Texts {
  private readonly texts = new Map<string, string>();

  once(text: string): string {
    const present = this.texts.get(text);
    if (present !== undefined) return present;
    this.texts.set(text, text);
    return text;
  }
}

type Memo = NonNullable<TransferOperation['memo']>;

export class HeldTransfer {
  private readonly to: string;
  private readonly amount: TransferOperation['amount']['amount'];
  private readonly assetId: string;
  private readonly fee: TransferOperation['fee']['amount'];
  private readonly feeAssetId: string;
  private readonly memoFrom: string;
  private readonly memoTo: string;
  private readonly message: string;

  constructor({ to, amount, fee }: TransferOperation, memo: Memo, texts: Texts) {
    this.to = to;
    this.amount = amount.amount;
    this.assetId = texts.once(amount.asset_id);
    this.fee = fee.amount;
    this.feeAssetId = texts.once(fee.asset_id);
    this.memoFrom = texts.once(memo.from);
    this.memoTo = texts.once(memo.to);
    this.message = memo.message;
  }

  /** The operation as it was, apart from extensions, of which the chain has none. */
  operation(from: string, nonce: string): TransferOperation {
    return {
      fee: { amount: this.fee, asset_id: this.feeAssetId },
      from,
      to: this.to,
      amount: { amount: this.amount, asset_id: this.assetId },
      memo: { from: this.memoFrom, to: this.memoTo, nonce, message: this.message },
      extensions: [],
    };
  }
}
