import type { IExecuteFunctions, INodeExecutionData, INodeType } from 'n8n-workflow';
import { testKeysCredential, testNodeCredential } from '../shared/credentialTests';
import { description } from './description';
import { router } from './router';

export class BitShares implements INodeType {
  description = description;

  methods = { credentialTest: { testKeysCredential, testNodeCredential } };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return router.call(this);
  }
}
