import type { BatchListener, Listener } from './core/sink.ts';
import type { EventsClient, ListenOptions } from './core/api.ts';
import type { Unlisten } from './core/unlisten.ts';
import type { ServerEvent } from './core/descriptor.ts';
import { pageClient } from './page.ts';

/** The client that these options name, or the page's own. */
export function clientOf(options?: { readonly client?: EventsClient | undefined }): EventsClient {
  return options?.client ?? pageClient();
}

/** Calls the listener with each payload of the event from now on. */
export function listen<P, K>(
  event: ServerEvent<string, P, K>,
  listener: Listener<P>,
  options?: ListenOptions<K>,
): Unlisten {
  return clientOf(options).subscribe(event, { ...options, next: listener });
}

/** Calls the listener with each delivery's payloads: what came together is given together. */
export function listenBatch<P, K>(
  event: ServerEvent<string, P, K>,
  listener: BatchListener<P>,
  options?: ListenOptions<K>,
): Unlisten {
  return clientOf(options).subscribe(event, {
    ...options,
    next: (payload, meta) => listener([payload], meta),
    nextBatch: listener,
  });
}
