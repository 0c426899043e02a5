/**
 * The addresses of one node: which is tried next, which is stayed away from, and what there is to say about them. An address
 * in trouble costs nothing while another works, so nobody would notice it without being told.
 */
import type { Clock } from '../chain/interfaces';
import type { BitSharesError } from '../errors';
import { displayEndpoint } from './endpoint';
import { sentTooMuch } from './incoming';

/** What happened to an address while the others go on. All addresses are without user name and password. */
export type AddressEvent =
  /** It cannot be used, or was lost, and the next one is in use instead. */
  | { kind: 'left'; endpoint: string; reason: BitSharesError; next: string }
  /** It is in use again after it was left. */
  | { kind: 'used again'; endpoint: string; reason: BitSharesError };

export type AddressObserver = (event: AddressEvent) => void;

/** An address that sent too much is the last one to be tried for this time. */
const avoidanceMs = 3600_000;
/** An address that comes and goes is spoken of this often at most. */
const quietMs = 3600_000;

interface Trouble {
  reason: BitSharesError;
  told: boolean;
  /** It answers, and what it answers is at fault: a connection alone is no sign that it can be used again. */
  unfit: boolean;
}

export class Addresses {
  private nextIndex = 0;
  private readonly troubles = new Map<string, Trouble>();
  private readonly avoidedUntil = new Map<string, number>();
  private readonly toldAt = new Map<string, number>();

  /** @param urls in order of preference; at least one, and none twice */
  constructor(
    private readonly urls: readonly string[],
    private readonly clock: Clock,
    private readonly observe: AddressObserver,
  ) {}

  /** The address that is tried next. */
  get next(): string {
    return this.inOrder()[0] ?? '';
  }

  /** Every address once, beginning behind the one that was tried last; those to stay away from come last. */
  inOrder(): string[] {
    const turned = [...this.urls.slice(this.nextIndex), ...this.urls.slice(0, this.nextIndex)];
    const isAvoided = (url: string) => this.isAvoided(url);
    return [...turned.filter((url) => !isAvoided(url)), ...turned.filter(isAvoided)];
  }

  /** Those that are preferred to this one and can be tried again, in order of preference. */
  before(url: string): string[] {
    return this.urls.slice(0, this.urls.indexOf(url)).filter((other) => !this.isAvoided(other));
  }

  private isAvoided(url: string): boolean {
    const until = this.avoidedUntil.get(url) ?? 0;
    const now = this.clock.now();
    // Further away than the whole time: the clock of this machine was set back.
    return now < until && until - now <= avoidanceMs;
  }

  tried(url: string): void {
    this.nextIndex = (this.urls.indexOf(url) + 1) % this.urls.length;
  }

  /**
   * It could not be used, or went away by no will of this side.
   *
   * @param unfit its answers are the reason
   */
  failed(url: string, reason: BitSharesError, unfit = false): void {
    if (sentTooMuch(reason)) this.avoidedUntil.set(url, this.clock.now() + avoidanceMs);
    const told = this.troubles.get(url)?.told ?? false;
    this.troubles.set(url, { reason, told, unfit });
  }

  /** Whether it was left for its answers, and has not been used for long since. */
  isSuspect(url: string): boolean {
    return this.troubles.get(url)?.unfit === true;
  }

  /** It is in use: says what there is to say about those that it replaces, and about itself unless it is suspect. */
  opened(url: string): void {
    if (!this.isSuspect(url)) this.lasted(url);
    for (const [other, trouble] of this.troubles) {
      const { reason, told } = trouble;
      if (other === url || told || this.wasToldLately(other)) continue;
      this.troubles.set(other, { ...trouble, told: true });
      this.toldAt.set(other, this.clock.now());
      this.observe({
        kind: 'left',
        endpoint: displayEndpoint(other),
        reason,
        next: displayEndpoint(url),
      });
    }
  }

  /** Nothing speaks against it any more. */
  lasted(url: string): void {
    const trouble = this.troubles.get(url);
    this.troubles.delete(url);
    if (trouble?.told === true)
      this.observe({ kind: 'used again', endpoint: displayEndpoint(url), reason: trouble.reason });
  }

  private wasToldLately(url: string): boolean {
    const elapsed = this.clock.now() - (this.toldAt.get(url) ?? -Infinity);
    return elapsed >= 0 && elapsed < quietMs;
  }
}
