/** What is known of a delivery beside the payload. */
export interface EventMeta {
  /** The wire name of the event. */
  readonly event: string;
  /** The position in the backend's log; 0 where the transport has none. It may jump. */
  readonly seq: number;
}

/**
 * Is called for each payload. What it throws, or what a promise it returns rejects with, goes
 * to `onError` and to no other listener.
 */
export type Listener<P> = (payload: P, meta: EventMeta) => unknown;

/** Is called with all payloads of one delivery. */
export type BatchListener<P> = (payloads: readonly P[], meta: EventMeta) => unknown;

/** Gets errors that belong to nobody who waits, with the wire name of the event if there is one. */
export type ErrorListener = (error: unknown, event?: string) => void;

/** The receiving end of a subscription: what listeners, streams and hooks are made of. */
export interface Sink<P, K = never> {
  /** Gets each payload. */
  readonly next: Listener<P>;
  /** Gets the payloads of a batch together, in place of `next`. */
  readonly nextBatch?: BatchListener<P> | undefined;
  readonly key?: K | undefined;
  readonly onGap?: ((missed: number | null) => void) | undefined;
  readonly onError?: ErrorListener | undefined;
  readonly signal?: AbortSignal | undefined;
  /**
   * Is told why nothing (more) will come: the backend refuses, the client is closed, or the
   * signal has aborted. After a refusal the subscription stays, and may be accepted later.
   */
  readonly refused?: ((error: unknown) => void) | undefined;
}
