import type { INodeType, INodeTypeDescription, ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';
import { systemClock } from '../shared/clock';
import { testKeysCredential, testNodeCredential } from '../shared/credentialTests';
import { toNodeError } from '../shared/nodeErrors';
import { description } from './description';
import { readTriggerSettings } from './settings';
import { TriggerRun } from './triggerRun';

export class BitSharesTrigger implements INodeType {
  description: INodeTypeDescription = description;

  methods = { credentialTest: { testKeysCredential, testNodeCredential } };

  async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
    try {
      const run = new TriggerRun(this, readTriggerSettings(this), {
        clock: systemClock,
        random: Math.random,
      });
      if (this.getMode() !== 'manual') return await run.start();
      return {
        closeFunction: () => run.close(),
        manualTriggerFunction: async () => {
          try {
            await run.showLatest();
          } catch (error) {
            throw toNodeError(this.getNode(), error);
          }
        },
      };
    } catch (error) {
      throw toNodeError(this.getNode(), error);
    }
  }
}
