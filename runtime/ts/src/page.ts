import type { ClientOptions, EventsClient } from './core/api.ts';
import { type CompleteOptions, type InternalClient, createClient } from './core/client.ts';
import { environment } from './core/environment.ts';
import type { Transport } from './core/transport.ts';
import { webSocket } from './ws.ts';

/** Rises when copies of this package can no longer share a client. */
const version = 1;
const registryKey = Symbol.for('eventgen');

/** What all copies of this package on a page have in common. */
interface Registry {
  readonly version: number;
  page?: InternalClient | undefined;
}

/** The second choice is loaded only where the first does not get through. */
const sseOnDemand: Transport = {
  name: 'sse',
  connect: async (link) => (await import('./sse.ts')).sse().connect(link),
};

function complete(options: ClientOptions): CompleteOptions {
  return { ...options, transports: options.transports ?? [webSocket(), sseOnDemand] };
}

/** Stands for a page's client on a server: nothing ever connects, and nothing is kept. */
const inert: InternalClient = /* @__PURE__ */ createClient({ transports: [] }, false);

/**
 * The page's own client: the one that `connect` has set up, or else one with the default
 * options, which connects one task after it is first asked for. On a server it is a client that
 * does nothing.
 */
export function pageClient(): EventsClient {
  // Neither a page nor a worker.
  if (!environment.document && !('importScripts' in environment)) return inert;
  const found = ((environment as { [registryKey]?: Registry })[registryKey] ??= { version });
  if (found.version !== version) throw new Error('eventgen: two versions of the client');
  if (!found.page) {
    found.page = createClient(complete({}), false, () => (found.page = undefined));
    // One task later: connect may come until then.
    setTimeout(found.page.start);
  }
  return found.page;
}

/**
 * Connects the page with these options. Everything uses this client that is not given another. Call it
 * before the first listener, or in the same task. A second call for the same backend and window, as by hot
 * reload, gives the options to the client that exists.
 */
export function connect(options: ClientOptions = {}): EventsClient {
  const page = pageClient() as InternalClient;
  if (page === inert) return page;
  const { url, window } = page.options;
  if (page.status !== 'idle' && (url !== options.url || window !== options.window))
    throw new Error('eventgen: connect() comes too late');
  Object.assign(page.options, complete(options));
  page.start();
  return page;
}

/**
 * Makes a client of its own: for tests, for a second backend, for one request of a server. It
 * connects when the first listener or emit wants it, and has to be closed.
 */
export function createEventsClient(options: ClientOptions = {}): EventsClient {
  return createClient(complete(options), true);
}
