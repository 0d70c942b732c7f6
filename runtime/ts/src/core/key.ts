/** A JSON value's place in the payload, as property names from the outside in. */
export type Path = readonly string[];

/** Identifies a key: equal for keys that are the same on the wire. */
export type KeyId = string | number | boolean | null | undefined;

/**
 * The identity of a key. What is no plain value has their JSON for one, which is marked, because a string could
 * read the same; 64-bit integers are quoted on the wire.
 */
export function keyId(key: unknown): KeyId {
  return typeof key === 'object' ? '\0' + JSON.stringify(key) : typeof key === 'bigint' ? String(key) : (key as KeyId);
}

/** The key at this place of a payload. */
export function keyOf(path: Path, payload: unknown): unknown {
  let value = payload;
  for (const name of path) value = (value as Record<string, unknown> | null | undefined)?.[name];
  return value;
}
