import type { ServerFrame } from './wire.ts';

/** Moves frames between the page and the backend. Make one with `webSocket()`, `sse()` and so on. */
export interface Transport {
  /** For error messages and logs. */
  readonly name: string;
  /**
   * Opens a connection: sends `link.hello()` as its first frame, hands each message from the
   * backend to `link.receive` in order, and calls `link.closed` once, when it has ended for any
   * reason but {@link Connection.close}. Throwing is as good as closing. A transport that has to
   * be loaded first may return a promise.
   */
  connect(link: Link): Connection | Promise<Connection>;
}

/** What a client gives a transport. */
export interface Link {
  /** The backend's address as configured; it may be relative to the page. */
  readonly url: string;
  /** The bearer token, if the client has any. */
  readonly token: string | undefined;
  /** The text of the first frame, as of now: to be called when it can be sent, and once. */
  hello(): string;
  /** Takes a message: the text of a frame or an array of frames, or the same parsed. */
  receive(message: string | ServerFrame | readonly ServerFrame[]): void;
  /**
   * Reports the end of the connection, with its close code and reason if there are any. Without a code,
   * the reason is for developers: it may say what to do.
   */
  closed(code?: number, reason?: string): void;
}

/** One connection of a transport. */
export interface Connection {
  /** Sends the text of one frame, after those sent before. Never called before the welcome. */
  send(frame: string): void;
  /** Ends the connection without a word to `link.closed`. Idempotent. */
  close(): void;
}

/** Close codes that mean something to the client. Others lead to another attempt. */
export const closeCode = {
  /** The page was hidden for long: connect again once it is seen or has something to say. */
  idle: 4000,
  /** No or bad credentials: final until they change. */
  unauthenticated: 4401,
  /** Good credentials, but not for this: final until they change. */
  forbidden: 4403,
  /** Another page has taken the window's label: final. */
  replaced: 4409,
} as const;
