/** The fields of Memo: Encode. */
import { accountParameter, rawParameter } from './parameter';

export const memoText = rawParameter({
  displayName: 'Text',
  name: 'text',
  type: 'string',
  default: '',
  description: 'What the memo says',
});

export const memoReceiver = accountParameter({
  displayName: 'To',
  name: 'to',
  type: 'string',
  default: '',
  required: true,
  placeholder: 'e.g. alice or 1.2.345',
  description: 'Name or ID of the account that shall read it',
});
