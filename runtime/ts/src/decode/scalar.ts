import { bytesOf } from './convert.ts';
import { type Cursor, type Decoder, describe, quote, refuse } from './decoder.ts';

function scalar<T>(expected: string, is: (wire: unknown) => wire is T): Decoder {
  return (wire, at) => (is(wire) ? wire : refuse(at, expected, describe(wire)));
}

/** What only the backend can check. */
export const anything: Decoder = (wire) => wire;

export const boolean: Decoder = /* @__PURE__ */ scalar('a boolean', (wire) => typeof wire === 'boolean');

export const string: Decoder = /* @__PURE__ */ scalar('a string', (wire) => typeof wire === 'string');

/** A number of double precision. JSON has larger ones, which are infinite here. */
export const number: Decoder = /* @__PURE__ */ scalar('a number', (wire): wire is number => Number.isFinite(wire));

/** A number that single precision can hold. */
export const float32: Decoder = /* @__PURE__ */ scalar('a number of single precision', isFloat32);

/** A number of any size: json.Number. */
export const numeral: Decoder = /* @__PURE__ */ scalar('a number', (wire) => typeof wire === 'number');

function isFloat32(wire: unknown): wire is number {
  return Number.isFinite(wire) && Number.isFinite(Math.fround(wire as number));
}

/** The bounds of integers. Those of 64 bits and their neighbours are the same number in JavaScript. */
function bounds(bits: number, unsigned: boolean): readonly [bigint, bigint] {
  // Without literals, which compilers refuse whose target is older: that of a new Next application is.
  const max = BigInt.asUintN(unsigned ? bits : bits - 1, BigInt(-1));
  return [unsigned ? BigInt(0) : ~max, max];
}

function range([min, max]: readonly [bigint, bigint]): string {
  return `an integer from ${String(min)} to ${String(max)}`;
}

function integer(bits: number, unsigned: boolean): Decoder {
  const limits = bounds(bits, unsigned);
  const [min, max] = limits.map(Number) as [number, number];
  return Object.assign(
    (wire: unknown, at: Cursor) =>
      Number.isInteger(wire) && (wire as number) >= min && (wire as number) <= max && !(unsigned && Object.is(wire, -0))
        ? (wire as number) + 0 // no -0
        : refuse(at, range(limits), describe(wire)),
    { key: quotedInteger(bits, unsigned) },
  );
}

/** An integer of this many bits. */
export function int(bits: number): Decoder {
  return integer(bits, false);
}

/** An unsigned integer of this many bits. */
export function uint(bits: number): Decoder {
  return integer(bits, true);
}

/** What travels as JSON in a string. `read` returns undefined for text that is something else. */
function quoted(expected: string, read: (text: string) => unknown): Decoder {
  return (wire, at) => {
    if (typeof wire !== 'string') return refuse(at, 'a string', describe(wire));
    const value = read(wire);
    return value === undefined ? refuse(at, 'a string that holds ' + expected, quote(wire)) : value;
  };
}

/** The integer that all of a text stands for, if it is within its bounds. */
function integerOf(text: string, [min, max]: readonly [bigint, bigint]): bigint | undefined {
  if (!(min < 0 ? /^-?(0|[1-9]\d*)$/ : /^(0|[1-9]\d*)$/).test(text) || text.length > 20) return undefined;
  const value = BigInt(text);
  return value >= min && value <= max ? value : undefined;
}

function quotedInteger(bits: number, unsigned: boolean, native = false): Decoder {
  const limits = bounds(bits, unsigned);
  return quoted(range(limits), (text) => {
    const value = integerOf(text, limits);
    return native || value === undefined ? value : text;
  });
}

/** An integer in a string. */
export function quotedInt(bits: number): Decoder {
  return quotedInteger(bits, false);
}

/** An unsigned integer in a string. */
export function quotedUint(bits: number): Decoder {
  return quotedInteger(bits, true);
}

/** An integer in a string, made a bigint. */
export function bigInt(bits: number): Decoder {
  return quotedInteger(bits, false, true);
}

