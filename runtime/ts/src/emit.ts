import type { EmitOptions, RelayOptions } from './core/api.ts';
import type { ClientEvent } from './core/descriptor.ts';
import type { InternalClient } from './core/client.ts';
import { createOutbox } from './core/outbox.ts';
import { clientOf } from './listen.ts';

/**
 * Emits an event. The payload is serialised at once, and waits in order while the page connects.
 * Resolves when the backend has accepted it: decoded, validated and authorised, and its
 * synchronous listeners have returned. Rejects with an {@link EmitError}.
 */
export function emit<P>(
  event: ClientEvent<string, P>,
  payload: P,
  options: EmitOptions | RelayOptions = {},
): Promise<void> {
  const client = clientOf(options) as InternalClient;
  return client.outbox(createOutbox).emit(event as ClientEvent, payload, options);
}
