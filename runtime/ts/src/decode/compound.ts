import {
  type Cursor,
  type Decoder,
  type Fields,
  describe,
  goesOn,
  inside,
  isObject,
  quote,
  refuse,
} from './decoder.ts';
import { anything, listed, number } from './scalar.ts';

/** Null, or what the decoder takes. */
export function nullable(decode: Decoder): Decoder {
  return Object.assign((wire: unknown, at: Cursor) => (wire === null ? null : decode(wire, at)), { present: decode });
}

/** The value of a key that may be absent. */
export function optional(decode: Decoder): Decoder {
  return Object.assign((wire: unknown, at: Cursor) => decode(wire, at), { optional: true as const });
}

/** A decoder that is declared further down. */
export function lazy(decode: () => Decoder): Decoder {
  return (wire, at) => decode()(wire, at);
}

function elements(decode: Decoder, wire: readonly unknown[], at: Cursor): unknown[] {
  const out: unknown[] = [];
  for (const [i, element] of wire.entries()) {
    if (!goesOn(at)) break;
    out.push(inside(decode, element, at, i));
  }
  return out;
}

/** An array of any length. */
export function list(decode: Decoder): Decoder {
  return (wire, at) => (Array.isArray(wire) ? elements(decode, wire, at) : refuse(at, 'an array', describe(wire)));
}

/** An array of one length. */
export function tuple(decode: Decoder, length: number): Decoder {
  return (wire, at) => {
    if (!Array.isArray(wire)) return refuse(at, 'an array', describe(wire));
    if (wire.length !== length)
      refuse(at, length === 1 ? '1 element' : `${String(length)} elements`, String(wire.length));
    return elements(decode, wire.slice(0, length), at);
  };
}

/** An object with any keys that `key` takes. */
export function map(decode: Decoder, key?: Decoder): Decoder {
  return (wire, at) => {
    if (!isObject(wire)) return refuse(at, 'an object', describe(wire));
    const out: [string, unknown][] = [];
    for (const [name, value] of Object.entries(wire)) {
      if (!goesOn(at)) break;
      const before = at.issues.length;
      if (key) inside(key, name, at, name);
      if (at.issues.length === before) out.push([name, inside(decode, value, at, name)]);
    }
    return Object.fromEntries(out);
  };
}

/** Any JSON value, of whose numbers none is larger than a double can hold. */
export const value: Decoder = (wire, at) =>
  (Array.isArray(wire) ? list(value) : isObject(wire) ? map(value) : typeof wire === 'number' ? number : anything)(
    wire,
    at,
  );

/** Reports keys that are one of the known ones in other case: they would be lost silently. */
function strangers(wire: Fields, known: readonly string[], at: Cursor): void {
  for (const key of Object.keys(wire)) {
    if (known.includes(key)) continue;
    const same = new RegExp(`^${key.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)}$`, 'iu');
    const meant = known.find((name) => same.test(name));
    if (meant !== undefined) refuse(at, `the property ${quote(meant)}`, quote(key), key);
  }
}

function missing(at: Cursor, key: string): void {
  refuse(at, `the property ${quote(key)}`, 'none', key);
}

function own(wire: Fields, key: string): unknown {
  return Object.hasOwn(wire, key) ? wire[key] : undefined;
}

/** An object with these properties. Others are left out of the result. */
export function object(fields: Readonly<Record<string, Decoder>>): Decoder {
  const known = Object.keys(fields);
  return (wire, at) => {
    if (!isObject(wire)) return refuse(at, 'an object', describe(wire));
    const out: [string, unknown][] = [];
    for (const key of known) {
      const value = own(wire, key);
      const decode = fields[key] as Decoder;
      if (value !== undefined) out.push([key, inside(decode, value, at, key)]);
      else if (!decode.optional) missing(at, key);
    }
    strangers(wire, known, at);
    return Object.fromEntries(out);
  };
}

/**
 * A union: the variant that the tag names, under `content`, or, where that is left out, among the
 * properties beside the tag.
 */
export function union(tag: string, variants: Readonly<Record<string, Decoder>>, content?: string): Decoder {
  return (wire, at) => {
    if (!isObject(wire)) return refuse(at, 'an object', describe(wire));
    const name = own(wire, tag);
    const body = content === undefined ? wire : own(wire, content);
    if (name === undefined) missing(at, tag);
    if (content !== undefined) {
      if (body === undefined) missing(at, content);
      strangers(wire, [tag, content], at);
    }
    if (name === undefined || body === undefined) return undefined;
    if (typeof name !== 'string') return refuse(at, 'a string', describe(name), tag);
    const decode = own(variants, name) as Decoder | undefined;
    if (!decode) return refuse(at, listed(Object.keys(variants)), quote(name), tag);
    if (content !== undefined) return { [tag]: name, [content]: inside(decode, body, at, content) };
    const { [tag]: _, ...rest } = wire;
    return { [tag]: name, ...(decode(rest, at) as Fields | undefined) };
  };
}