/** An unsigned integer in a string, made a bigint. */
export function bigUint(bits: number): Decoder {
  return quotedInteger(bits, true, true);
}

/** A boolean in a string. */
export const quotedBoolean: Decoder = /* @__PURE__ */ quoted('true or false', (text) =>
  text === 'true' || text === 'false' ? text : undefined,
);

const numberText = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** A number in a string. */
export const quotedNumber: Decoder = /* @__PURE__ */ quoted('a number', (text) =>
  numberText.test(text) && Number.isFinite(Number(text)) ? text : undefined,
);

/** A number of single precision in a string. */
export const quotedFloat32: Decoder = /* @__PURE__ */ quoted('a number of single precision', (text) =>
  numberText.test(text) && isFloat32(Number(text)) ? text : undefined,
);

/** A number of any size in a string. */
export const quotedNumeral: Decoder = /* @__PURE__ */ quoted('a number', (text) =>
  numberText.test(text) ? text : undefined,
);

/** The string that a text is the JSON of, without spaces around it. */
function stringIn(text: string): string | undefined {
  try {
    return text.startsWith('"') && text.endsWith('"') ? (JSON.parse(text) as string) : undefined;
  } catch {
    return undefined;
  }
}

/** A string in a string. */
export const quotedString: Decoder = /* @__PURE__ */ quoted('a JSON string', (text) =>
  stringIn(text) === undefined ? undefined : text,
);

/** One of a set of strings or numbers. */
export function oneOf(members: readonly (string | number)[]): Decoder {
  return (wire, at) => {
    if (members.includes(wire as string)) return (wire as number) === 0 ? 0 : wire;
    if (typeof wire !== typeof members[0]) return refuse(at, `a ${typeof members[0]}`, describe(wire));
    return refuse(at, listed(members), typeof wire === 'string' ? quote(wire) : describe(wire));
  };
}

/** One of a set of strings, each as JSON in a string. */
export function quotedOneOf(members: readonly string[]): Decoder {
  return quoted(listed(members), (text) => (members.includes(stringIn(text) as string) ? text : undefined));
}

/** The members of a set, for messages. */
export function listed(members: readonly (string | number)[]): string {
  const shown = members.slice(0, 12).map((member) => (typeof member === 'string' ? quote(member) : String(member)));
  if (members.length > shown.length) shown.push('…');
  return (members.length === 1 ? '' : 'one of ') + shown.join(', ');
}

const timeText =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

function isTime(text: string): boolean {
  const [, year, month, day] = timeText.exec(text) ?? [];
  // The last day of a month is day 0 of the next. Years below 100 mean others to Date.UTC: 400 is as leap.
  return year !== undefined && Number(day) <= new Date(Date.UTC(Number(year) + 400, Number(month), 0)).getUTCDate();
}

function timeAs(make: (text: string) => unknown): Decoder {
  return (wire: unknown, at: Cursor) =>
    typeof wire === 'string' && isTime(wire)
      ? make(wire)
      : refuse(at, 'a time in RFC 3339', typeof wire === 'string' ? quote(wire) : describe(wire));
}

/** A point in time, RFC 3339. */
export const time: Decoder = /* @__PURE__ */ timeAs((text) => text);

/** A point in time, made a Date. */
export const date: Decoder = /* @__PURE__ */ timeAs((text) => new Date(text));

function bytesAs(make: (text: string, value: Uint8Array) => unknown): Decoder {
  return (wire, at) => {
    if (typeof wire !== 'string') return refuse(at, 'a string', describe(wire));
    try {
      // atob is lenient: with itself reversed, it is strict.
      if (btoa(atob(wire)) === wire) return make(wire, bytesOf(wire));
    } catch {
      // No base64.
    }
    return refuse(at, 'base64', quote(wire));
  };
}

/** Bytes, padded base64. */
export const base64: Decoder = /* @__PURE__ */ bytesAs((text) => text);

/** Bytes, made a Uint8Array. */
export const byteArray: Decoder = /* @__PURE__ */ bytesAs((_, value) => value);
