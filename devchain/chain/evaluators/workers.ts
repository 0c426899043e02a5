/** The worker operation, as far as it is needed to carry texts that are not UTF-8 (worker.cpp). */
import { at, assertion, check } from '../../wire/chainError';
import { maxShareSupply } from '../parameters';
import type { WorkerCreate } from '../../wire/operations';
import { bytesOf } from '../../wire/text';
import type { Evaluator } from './evaluator';

const validatePlace = at('worker.cpp', 30, 'validate', 'pool worker');

/**
 * A worker: devchain carries it on the wire and inside proposals, where strangers can put texts of any bytes under
 * any account's name. Like the node it checks the length of these texts and nothing else. It has no votes and no
 * budget for workers, so it refuses to make one.
 */
export const workerCreate: Evaluator<WorkerCreate> = {
  validate(op) {
    check(op.fee.amount >= 0n, 'fee.amount >= 0', validatePlace);
    check(op.work_end_date > op.work_begin_date, 'work_end_date > work_begin_date', validatePlace);
    check(op.daily_pay > 0n, 'daily_pay > 0', validatePlace);
    check(op.daily_pay < maxShareSupply, 'daily_pay < GRAPHENE_MAX_SHARE_SUPPLY', validatePlace);
    check(bytesOf(op.name).length < 63, 'name.size() < GRAPHENE_MAX_WORKER_NAME_LENGTH', validatePlace);
    check(bytesOf(op.url).length < 127, 'url.size() < GRAPHENE_MAX_URL_LENGTH', validatePlace);
  },
  apply() {
    throw assertion(
      'devchain has workers',
      at('workers.ts', 1, 'worker_create'),
      'devchain does not make workers',
    );
  },
};
