/** Who has to sign an operation, and whether the signatures that are there suffice (protocol/operations.cpp, protocol/transaction.cpp). */
import { at, ChainError, failure } from '../wire/chainError';
import { addressFromText, balanceAddresses, comparePublicKeys, publicKeyFromText } from '../wire/keys';
import type { Json } from '../wire/json';
import type { Authority, Operation } from '../wire/operations';
import { compareIds } from '../wire/operations';
import { feePayer } from './fees';

export interface RequiredAuthorities {
  active: Set<string>;
  owner: Set<string>;
  other: Authority[];
}

/** What an operation requires (protocol/operations.cpp): active of the fee payer, and more for some. */
export function requiredAuthorities(operation: Operation, into: RequiredAuthorities): RequiredAuthorities {
  const [tag, op] = operation;
  switch (tag) {
    case 6:
      if (op.owner) into.owner.add(op.account);
      else into.active.add(op.account);
      break;
    case 23: {
      into.active.add(op.fee_paying_account);
      for (const id of [...op.active_approvals_to_add, ...op.active_approvals_to_remove]) into.active.add(id);
      for (const id of [...op.owner_approvals_to_add, ...op.owner_approvals_to_remove]) into.owner.add(id);
      const keys = [...op.key_approvals_to_add, ...op.key_approvals_to_remove];
      if (keys.length > 0) {
        into.other.push({
          weight_threshold: keys.length,
          account_auths: [],
          key_auths: keys.map((key) => [key, 1]),
          address_auths: [],
        });
      }
      break;
    }
    case 24:
      (op.using_owner_authority ? into.owner : into.active).add(op.fee_paying_account);
      break;
    case 35:
      into.active.add(op.payer);
      for (const id of op.required_auths) into.active.add(id);
      break;
    case 37:
      into.active.add(op.deposit_to_account);
      into.other.push({
        weight_threshold: 1,
        account_auths: [],
        key_auths: [[op.balance_owner_key, 1]],
        address_auths: [],
      });
      break;
    default:
      into.active.add(feePayer(operation));
  }
  return into;
}

export function noAuthorities(): RequiredAuthorities {
  return { active: new Set(), owner: new Set(), other: [] };
}

export interface AuthoritySource {
  active(account: string): Authority | undefined;
  owner(account: string): Authority | undefined;
}

/** The node's sign_state (protocol/transaction.cpp): who has signed, which signatures were needed. */
export class SignState {
  private readonly used = new Map<string, boolean>();
  private readonly approved = new Set<string>(['1.2.4']);

  constructor(
    signatures: Iterable<string>,
    private readonly source: AuthoritySource,
    private readonly maximumDepth: number,
    private readonly prefix: string,
    private readonly available: ReadonlySet<string> | 'any' = new Set(),
  ) {
    for (const key of signatures) this.used.set(key, false);
  }

  approve(accounts: Iterable<string>): void {
    for (const account of accounts) this.approved.add(account);
  }

  private signedBy(key: string): boolean {
    if (!this.used.has(key) && this.available !== 'any' && !this.available.has(key)) return false;
    this.used.set(key, true);
    return true;
  }

  private signedByAddress(address: string): boolean {
    addressFromText(address, this.prefix);
    const candidates = [...this.used.keys(), ...(this.available === 'any' ? [] : this.available)];
    const key = candidates.find((text) =>
      balanceAddresses(publicKeyFromText(text, this.prefix), this.prefix).includes(address),
    );
    return key !== undefined && this.signedBy(key);
  }

  account(id: string): boolean {
    if (this.approved.has(id)) return true;
    return this.authority(this.source.active(id)) || this.authority(this.source.owner(id));
  }

  /** Weights are added in the node's order: keys, addresses, accounts; it stops at the threshold. */
  authority(authority: Authority | undefined, depth = 0): boolean {
    if (!authority) return false;
    let weight = 0;
    for (const [key, part] of authority.key_auths) {
      if (this.signedBy(key) && (weight += part) >= authority.weight_threshold) return true;
    }
    for (const [address, part] of authority.address_auths) {
      if (this.signedByAddress(address) && (weight += part) >= authority.weight_threshold) return true;
    }
    for (const [id, part] of authority.account_auths) {
      if (!this.approved.has(id)) {
        if (depth === this.maximumDepth) continue;
        if (
          !this.authority(this.source.active(id), depth + 1) &&
          !this.authority(this.source.owner(id), depth + 1)
        )
          continue;
        this.approved.add(id);
      }
      if ((weight += part) >= authority.weight_threshold) return true;
    }
    return weight >= authority.weight_threshold;
  }

  get unused(): string[] {
    return [...this.used].filter(([, used]) => !used).map(([key]) => key);
  }

