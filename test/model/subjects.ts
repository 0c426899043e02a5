/** The withdrawals of a history, and what a history dwells on. */
import { feeToken, hotWallet, vault } from './modelChain';

/** Amounts tell withdrawals apart on the chain, whatever became of their memos. */
export interface Subject {
  withdrawalId: string;
  amount: number;
  mode: 'send' | 'propose';
  from: string;
  fields: { memo?: string; fee?: string; feeAsset?: string };
}

export const subjects: Subject[] = [
  { withdrawalId: 'plain', amount: 1001, mode: 'send', from: hotWallet, fields: {} },
  { withdrawalId: 'plain twin', amount: 1001_0, mode: 'send', from: hotWallet, fields: {} },
  { withdrawalId: 'encrypted', amount: 1002, mode: 'send', from: hotWallet, fields: { memo: 'for alice' } },
  {
    withdrawalId: 'token fee',
    amount: 1003,
    mode: 'send',
    from: hotWallet,
    fields: { fee: '400', feeAsset: feeToken },
  },
  { withdrawalId: 'proposed', amount: 1004, mode: 'propose', from: vault, fields: {} },
  { withdrawalId: 'proposed twin', amount: 1004_0, mode: 'propose', from: vault, fields: {} },
];

/** More than a run works on together; they are paid one after the other. */
export const crowd: Subject[] = Array.from({ length: 36 }, (_, i) => ({
  withdrawalId: `crowd ${i}`,
  amount: 2001 + i,
  mode: 'send',
  from: hotWallet,
  fields: {},
}));

export const themes = [
  'any',
  'shared',
  'encrypted',
  'token fee',
  'proposed',
  'fees',
  'funds',
  'forks',
  'history',
  'requested anew',
  'late answers',
  'one lying node',
] as const;

export type Theme = (typeof themes)[number];
