import { BitSharesError } from '../../src/errors';
import { broadcast, reasonOf } from '../../src/payments/broadcast';
import type { SignedTransaction } from '../../src/protocol';
import restrictions from '../transcripts/restrictions.json';
import transactions from '../transcripts/transactions.json';

/** Recorded refusals of a broadcast by a real node. */
const refusals = [...transactions.exchanges, ...restrictions.exchanges].flatMap((exchange) => {
  const { note, request, reply } = exchange as unknown as {
    note?: string;
    request: { params?: unknown[] };
    reply: { error?: { code: number; message: string } };
  };
  if (reply.error === undefined || !String(request.params?.[1]).startsWith('broadcast_transaction'))
    return [];
  return [{ note: note ?? '', code: reply.error.code, message: reply.error.message }];
});

const refuse = (error: BitSharesError) => ({ broadcast: () => Promise.reject(error) });
const refused = (code: number, message: string) =>
  new BitSharesError('NODE_ERROR', { message, data: { nodeCode: code, nodeMessage: message } });
const none = {} as SignedTransaction;

describe('what a node says to a broadcast is never an outcome of the withdrawal', () => {
  test('there are recordings to go by', () => {
    expect(refusals.length).toBeGreaterThan(12);
  });
  test.each(refusals.map(({ note, code, message }) => [note, code, message] as const))(
    '%s',
    async (_, code, message) => {
      const answer = await broadcast(refuse(refused(code, message)), none);
      const isOfTheMoment = /now <= trx.expiration|ref_block_prefix ==/.test(message);
      expect(answer.result).toBe(
        code === 3030001
          ? 'accepted'
          : // A node that cannot even read a transaction says so without a code, as a proxy does: nobody knows whose word it is.
            code === 0
            ? 'unanswered'
            : isOfTheMoment
              ? 'refused for now'
              : 'refused',
      );
      if (answer.result.startsWith('refused'))
        expect(reasonOf(answer)?.message).toContain('the node refused the transaction');
    },
  );
  test.each(['REQUEST_TIMEOUT', 'CONNECTION_LOST'] as const)(
    '%s is nothing known, and worth another try',
    async (code) => {
      const reason = new BitSharesError(code, { message: 'x' });
      expect(await broadcast(refuse(reason), none)).toEqual({ result: 'unanswered', reason });
    },
  );
  test('an error without a code, as a proxy makes it, is nothing known either', async () => {
    const reason = refused(0, 'upstream request timeout');
    expect(await broadcast(refuse(reason), none)).toEqual({ result: 'unanswered', reason });
  });
});
