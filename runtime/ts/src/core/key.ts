import type { ServerEvent } from './descriptor.ts';

/** An event of any payload and key. */
export type AnyEvent = ServerEvent<string, unknown, unknown>;

/**
 * The identity of a key: its JSON on the wire, where 64-bit integers are quoted. The backend
 * compares keys in this form too.
 */
export function keyId(key: unknown): string | undefined {
  return JSON.stringify(typeof key === 'bigint' ? String(key) : key) as string | undefined;
}

/** The identity of the key that a payload carries, in its wire form. */
export function payloadKey(event: AnyEvent, wire: unknown): string | undefined {
  let value = wire;
  for (const name of event.key ?? []) value = (value as Record<string, unknown> | null | undefined)?.[name];
  return keyId(value);
}
