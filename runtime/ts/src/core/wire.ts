import type { WireError } from './errors.ts';

/** What a page listens to of one event: all of it, or these keys only. */
export interface WireInterest {
  contract: string;
  keys?: readonly unknown[];
  /** In a hello that resumes: the position from which the page has listened, as the backend told it. */
  since?: number | undefined;
}

/** What a page listens to, by event. */
export type WireInterests = Record<string, WireInterest>;

/** The first frame from the server. */
export interface Welcome {
  /** The connection's name: unguessable, and new for each connection. */
  readonly peer: string;
  /** Names the session: the same as before if it goes on. */
  readonly session: string;
  /** What a later connection presents to go on where this one ends. Secret. */
  readonly ticket: string;
  /** Names the server's log; positions of different epochs have nothing to do with each other. */
  readonly epoch: string;
  /** The log position that this connection goes on from. */
  readonly at: number;
  /** Nothing was lost since the position that the page asked to resume from. */
  readonly resumed?: boolean;
  /** Seconds until the credentials end. */
  readonly expiresIn?: number;
  /** Seconds between heartbeats, 25 if absent. */
  readonly heartbeat?: number;
  /** The longest message that the server takes, in bytes. */
  readonly max?: number;
  /** The events of the hello that the page may not listen to. */
  readonly refused?: Refusals;
}

/** Errors by event. */
export type Refusals = Readonly<Record<string, WireError>>;

/**
 * A frame from the server. Each has exactly one of `welcome`, `event`, `ack`, `gap`, `stale`,
 * `refused`, `auth`, `ticket`; any may be absent as far as the types go, and unknown frames are ignored.
 */
export interface ServerFrame {
  readonly welcome?: Welcome;

  readonly event?: string;
  readonly seq?: number;
  readonly payload?: unknown;
  readonly batch?: readonly unknown[];
  /** The payload needs no {@link ServerEvent.read}: the memory transport injects it as it is. */
  readonly decoded?: boolean;

  readonly ack?: number;
  readonly error?: WireError;
  readonly refused?: Refusals;

  readonly gap?: { readonly events: Readonly<Record<string, number | null>> };
  readonly stale?: Readonly<Record<string, string>>;
  readonly at?: number;
  /** Takes the place of the last one. */
  readonly ticket?: string;
  readonly auth?: { readonly expiresIn?: number };
}
