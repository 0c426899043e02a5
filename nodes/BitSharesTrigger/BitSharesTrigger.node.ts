/** The node BitShares Trigger: starts an execution for each irreversible deposit or payment. */
import {
  NodeConnectionTypes,
  type INodeType,
  type INodeTypeDescription,
  type ITriggerFunctions,
  type ITriggerResponse,
} from 'n8n-workflow';
import { systemClock } from '../shared/clock';
import { testKeysCredential, testNodeCredential } from '../shared/credentials/credentialTests';
import { BitSharesError, isBitSharesError } from '../../src/errors';
import { toNodeError } from '../shared/items/nodeErrors';
import { properties } from './parameters';
import { readTriggerSettings, type TriggerSettings } from './settings';
import { noteRefusedParameters, TriggerRun } from './triggerRun';

function settingsOf(context: ITriggerFunctions): TriggerSettings {
  try {
    return readTriggerSettings(context);
  } catch (error) {
    noteRefusedParameters(context);
    throw activationError(context, error);
  }
}

/** Of an activation n8n shows the message alone, so what to do has to be in it. */
function activationError(context: ITriggerFunctions, error: unknown): Error {
  if (!isBitSharesError(error) || error.fix === undefined) return toNodeError(context.getNode(), error);
  const message = `${error.message}. ${error.fix} (${error.code})`;
  return toNodeError(context.getNode(), new BitSharesError(error.code, { message, data: error.data }));
}

export class BitSharesTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'BitShares Trigger',
    name: 'bitSharesTrigger',
    icon: { light: 'file:../BitShares/bitshares.svg', dark: 'file:../BitShares/bitshares.dark.svg' },
    group: ['trigger'],
    version: 1,
    subtitle: '={{ $parameter["account"] }}',
    description:
      'Starts a workflow for each irreversible deposit to a BitShares account, with its memo decoded',
    eventTriggerDescription: 'Waiting for a deposit to the account',
    activationMessage: 'Every irreversible deposit from now on starts this workflow.',
    defaults: { name: 'BitShares Trigger' },
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [
      {
        name: 'bitSharesNodeApi',
        displayName: 'Node Credential',
        required: true,
        testedBy: 'testNodeCredential',
      },
      {
        name: 'bitSharesKeysApi',
        displayName: 'Keys Credential',
        required: false,
        testedBy: 'testKeysCredential',
      },
    ],
    triggerPanel: {
      header: 'Deposits arrive when they are irreversible',
      executionsHelp: {
        inactive:
          '<b>While building</b>, click Execute Step: it shows the latest deposits and moves nothing.<br><br><b>When it works</b>, publish the workflow. Every deposit then starts an execution, also those made while n8n was down.',
        active:
          '<b>While building</b>, click Execute Step: it shows the latest deposits and moves nothing.<br><br><b>Every deposit</b> starts an execution, in the Executions list; the editor does not show it.',
      },
      activationHint: 'Publish the workflow to receive every deposit from then on.',
    },
    properties,
  };

  methods = { credentialTest: { testKeysCredential, testNodeCredential } };

  async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
    try {
      const run = new TriggerRun(this, settingsOf(this), { clock: systemClock, random: Math.random });
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
      throw activationError(this, error);
    }
  }
}
