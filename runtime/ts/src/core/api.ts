import type { ServerEvent } from './descriptor.ts';
import type { ErrorListener, Sink } from './sink.ts';
import type { Transport } from './transport.ts';
import type { Unlisten } from './unlisten.ts';

/** Options of every way to listen. */
export interface ListenOptions<K = never> {
  /** Ends the subscription. */
  readonly signal?: AbortSignal | undefined;
  /** The client to listen on; the page's own if left out. */
  readonly client?: EventsClient | undefined;
  /** Only this key of a keyed event; the backend sends no other. */
  readonly key?: K | undefined;
  /** Is told how many deliveries this page has missed, or null when nobody knows. */
  readonly onGap?: ((missed: number | null) => void) | undefined;
  /** Gets what the listener throws, and a refusal by the backend, in place of the client's `onError`. */
  readonly onError?: ErrorListener | undefined;
}

/** Options of `once`. */
export interface OnceOptions<P, K = never> extends ListenOptions<K> {
  /** Waits for a payload that this accepts. */
  readonly where?: ((payload: P) => boolean) | undefined;
}

/** Options of `stream`. */
export interface StreamOptions<K = never> extends ListenOptions<K> {
  /** How many payloads may wait for the consumer; default 1024. */
  readonly buffer?: number | undefined;
  /**
   * What happens when the buffer is full: the stream fails (`error`, the default), it loses its
   * oldest payload, or it keeps the newest alone.
   */
  readonly overflow?: 'error' | 'drop-oldest' | 'latest' | undefined;
}

/** Whom a relayed event is for: a window by its label, several windows, or a group. */
export type Target =
  string | { readonly window: string } | { readonly windows: readonly string[] } | { readonly group: string };

/** Options of every way to emit. */
export interface EmitOptions {
  /** Milliseconds to wait for the answer; default 10000, 0 for no limit. */
  readonly timeout?: number | undefined;
  /** Gives up waiting. What has been sent already may still run. */
  readonly signal?: AbortSignal | undefined;
  /** What to do while there is no connection; default `queue`. */
  readonly offline?: 'queue' | 'reject' | undefined;
  /** The client to emit on; the page's own if left out. */
  readonly client?: EventsClient | undefined;
}

/** Options of emits that other windows get through the backend. */
export interface RelayOptions extends EmitOptions {
  /** Who gets the event. */
  readonly to: Target;
}

/**
 * - `idle`: nothing listens or emits yet; always so on a server
 * - `connecting`: an attempt is under way
 * - `open`: connected
 * - `offline`: between attempts
 * - `refused`: the backend does not accept the credentials, or has given the label to another page
 * - `closed`: `close()` was called
 */
export type Status = 'idle' | 'connecting' | 'open' | 'offline' | 'refused' | 'closed';

/** What a page has missed, by event: a count, or null when nobody knows. */
export type Gap = Readonly<Record<string, number | null>>;

/** Events whose contract has changed since the page was built: the backend's fingerprints. */
export type Stale = Readonly<Record<string, string>>;

/** How a client reaches its backend. */
export interface ClientOptions {
  /** The backend's address; default `/events`. */
  readonly url?: string | undefined;
  /** This page's label, which targets name. */
  readonly window?: string | undefined;
  /** Gives the bearer token: for each connection, and before the last one ends. */
  readonly token?: (() => string | Promise<string>) | undefined;
  /** How to connect, in order of preference; default WebSocket, and SSE where that does not get through. */
  readonly transports?: readonly Transport[] | undefined;
}

/** A connection to a backend that outlives its transport's connections. */
export interface EventsClient {
  readonly status: Status;
  /** Why there is no connection, in words for a developer: of the last attempt, or of the refusal. Undefined while open. */
  readonly reason: string | undefined;
  /** Adds a sink. `listen`, `once`, `stream` and the hooks call this. */
  subscribe<P, K>(event: ServerEvent<string, P, K>, sink: Sink<P, K>): Unlisten;
  /** Calls back on each change, with the reason if there is one; returns what ends that. */
  onStatus(listener: (status: Status, reason?: string) => void): () => void;
  /** Calls back when deliveries were missed. */
  onGap(listener: (gap: Gap) => void): () => void;
  /** Calls back when the backend has another contract than the page; without a listener, a warning is logged. */
  onStale(listener: (stale: Stale) => void): () => void;
  /** Calls back with errors; without a listener they go to `reportError`. */
  onError(listener: ErrorListener): () => void;
  /** Says that the credentials have changed: renews them, or tries again after a refusal. */
  renew(): void;
  /** Ends the connection, every subscription and every emit that waits. Idempotent. */
  close(): void;
}
