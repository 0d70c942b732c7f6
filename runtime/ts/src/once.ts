import type { Listener } from './core/sink.ts';
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