  get signers(): string[] {
    return [...this.used].filter(([, used]) => used).map(([key]) => key);
  }
}

export interface Approvals {
  active: Iterable<string>;
  owner: ReadonlySet<string>;
  allowCommittee: boolean;
}

const ordered = (ids: Iterable<string>): string[] => [...ids].sort(compareIds);

/** Throws the node's error when the keys do not authorize the operations exactly. */
export function verifyAuthority(
  operations: readonly Operation[],
  keys: readonly string[],
  source: AuthoritySource,
  maximumDepth: number,
  prefix: string,
  approvals: Approvals = { active: [], owner: new Set(), allowCommittee: false },
): void {
  const place = (line: number) => at('transaction.cpp', line, 'verify_authority');
  const required = noAuthorities();
  try {
    for (const operation of operations) requiredAuthorities(operation, required);
    if (!approvals.allowCommittee && required.active.has('1.2.0')) {
      throw failure(
        4010006,
        'invalid_committee_approval',
        'committee account cannot directly approve transaction',
        place(300),
        'Committee account may only propose transactions',
      );
    }
    const state = new SignState(keys, source, maximumDepth, prefix);
    state.approve(approvals.active);
    state.approve(approvals.owner);
    const described = (id: string): Record<string, Json> => ({
      id,
      auth: asJson(source.active(id)),
      owner: asJson(source.owner(id)),
    });
    for (const authority of required.other) {
      if (!state.authority(authority)) {
        throw failure(
          4010003,
          'tx_missing_other_auth',
          'missing required other authority',
          place(315),
          'Missing Authority',
          { auth: asJson(authority), sigs: [...keys] },
        );
      }
    }
    for (const id of ordered(required.owner)) {
      if (!approvals.owner.has(id) && !state.authority(source.owner(id))) {
        throw failure(
          4010002,
          'tx_missing_owner_auth',
          'missing required owner authority',
          place(323),
          'Missing Owner Authority ${id}',
          { id, auth: asJson(source.owner(id)) },
        );
      }
    }
    for (const id of ordered(required.active)) {
      if (!state.account(id) && !state.authority(source.owner(id))) {
        throw failure(
          4010001,
          'tx_missing_active_auth',
          'missing required active authority',
          place(336),
          'Missing Active Authority ${id}',
          described(id),
        );
      }
    }
    if (state.unused.length > 0) {
      throw failure(
        4010004,
        'tx_irrelevant_sig',
        'irrelevant signature included',
        place(342),
        'Unnecessary signature(s) detected',
      );
    }
  } catch (error) {
    if (error instanceof ChainError) {
      error.within('transaction.cpp', 347, 'verify_authority', {
        rejected_custom_auths: [],
        ops: operations as unknown as Json,
        sigs: [...keys],
      });
    }
    throw error;
  }
}

function asJson(authority: Authority | undefined): Json {
  return (authority ?? null) as unknown as Json;
}

/**
 * The keys that could sign, in the node's order (by address): those of every authority that it looks at while it
 * checks the signatures that are there. With the active key's signature it never looks at the owner's.
 */
export function potentialKeys(
  operations: readonly Operation[],
  signed: readonly string[],
  source: AuthoritySource,
  maximumDepth: number,
  prefix: string,
): string[] {
  const keys = new Set<string>();
  const noted = (authority: Authority | undefined): Authority | undefined => {
    for (const [key] of authority?.key_auths ?? []) keys.add(key);
    return authority;
  };
  const watching: AuthoritySource = {
    active: (id) => noted(source.active(id)),
    owner: (id) => noted(source.owner(id)),
  };
  requiredKeys(operations, signed, [], watching, maximumDepth, prefix);
  const required = noAuthorities();
  for (const operation of operations) requiredAuthorities(operation, required);
  for (const authority of required.other) noted(authority);
  return [...keys].sort(comparePublicKeys(prefix));
}

/** Of the available keys, those that must still sign. */
export function requiredKeys(
  operations: readonly Operation[],
  signed: readonly string[],
  available: readonly string[],
  source: AuthoritySource,
  maximumDepth: number,
  prefix: string,
): string[] {
  const required = noAuthorities();
  for (const operation of operations) requiredAuthorities(operation, required);
  const usable = new Set(available);
  const state = new SignState(signed, source, maximumDepth, prefix, usable);
  for (const authority of required.other) state.authority(authority);
  for (const id of ordered(required.owner)) state.authority(source.owner(id));
  for (const id of ordered(required.active)) {
    if (!state.account(id)) state.authority(source.owner(id));
  }
  return state.signers
    .filter((key) => usable.has(key) && !signed.includes(key))
    .sort(comparePublicKeys(prefix));
}
