/**
 * What went wrong, in a word. The backend's codes pass through as they are: `invalid_payload`,
 * `forbidden`, `no_listener`, `internal` and those that the application makes up.
 */
export type ErrorCode =
  | 'aborted'
  | 'closed'
  | 'forbidden'
  | 'invalid_payload'
  | 'no_target'
  | 'outcome_unknown'
  | 'overflow'
  | 'queue_full'
  | 'replaced'
  | 'stale'
  | 'timeout'
  | 'too_large'
  | 'unauthenticated'
  | (string & {});

/** An error as it travels: the answer to a frame that was refused. */
export interface WireError {
  readonly code: string;
  readonly message?: string | undefined;
  readonly path?: string | undefined;
}

/**
 * An error of the client, with a code. `message` can be shown to a person: it is what the backend's
 * `eventbus.Reject` says, or the code in words. The event and the path stand beside it.
 */
export class EventsError extends Error {
  declare readonly code: ErrorCode;
  /** The wire name of the event concerned, where there is one. */
  declare readonly event: string | undefined;
  /** A JSON pointer to the part of the payload that was refused, where there is one. */
  declare readonly path: string | undefined;

  constructor(error: WireError, event?: string) {
    const { code, path, message = code.replaceAll('_', ' ') } = error;
    super(message);
    Object.assign(this, { code, event, path });
  }
}

/** Why an emit did not succeed. */
export class EmitError extends EventsError {
  override readonly name: string = 'EmitError';
}

/** Why a page does not, or no longer, listen to an event. */
export class ListenError extends EventsError {
  override readonly name: string = 'ListenError';
}
