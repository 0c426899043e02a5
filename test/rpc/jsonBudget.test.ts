import { checkJsonBudget, jsonBudget } from '../../src/rpc/jsonBudget';

const budget = { characters: 10_000, values: 10 };
const check = (text: string) => () => checkJsonBudget(text, budget, 'the wallet answered info');

test('a text longer than its budget is refused before it is parsed', () => {
  expect(check(`"${'a'.repeat(9998)}"`)).not.toThrow();
  expect(check(`"${'a'.repeat(9999)}"`)).toThrow(
    expect.objectContaining({
      code: 'INVALID_ANSWER',
      message: 'the wallet answered info with more than 10000 characters',
    }),
  );
});

test.each([
  ['empty objects', '{},'],
  ['empty lists', '[],'],
  ['lists in lists', '['],
  ['numbers', '0,'],
  ['fields', '"a":0,'],
])('a text of too many %s is refused, whether or not it is JSON', (_, part) => {
  expect(check(part.repeat(4))).not.toThrow();
  expect(check(part.repeat(11))).toThrow(
    expect.objectContaining({ code: 'INVALID_ANSWER', message: expect.stringContaining('10 values') }),
  );
});

test('brackets and commas inside a text are no values', () => {
  expect(check(JSON.stringify({ memo: '[{,}],'.repeat(100), other: '"[,\\"{,'.repeat(100) }))).not.toThrow();
  // The text ends before the backslash's quotation mark would: what follows counts.
  expect(check(`{"memo":"\\\\",${'[],'.repeat(20)}`)).toThrow(/values/);
});

test('every value of a JSON text is counted', () => {
  const count = (value: unknown): number =>
    typeof value === 'object' && value !== null
      ? 1 + Object.values(value).reduce<number>((sum, part) => sum + count(part), 0)
      : 1;
  for (const value of [{ a: [1, 2, { b: [] }], c: 'x,y' }, [[[[]]]], [1, 'two', null, true], {}]) {
    const text = JSON.stringify(value);
    expect(() => checkJsonBudget(text, { characters: 1000, values: count(value) - 1 }, 'x')).toThrow();
    expect(() => checkJsonBudget(text, { characters: 1000, values: count(value) * 2 }, 'x')).not.toThrow();
  }
});

test('a budget allows for what nodes and wallets really answer', () => {
  expect(jsonBudget(1024 * 1024)).toEqual({ characters: 1_048_576, values: 131_072 });
  expect(jsonBudget(64 * 1024).values).toBe(8192);
});
