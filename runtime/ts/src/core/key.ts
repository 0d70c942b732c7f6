import type { ServerEvent } from './descriptor.ts';

/** An event of any payload and key. */
export type AnyEvent = ServerEvent<string, unknown, unknown>;

function sorted(_name: string, value: unknown): unknown {
  return value && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
}

/**
 * The identity of a key, for maps: what is no primitive goes by its canonical JSON, in the form
 * it has on the wire.
 */
export function keyId(key: unknown): unknown {
  if (typeof key === 'bigint') return String(key);
  if (typeof key !== 'object' || !key) return key;
  const wire: unknown = JSON.parse(JSON.stringify(key));
  return typeof wire === 'object' ? JSON.stringify(wire, sorted) : wire;
}

/** The identity of the key that a payload carries, in its wire form. */
export function payloadKey(event: AnyEvent, wire: unknown): unknown {
  let value = wire;
  for (const name of event.key ?? []) value = (value as Record<string, unknown> | null | undefined)?.[name];
  return keyId(value);
}
