/**
 * How a value of the settings `int64: bigint`, `time: date` or `bytes: uint8array` travels, and
 * back. Null travels as null and never gets here.
 */
export interface Conversion {
  /** Makes the value from its wire form. */
  readonly read: (wire: never) => unknown;
  /** Makes the wire form, which is ready for JSON. */
  readonly write: (value: never) => unknown;
}

/** A conversion inside, of values that nobody has looked at. */
interface Inner {
  readonly read: (wire: unknown) => unknown;
  readonly write: (value: unknown) => unknown;
}

type Direction = keyof Inner;

function apply(conversion: Conversion, direction: Direction, value: unknown): unknown {
  return value === null || value === undefined ? value : (conversion as Inner)[direction](value);
}

function both(convert: (direction: Direction, value: never) => unknown): Conversion {
  return { read: (wire) => convert('read', wire), write: (value) => convert('write', value) };
}

/** 64-bit integers: decimal digits in a string. */
export const bigints: Conversion = { read: (wire: string) => BigInt(wire), write: (value: bigint) => String(value) };

/** Points in time: RFC 3339, of which a `Date` keeps the milliseconds. */
export const dates: Conversion = {
  read: (wire: string) => new Date(wire),
  write: (value: Date) => value.toISOString(),
};

/** Bytes: padded base64. */
export const bytes: Conversion = { read: bytesOf, write: base64Of };

/** The bytes of base64 text. Throws if it is none. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

function base64Of(value: Uint8Array): string {
  let text = '';
  for (const byte of value) text += String.fromCharCode(byte);
  return btoa(text);
}

/** What travels as it is. */
export const same: Conversion = { read: (wire) => wire, write: (value) => value };

/** The elements of an array, or the values of a map. */
export function each(conversion: Conversion): Conversion {
  return both((direction, value: unknown[] | Record<string, unknown>) =>
    Array.isArray(value)
      ? value.map((element) => apply(conversion, direction, element))
      : Object.fromEntries(Object.entries(value).map(([key, one]) => [key, apply(conversion, direction, one)])),
  );
}

/** Properties of an object; the others stay. */
export function fields(conversions: Readonly<Record<string, Conversion>>): Conversion {
  return both((direction, value: Record<string, unknown>) => {
    const out = { ...value };
    for (const [key, conversion] of Object.entries(conversions))
      if (Object.hasOwn(out, key)) out[key] = apply(conversion, direction, out[key]);
    return out;
  });
}

/** A union, by the variant that its tag names; without `content`, the tag is among the variant's properties. */
export function variants(tag: string, conversions: Readonly<Record<string, Conversion>>, content?: string): Conversion {
  return both((direction, value: Record<string, unknown>) => {
    const name = String(value[tag]);
    const conversion = Object.hasOwn(conversions, name) ? conversions[name] : undefined;
    if (!conversion) return value;
    return content === undefined
      ? apply(conversion, direction, value)
      : { ...value, [content]: apply(conversion, direction, value[content]) };
  });
}

/** A conversion that is declared further down. */
export function later(conversion: () => Conversion): Conversion {
  return both((direction, value: unknown) => apply(conversion(), direction, value));
}

/** The function that makes payloads, for a descriptor. */
export function reader<P>(conversion: Conversion): (wire: unknown) => P {
  return (wire) => apply(conversion, 'read', wire) as P;
}

/** The function that makes wire forms, for a descriptor. */
export function writer<P>(conversion: Conversion): (payload: P) => unknown {
  return (payload) => apply(conversion, 'write', payload);
}
