/// <reference lib="esnext.disposable" />
import type { StreamOptions } from './core/api.ts';
import type { ServerEvent } from './core/descriptor.ts';
import { ListenError } from './core/errors.ts';
import { clientOf } from './listen.ts';

/** The payloads of an event, one after the other. Subscribed from the call that made it. */
export interface EventStream<P> extends AsyncIterableIterator<P, undefined, undefined> {
  /** How many payloads were lost because the consumer was slow. */
  readonly dropped: number;
  /** Ends the subscription; what waits in the buffer is still given. Idempotent. */
  close(): void;
  /** Ends the stream and forgets what waits. Leaving a `for await` loop calls this. */
  return(): Promise<IteratorResult<P, undefined>>;
  [Symbol.asyncIterator](): EventStream<P>;
  [Symbol.asyncDispose](): Promise<void>;
}

// See unlisten.ts.
const asyncDisposeKey: typeof Symbol.asyncDispose = (Symbol.asyncDispose ??
  Symbol.for('asyncDispose')) as typeof Symbol.asyncDispose;

/**
 * Listens immediately, and gives the payloads to whoever iterates. The buffer is bounded: see
 * {@link StreamOptions}. Fails with the signal's reason when that aborts, and when the backend
 * refuses or the client is closed. It gives first what came before that.
 */
export function stream<P, K>(event: ServerEvent<string, P, K>, options: StreamOptions<K> = {}): EventStream<P> {
  const { buffer: most = 1024, overflow = 'error', signal } = options;
  type Result = IteratorResult<P, undefined>;
  const end: Result = { done: true, value: undefined };
  const waiting: { resolve: (result: Result) => void; reject: (error: unknown) => void }[] = [];
  let buffer: P[] = [];
  let dropped = 0;
  let ended = false;
  let failure: { error: unknown } | undefined;

  const close = () => {
    ended = true;
    unlisten();
    for (const { resolve } of waiting.splice(0)) resolve(end);
  };
  const fail = (error: unknown) => {
    if (ended) return;
    const first = waiting.shift();
    if (first) first.reject(error);
    else failure = { error };
    close();
  };

  const unlisten = clientOf(options).subscribe(event, {
    ...options,
    next(payload) {
      const first = waiting.shift();
      if (first) first.resolve({ done: false, value: payload });
      else if (buffer.length < most) buffer.push(payload);
      else if (overflow === 'error')
        fail(new ListenError({ code: 'overflow', message: `more than ${String(most)} payloads waiting` }, event.name));
      else {
        const lost = overflow === 'latest' ? buffer.length : 1;
        dropped += lost;
        buffer.splice(0, lost);
        buffer.push(payload);
      }
    },
    refused(error) {
      if (signal?.aborted) buffer = [];
      fail(error);
    },
  });

  return {
    get dropped() {
      return dropped;
    },
    close,
    next() {
      if (buffer.length) return Promise.resolve({ done: false, value: buffer.shift() as P });
      if (failure) {
        const { error } = failure;
        failure = undefined;
        return Promise.reject(error as Error);
      }
      return ended ? Promise.resolve(end) : new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    return() {
      buffer = [];
      failure = undefined;
      close();
      return Promise.resolve(end);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    [asyncDisposeKey]() {
      return this.return().then(() => undefined);
    },
  };
}
