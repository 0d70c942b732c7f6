import type { ClientOptions, EventsClient } from './core/api.ts';
import { type CompleteOptions, type InternalClient, createClient } from './core/client.ts';
import { disposable } from './core/disposable.ts';
import { EmitError } from './core/errors.ts';
import type { Connection, Transport } from './core/transport.ts';
import { webSocket } from './ws.ts';

/** Rises when copies of this package can no longer share a client. */
const version = 1;
const registryKey = Symbol.for('eventgen');

/** What all copies of this package on a page have in common. */
interface Registry {
  readonly version: number;
  page?: InternalClient | undefined;
}

/** Loads the second choice only where the first does not get through. */
const sseOnDemand: Transport = {
  name: 'sse',
  connect(link) {
    let connection: Connection | undefined;
    let closed = false;
    import('./sse.ts').then(
      ({ sse }) => {
        if (!closed) connection = sse().connect(link);
      },
      () => {
        link.closed();
      },
    );
    return {
      send(frame) {
        connection?.send(frame);
      },
      close() {
        closed = true;
        connection?.close();
      },
    };
  },
};

const nothing = () => () => undefined;

/** The client of a server: it renders pages, and pages listen for themselves. */
const inert: EventsClient = {
  url: '',
  status: 'idle',
  subscribe: () =>
    disposable(
      () => undefined,
      () => Promise.resolve(),
    ),
  emit: (event) => Promise.reject(new EmitError({ code: 'closed', message: 'there is no page here' }, event.name)),
  onStatus: nothing,
  onGap: nothing,
  onStale: nothing,
  onError: nothing,
  renew: () => undefined,
  close: () => undefined,
};

const inPage = () => typeof document !== 'undefined' || typeof importScripts === 'function';

declare const importScripts: unknown;

function registry(): Registry {
  const global = globalThis as { [registryKey]?: Registry };
  const found = (global[registryKey] ??= { version });
  if (found.version !== version)
    throw new Error(
      `eventgen: this page holds two copies of the client that cannot work together (${String(found.version)} and ${String(version)}): generate all bindings with one version`,
    );
  return found;
}

function complete(options: ClientOptions): CompleteOptions {
  return { ...options, transports: options.transports ?? [webSocket(), sseOnDemand] };
}

/**
 * The page's own client: the one that `connect` has set up, or else one with the default
 * options, which connects one task after the first listener came. On a server it is a client
 * that does nothing.
 */
export function pageClient(): EventsClient {
  if (!inPage()) return inert;
  const found = registry();
  return (found.page ??= createClient(complete({}), true, () => (found.page = undefined)));
}

/**
 * Connects the page, and sets up the client that everything uses which is given no other. To be
 * called before the first listener, or in the same task. Called again for the same backend and
 * window, by hot reload for instance, it joins the client there is and gives it the new options.
 */
export function connect(options: ClientOptions = {}): EventsClient {
  if (!inPage()) return inert;
  const page = pageClient() as InternalClient;
  const next = complete(options);
  const { url, window } = page.options;
  if (page.status !== 'idle' && (url !== options.url || window !== options.window))
    throw new Error(
      `eventgen: the page is connected to ${page.url} already: call connect() before the first listener, or createEventsClient() for another backend`,
    );
  page.configure(next);
  page.start();
  return page;
}

/**
 * Makes a client of its own: for tests, for a second backend, for one request of a server. It
 * connects when the first listener or emit wants it, and has to be closed.
 */
export function createEventsClient(options: ClientOptions = {}): EventsClient {
  return createClient(complete(options));
}
