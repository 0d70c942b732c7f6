import type { EventMeta, Listener } from './core/sink.ts';
import type { OnceOptions } from './core/api.ts';
import type { Unlisten } from './core/unlisten.ts';
import type { ServerEvent } from './core/descriptor.ts';
import { clientOf } from './listen.ts';

/**
 * Resolves with the next payload of the event that `where` accepts. Rejects when the signal
 * aborts (with its reason), when the backend refuses and when the client is closed, and waits
 * while the page is offline.
 */
export function once<P, K>(event: ServerEvent<string, P, K>, options?: OnceOptions<P, K>): Promise<P>;
/** Calls the listener with the next payload of the event that `where` accepts, then never again. */
export function once<P, K>(
  event: ServerEvent<string, P, K>,
  listener: Listener<P>,
  options?: OnceOptions<P, K>,
): Unlisten;
export function once<P, K>(
  event: ServerEvent<string, P, K>,
  first?: Listener<P> | OnceOptions<P, K>,
  second?: OnceOptions<P, K>,
): Promise<P> | Unlisten {
  const wait = (
    listener: Listener<P>,
    options: OnceOptions<P, K> | undefined,
    fail?: (error: unknown) => void,
  ): Unlisten => {
    const unlisten = clientOf(options).subscribe(event, {
      ...options,
      next(payload, meta) {
        if (options?.where && !options.where(payload)) return undefined;
        unlisten();
        return listener(payload, meta);
      },
      ...(fail && {
        refused(error: unknown) {
          unlisten();
          fail(error);
        },
      }),
    });
    return unlisten;
  };
  if (typeof first === 'function') return wait(first, second);
  return new Promise((resolve, reject) => {
    wait(resolve, first, reject);
  });
}

/** Waits for one event: what generated code calls `onceProgress` and so on. */
export interface Once<P, K = never> {
  /**
   * Resolves with the next payload that `where` accepts. Rejects when the signal aborts (with its
   * reason), when the backend refuses and when the client is closed, and waits while the page is offline.
   */
  (options?: OnceOptions<P, K>): Promise<P>;
  /** Calls the listener with the next payload that `where` accepts, then never again. */
  (listener: Listener<P>, options?: OnceOptions<P, K>): Unlisten;
}

/** Waits for one event that has no payload. */
export interface OnceEmpty {
  /** Resolves with the next. Rejects and waits as {@link Once} does. */
  (options?: OnceOptions<undefined>): Promise<void>;
  /** Calls the listener for the next, then never again. */
  (listener: (meta: EventMeta) => unknown, options?: OnceOptions<undefined>): Unlisten;
}

/** Makes what waits for an event. Generated code calls this. */
export function onceOf<P, K>(event: ServerEvent<string, P, K>): Once<P, K> {
  return ((first?: Listener<P>, options?: OnceOptions<P, K>) => once(event, first as Listener<P>, options)) as Once<
    P,
    K
  >;
}

/** Makes what waits for an event that has no payload. Generated code calls this. */
export function onceEmptyOf(event: ServerEvent<string, undefined>): OnceEmpty {
  return ((first?: (meta: EventMeta) => unknown, options?: OnceOptions<undefined>) =>
    once(
      event,
      (typeof first === 'function' ? (_: undefined, meta: EventMeta) => first(meta) : first) as Listener<undefined>,
      options,
    )) as OnceEmpty;
}
