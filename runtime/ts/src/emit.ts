import type { EmitOptions, RelayOptions } from './core/api.ts';
import type { ClientEvent } from './core/descriptor.ts';
import type { InternalClient } from './core/client.ts';
import { createOutbox } from './core/outbox.ts';
import { clientOf } from './listen.ts';

/**
 * Emits an event. The payload is serialised before this returns. While the client connects, emits wait in
 * order. Resolves when the backend has decoded, validated and authorised the payload, and its synchronous
 * listeners have returned. Rejects with an {@link EmitError}.
 */
export function emit<P>(
  event: ClientEvent<string, P>,
  payload: P,
  options: EmitOptions | RelayOptions = {},
): Promise<void> {
  const client = clientOf(options) as InternalClient;
  return client.outbox(createOutbox).emit(event as ClientEvent, payload, options);
}
