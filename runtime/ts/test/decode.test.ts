import type { StandardSchemaV1 } from '@standard-schema/spec';
import { describe, expect, expectTypeOf, test } from 'vitest';
import * as d from '../src/decode.ts';

function outcome(decode: d.Decoder, wire: unknown): unknown {
  const result = d.schema<unknown, unknown>(decode)['~standard'].validate(wire);
  return result.issues
    ? result.issues.map(({ message, path }) => `/${path.join('/')} ${message}`)
    : { value: result.value };
}

const accepts = (decode: d.Decoder, ...wires: unknown[]) => {
  for (const wire of wires) expect(outcome(decode, wire)).toEqual({ value: wire });
};
const refuses = (decode: d.Decoder, ...wires: unknown[]) => {
  for (const wire of wires) expect(outcome(decode, wire), JSON.stringify(wire)).toBeInstanceOf(Array);
};

describe('scalars', () => {
  test('integers keep to their bounds', () => {
    accepts(d.int(8), -128, 0, 127);
    refuses(d.int(8), -129, 128, 1.5, '1', null, true, [], {}, Infinity);
    accepts(d.uint(8), 0, 255);
    refuses(d.uint(8), -1, 256, -0);
    accepts(d.int(64), 2 ** 63 - 1024, -(2 ** 63), 2 ** 53 + 2);
    refuses(d.int(64), 2 ** 64);
    expect(Object.is(outcomeValue(d.int(8), -0), 0)).toBe(true);
  });
  test('numbers are finite, json.Number is not', () => {
    accepts(d.number, 1.5, -0, 1e308);
    refuses(d.number, Infinity, '1', null);
    refuses(d.float32, 1e39, 'x');
    accepts(d.float32, 3.4e38, 0.1);
    accepts(d.numeral, Infinity);
  });
  test('quoted values are exact', () => {
    accepts(d.quotedInt(64), '0', '-9223372036854775808', '9223372036854775807');
    refuses(d.quotedInt(64), '9223372036854775808', '', '01', '+1', '1.0', ' 1', 1, '0x1', '1'.repeat(99));
    refuses(d.quotedUint(64), '-0', '-1', '18446744073709551616');
    expect(outcome(d.bigInt(64), '-5')).toEqual({ value: -5n });
    accepts(d.quotedBoolean, 'true', 'false');
    refuses(d.quotedBoolean, 'True', true, '');
    accepts(d.quotedNumber, '1e+21', '-0', '0.5');
    refuses(d.quotedNumber, '1e999', '.5', '1.', 'Infinity', '0x1', '');
    accepts(d.quotedNumeral, '1e999');
    refuses(d.quotedFloat32, '1e39');
    accepts(d.quotedString, '"a"', '"\\u0041"');
    refuses(d.quotedString, 'a', '1', '"', '');
  });
  test('times are RFC 3339', () => {
    accepts(
      d.time,
      '2024-02-29T23:59:59Z',
      '0001-01-01T00:00:00Z',
      '2024-01-01T00:00:00.123456789+14:00',
      '0000-02-29T00:00:00Z',
    );
    refuses(
      d.time,
      '2023-02-29T00:00:00Z',
      '2024-04-31T00:00:00Z',
      '2024-01-01T24:00:00Z',
      '2024-01-01T00:00:60Z',
      '2024-01-01 00:00:00Z',
      '2024-01-01T00:00:00',
      '2024-01-01T00:00:00,5Z',
      '2024-01-01T0:00:00Z',
      '2024-01-01T00:00:00+24:00',
      '',
      0,
    );
    expect(outcome(d.date, '2024-01-01T00:00:00Z')).toEqual({ value: new Date('2024-01-01T00:00:00Z') });
  });
  test('bytes are strict base64', () => {
    accepts(d.base64, '', 'AA==', 'AAE=', 'AAEC', '+/+/');
    refuses(d.base64, 'A', 'AA', 'AAE', 'AB==', 'AA=\n=', ' AAEC', '-_-_', null, '€');
    expect(outcome(d.byteArray, 'AAH/')).toEqual({ value: new Uint8Array([0, 1, 255]) });
  });
  test('what was found is named', () => {
    const found = (value: unknown) => String(outcome(d.string, value)).split('found ')[1];
    expect([null, [], true, 1.5, {}, undefined, 1n].map(found)).toEqual([
      'null',
      'an array',
      'a boolean',
      '1.5',
      'an object',
      'none',
      'a bigint',
    ]);
    expect(outcome(d.boolean, 'x')).toEqual(['/ expected a boolean, found a string']);
  });
  test('sets', () => {
    accepts(d.oneOf(['a', 'b']), 'a', 'b');
    expect(outcome(d.oneOf(['a', 'b']), 'c')).toEqual(['/ expected one of "a", "b", found "c"']);
    expect(outcome(d.oneOf([1, 2]), 3)).toEqual(['/ expected one of 1, 2, found 3']);
    refuses(d.oneOf([1, 2]), '1', null);
  });
});

