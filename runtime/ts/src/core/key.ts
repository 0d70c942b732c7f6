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

/** The key that a payload carries. */
export function keyOf(event: AnyEvent, payload: unknown): unknown {
  let value = payload;
  for (const name of event.key ?? []) value = (value as Record<string, unknown> | null | undefined)?.[name];
  return value;
}
