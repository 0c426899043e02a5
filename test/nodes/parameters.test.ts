/** Parameters are declared once: what n8n shows is what the reader goes by. */
import { BitShares } from '../../nodes/BitShares/BitShares.node';
import {
  booleanParameter,
  choiceParameter,
  choicesParameter,
  OptionsParameter,
  wholeNumberParameter,
} from '../../nodes/shared/parameters/parameter';
import { maximumFee } from '../../nodes/shared/transfer/fields';
import { maximumFeeOf } from '../../src/withdrawals/transaction/limits';
import { executeNode } from '../support/executeNode';

const rounds = wholeNumberParameter({
  displayName: 'Rounds',
  name: 'rounds',
  type: 'number',
  typeOptions: { minValue: 2, maxValue: 9 },
  default: 5,
});

describe('a declaration', () => {
  test.each([1, 10, 2.5, 'x', null, [4]])(
    '%j is refused by the label and the limits that n8n shows',
    (value) => {
      expect(() => rounds.parse(value)).toThrow(/^Rounds: this is not a /);
      expect(() => rounds.with({ displayName: 'Turns' }).parse(value)).toThrow(/^Turns: this is not a /);
    },
  );

  test.each([2, 9, ' 3 '])('%j is within them', (value) => {
    expect(rounds.parse(value)).toBe(Number(value));
  });

  test('a choice is one of the options that n8n shows', () => {
    const options = [
      { name: 'Up', value: 'up' as const },
      { name: 'Down', value: 'down' as const },
    ];
    const way = choiceParameter({ displayName: 'Way', name: 'way', type: 'options', options, default: 'up' });
    const ways = choicesParameter({
      displayName: 'Ways',
      name: 'ways',
      type: 'multiOptions',
      options,
      default: ['up'],
    });
    expect(way.parse('down')).toBe('down');
    expect(() => way.parse('left')).toThrow('Way: this is none of the choices');
    expect(ways.parse(['down', 'up'])).toEqual(['up', 'down']);
    expect(() => ways.parse([])).toThrow('Ways: ');
    expect(() => ways.parse(['up', 'left'])).toThrow('Ways: ');
  });

  const optionsOf = (value: object, entered: object = value) =>
    new OptionsParameter([rounds]).read(
      { getNodeParameter: () => value, getNode: () => ({ parameters: { options: entered } }) } as never,
      0,
    );

  test('an option that is not set has the default that n8n shows, and is known as not set', () => {
    expect(optionsOf({}).of(rounds)).toBe(5);
    expect(optionsOf({}).given(rounds)).toBeNull();
    expect(optionsOf({ rounds: 7 }).of(rounds)).toBe(7);
    expect(() => optionsOf({ rounds: '' }, { rounds: '={{ $json.none }}' }).of(rounds)).toThrow('Rounds: ');
  });

  test('an option that is not declared cannot be read', () => {
    const other = booleanParameter({ displayName: 'Other', name: 'other', type: 'boolean', default: false });
    expect(() => optionsOf({ other: true }).of(other)).toThrow('the option other is not declared here');
  });

  test('a parameter that the operation does not declare cannot be read', async () => {
    const node = new BitShares();
    node.description.properties = node.description.properties.filter(({ name }) => name !== 'transactionId');
    const { error } = await executeNode({
      node,
      parameters: { resource: 'chain', operation: 'getTransaction' },
      credentials: {
        bitSharesNodeApi: { chain: 'testnet', trustedUrls: 'ws://127.0.0.1:1' },
      },
    });
    expect(error?.message).toContain('Could not get parameter');
  });

  test('the maximum fee without the option is the default that n8n shows', () => {
    const coreAsset = { precision: 5 };
    expect(maximumFeeOf(null, coreAsset)).toBe(
      maximumFeeOf(String(maximumFee.description.default), coreAsset),
    );
  });
});
