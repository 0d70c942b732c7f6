/** One thing that is wrong with a value, and where: property names and indices from the outside in. */
export interface Issue {
  readonly message: string;
  readonly path: readonly (string | number)[];
}

/** Where a decoder stands, and what has been found so far. */
export interface Cursor {
  readonly issues: Issue[];
  readonly path: (string | number)[];
}

/**
 * Checks the wire form of a value and makes the value that TypeScript sees. What is wrong goes to
 * the cursor; the result is of no use then.
 */
export interface Decoder {
  (wire: unknown, at: Cursor): unknown;
  /** The key may be absent. */
  readonly optional?: true;
  /** The decoder of what is not null, of one that takes null too. */
  readonly present?: Decoder;
  /** The decoder of the value as the key of a map, where that is no plain string. */
  readonly key?: Decoder;
}

/** An object of which nothing else is known. */
export type Fields = Readonly<Record<string, unknown>>;

// As many as the backend's own decoder reports, and as deep as it goes.
const maxIssues = 16;
const maxDepth = 512;

/** Says what was expected here instead of a value. */
export function refuse(at: Cursor, expected: string, found: string, key?: string | number): undefined {
  if (at.issues.length < maxIssues)
    at.issues.push({
      message: `expected ${expected}, found ${found}`,
      path: key === undefined ? [...at.path] : [...at.path, key],
    });
}

/** Whether there is any use in going on. */
export function goesOn(at: Cursor): boolean {
  return at.issues.length < maxIssues;
}

/** Decodes a part of a value. */
export function inside(decode: Decoder, wire: unknown, at: Cursor, key: string | number): unknown {
  at.path.push(key);
  const value = decode(wire, at);
  at.path.pop();
  return value;
}

/** A text as messages show it. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 64 ? text.slice(0, 64) + '…' : text);
}

/** What a value is, for messages. */
export function describe(wire: unknown): string {
  if (wire === null) return 'null';
  if (Array.isArray(wire)) return 'an array';
  switch (typeof wire) {
    case 'string':
      return 'a string';
    case 'boolean':
      return 'a boolean';
    case 'number':
      return String(wire);
    case 'object':
      return 'an object';
    case 'undefined':
      return 'none';
    default:
      return `a ${typeof wire}`;
  }
}

/** Whether a value is an object in the sense of JSON. */
export function isObject(wire: unknown): wire is Fields {
  return typeof wire === 'object' && wire !== null && !Array.isArray(wire);
}

/** The path to the first value that is nested too deeply, if there is one. */
function tooDeep(wire: unknown, path: (string | number)[]): boolean {
  if (typeof wire !== 'object' || wire === null) return false;
  if (path.length >= maxDepth) return true;
  const entries: Iterable<[string | number, unknown]> = Array.isArray(wire) ? wire.entries() : Object.entries(wire);
  for (const [key, value] of entries) {
    path.push(key);
    if (tooDeep(value, path)) return true;
    path.pop();
  }
  return false;
}

/** The result of a decoder: the value, or all that is wrong up to a bound. */
export function run(decode: Decoder, wire: unknown): { readonly value: unknown; readonly issues: readonly Issue[] } {
  const at: Cursor = { issues: [], path: [] };
  if (tooDeep(wire, at.path)) {
    refuse(at, `at most ${String(maxDepth)} levels`, 'a deeper value');
    return { value: undefined, issues: at.issues };
  }
  return { value: decode(wire, at), issues: at.issues };
}