describe('objects', () => {
  const point = d.object({ x: d.int(8), y: d.optional(d.nullable(d.int(8))) });
  test('required, optional and null', () => {
    accepts(point, { x: 1 }, { x: 1, y: 2 }, { x: 1, y: null });
    expect(outcome(point, {})).toEqual(['/x expected the property "x", found none']);
    expect(outcome(point, { x: null })).toEqual(['/x expected an integer from -128 to 127, found null']);
    refuses(point, null, [], 'x', 1);
  });
  test('other keys are dropped, keys in other case refused', () => {
    expect(outcome(point, { x: 1, z: 2 })).toEqual({ value: { x: 1 } });
    expect(outcome(point, { X: 1 })).toEqual([
      '/x expected the property "x", found none',
      '/X expected the property "x", found "X"',
    ]);
    refuses(d.object({ 'a.b': d.string }), { 'a.b': '', 'A.B': '' });
    accepts(d.object({ k: d.string, s: d.string }), { k: '', s: '' });
    refuses(d.object({ k: d.optional(d.string), s: d.optional(d.string) }), { '\u212A': '' }, { ſ: '' });
  });
  test('inherited and dangerous names are names like others', () => {
    const odd = d.object({ constructor: d.optional(d.string), ['__proto__']: d.optional(d.string) });
    accepts(odd, {}, { constructor: 'a' });
    const wire: unknown = JSON.parse('{"__proto__":"p"}');
    expect(Object.getOwnPropertyDescriptor(outcomeValue(odd, wire), '__proto__')?.value).toBe('p');
    expect(Object.getPrototypeOf(outcomeValue(odd, wire))).toBe(Object.prototype);
  });
  test('maps', () => {
    accepts(d.map(d.int(8)), {}, { a: 1, constructor: 2 });
    accepts(d.map(d.string, d.quotedInt(8)), { '-128': 'a' });
    expect(outcome(d.map(d.string, d.quotedInt(8)), { 128: 'a' })).toEqual([
      '/128 expected a string that holds an integer from -128 to 127, found "128"',
    ]);
    refuses(d.map(d.int(8)), { a: 'x' }, [], null);
  });
});

describe('arrays', () => {
  test('lists and tuples', () => {
    accepts(d.list(d.int(8)), [], [1, 2]);
    expect(outcome(d.list(d.int(8)), [1, 'x', null])).toEqual([
      '/1 expected an integer from -128 to 127, found a string',
      '/2 expected an integer from -128 to 127, found null',
    ]);
    accepts(d.tuple(d.int(8), 2), [1, 2]);
    refuses(d.tuple(d.int(8), 2), [1], [1, 2, 3], null, { 0: 1, 1: 2, length: 2 });
  });
  test('sixteen problems are enough', () => {
    const many = outcome(
      d.list(d.int(8)),
      Array.from({ length: 100 }, () => 'x'),
    );
    expect(many).toHaveLength(16);
  });
});

