/** The fields that n8n offers before the first run: one file an operation, so what operations share is written out in each. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const text = (node: string, operation: string) =>
  readFileSync(resolve(__dirname, `../../nodes/${node}/__schema__/v1.0.0/${operation}.json`), 'utf8');
const fieldsOf = (operation: string) =>
  Object.entries((JSON.parse(text('BitShares', operation)) as { properties: object }).properties);

test.each<[string, string[]]>([
  ['transfer/broadcast', []],
  ['transfer/getStatus', []],
  ['transfer/prepare', ['transaction']],
  ['transfer/quote', ['maximumFee', 'intent']],
  ['proposal/create', ['proposalId', 'proposalBlock', 'proposalExpiration']],
])('%s gives the fields of Send, and after them %j', (operation, own) => {
  const ofSend = fieldsOf('transfer/send');
  const fields = fieldsOf(operation);
  expect(fields.slice(0, ofSend.length)).toEqual(ofSend);
  expect(fields.slice(ofSend.length).map(([name]) => name)).toEqual(own);
});

test.each([
  ['transfer/broadcast', 'transfer/broadcast'],
  ['transfer/getStatus', 'transfer/getStatus'],
  ['transfer/prepare', 'transfer/prepare'],
  ['transfer/quote', 'transfer/quote'],
  ['transfer/send', 'transfer/send'],
  ['proposal/approve', 'proposal/approve'],
  ['proposal/create', 'proposal/create'],
  ['claimableBalance/import', 'balance/import'],
])('%s of BitShares and %s of BitShares Wallet give the same', (ofBitShares, ofWallet) => {
  expect(text('BitSharesWallet', ofWallet)).toBe(text('BitShares', ofBitShares));
});