describe('unions', () => {
  const variants = { A: d.object({ x: d.int(8) }), B: d.object({}) };
  test('adjacent', () => {
    const u = d.union('type', variants, 'data');
    accepts(u, { type: 'A', data: { x: 1 } }, { type: 'B', data: {} });
    expect(outcome(u, { type: 'C', data: {} })).toEqual(['/type expected one of "A", "B", found "C"']);
    expect(outcome(u, {})).toEqual([
      '/type expected the property "type", found none',
      '/data expected the property "data", found none',
    ]);
    expect(outcome(u, { type: 'A', data: {} })).toEqual(['/data/x expected the property "x", found none']);
    refuses(u, { type: 'toString', data: {} }, { type: 1, data: {} }, { Type: 'A', data: { x: 1 } }, null, []);
  });
  test('internal', () => {
    const u = d.union('type', variants);
    accepts(u, { type: 'A', x: 1 }, { type: 'B' });
    refuses(u, { x: 1 }, { type: 'A' }, { type: 'A', X: 1 }, { type: 'hasOwnProperty' });
  });
});

test('depth is bounded', () => {
  let deep: unknown = 1;
  for (let i = 0; i < 512; i++) deep = [deep];
  accepts(d.anything, deep);
  const [issue] = outcome(d.anything, [deep]) as string[];
  expect(issue).toContain('expected at most 512 levels');
  const cycle: unknown[] = [];
  cycle.push(cycle);
  expect(d.is(d.anything, cycle)).toBe(false);
});

test('recursion', () => {
  const tree: d.Decoder = d.object({ of: d.nullable(d.list(d.lazy(() => tree))) });
  accepts(tree, { of: null }, { of: [{ of: [] }] });
  expect(outcome(tree, { of: [{ of: [{}] }] })).toEqual(['/of/0/of/0/of expected the property "of", found none']);
});

test('schemas are Standard Schemas', () => {
  const schema = d.schema<{ at: string }, { at: Date }>(d.object({ at: d.date }));
  expectTypeOf(schema).toExtend<StandardSchemaV1<{ at: string }, { at: Date }>>();
  expectTypeOf<StandardSchemaV1.InferOutput<typeof schema>>().toEqualTypeOf<{ at: Date }>();
  expect(d.is(d.object({ at: d.date }), { at: '2024-01-01T00:00:00Z' })).toBe(true);
  expect(d.is(d.object({ at: d.date }), { at: new Date() })).toBe(false);
});

test('conversions go both ways', () => {
  const conversion = d.fields({
    at: d.dates,
    list: d.each(d.bigints),
    map: d.each(d.fields({ raw: d.bytes })),
    either: d.variants('type', { A: d.fields({ n: d.bigints }) }, 'data'),
    inner: d.later(() => d.variants('kind', { A: d.fields({ n: d.bigints }) })),
  });
  const wire = {
    at: '2024-01-01T00:00:00.000Z',
    list: ['1', '-2'],
    map: { constructor: { raw: 'AAH/' }, b: { raw: null } },
    either: { type: 'A', data: { n: '5' } },
    inner: { kind: 'A', n: '6' },
    other: 1,
  };
  const value = d.reader(conversion)(structuredClone(wire));
  expect(value).toEqual({
    at: new Date(wire.at),
    list: [1n, -2n],
    map: { constructor: { raw: new Uint8Array([0, 1, 255]) }, b: { raw: null } },
    either: { type: 'A', data: { n: 5n } },
    inner: { kind: 'A', n: 6n },
    other: 1,
  });
  expect(d.writer(conversion)(value)).toEqual(wire);
  expect(d.reader(conversion)(null)).toBeNull();
  expect(d.reader(conversion)({ either: { type: 'B', data: 1 } })).toEqual({ either: { type: 'B', data: 1 } });
});

function outcomeValue(decode: d.Decoder, wire: unknown): unknown {
  return (outcome(decode, wire) as { value: unknown }).value;
}
