import type { ClientOptions, ErrorListener, EventsClient, Gap, Stale, Status } from './api.ts';
import type { ClientEvent } from './descriptor.ts';
import { createDriver } from './connection.ts';
import { EmitError, EventsError, ListenError } from './errors.ts';
import type { AnyEvent } from './key.ts';
import { createOutbox } from './outbox.ts';
import { type AnySink, type Sent, createTopics } from './topics.ts';
import type { Transport } from './transport.ts';
import type { ServerFrame } from './wire.ts';

/** Options of a client whose defaults have been filled in. */
export interface CompleteOptions extends ClientOptions {
  readonly transports: readonly Transport[];
}

/** What this package needs of a client beyond what users do. */
export interface InternalClient extends EventsClient {
  readonly options: CompleteOptions;
  /** Takes over other options. They hold from the next connection on. */
  configure(options: CompleteOptions): void;
  /** Connects without anyone listening. */
  start(): void;
}

/**
 * Makes a client that connects when the first listener or emit wants it: at once, or with
 * `later`, one task later.
 */
export function createClient(options: CompleteOptions, later = false, ended?: () => void): InternalClient {
  const statusListeners = new Set<(status: Status) => void>();
  const gapListeners = new Set<(gap: Gap) => void>();
  const staleListeners = new Set<(stale: Stale) => void>();
  const errorListeners = new Set<ErrorListener>();
  const acks = new Map<number, Sent[]>();
  let status: Status = 'idle';
  let ids = 0;
  let session: string | undefined;
  let epoch: string | undefined;
  let at = 0;
  let sameSession = true;
  /** Why nothing will come, while that is so. */
  let refusal: EventsError | undefined;
  let startTimer: ReturnType<typeof setTimeout> | undefined;
  let flushTimer: ReturnType<typeof setTimeout> | undefined;

  const isolate = (call: () => void) => {
    try {
      call();
    } catch (error) {
      if (typeof reportError === 'function') reportError(error);
      else console.error(error);
    }
  };

  const report = (error: unknown, event?: string, own?: ErrorListener) => {
    const listeners = own ? [own] : [...errorListeners];
    if (!listeners.length)
      isolate(() => {
        throw error;
      });
    for (const listener of listeners) isolate(() => listener(error, event));
  };

  const tell = <T>(listeners: Set<(value: T) => void>, value: T) => {
    for (const listener of [...listeners]) isolate(() => listener(value));
  };

  const listenTo = <T>(listeners: Set<T>, listener: T) => {
    // Wrapped by identity of the call: the same function may be added twice.
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  };

  const want = () => {
    if (later && status === 'idle') startTimer ??= setTimeout(driver.start);
    else driver.start();
  };

  const flush = () => {
    clearTimeout(flushTimer);
    flushTimer = undefined;
    if (status !== 'open') {
      // What is listened to goes with the next hello; what is not goes now.
      return;
    }
    const { listen, unlisten, sent } = topics.changes();
    if (sent.length) {
      acks.set(++ids, sent);
      driver.send(JSON.stringify({ listen, id: ids }));
    }
    if (unlisten.length) driver.send(JSON.stringify({ unlisten, id: ++ids }));
  };

  const topics = createTopics(() => {
    flushTimer ??= setTimeout(flush);
  }, report);

  const outbox = createOutbox(
    () => ++ids,
    (frame) => driver.send(frame),
    () => driver.buffered(),
  );

  const handle = (frame: ServerFrame) => {
    const { welcome, event, ack, gap, stale, refused, auth } = frame;
    if (event !== undefined) {
      if (frame.seq && frame.seq > at) at = frame.seq;
      topics.dispatch(event, frame);
    } else if (welcome) {
      if (welcome.epoch !== epoch) topics.reset();
      sameSession = welcome.session === session;
      ({ session, epoch, at } = welcome);
      topics.confirm(welcome.refused);
      driver.expires(welcome.expiresIn);
      driver.welcomed(welcome.heartbeat);
    } else if (ack !== undefined) {
      if (outbox.ack(ack, frame.error)) return;
      const sent = acks.get(ack);
      acks.delete(ack);
      const { error } = frame;
      if (sent)
        topics.confirm(error ? Object.fromEntries(sent.map((one) => [one.topic.event.name, error])) : refused, sent);
    } else if (gap) {
      for (const [name, missed] of Object.entries(gap.events)) topics.gap(name, missed);
      tell(gapListeners, gap.events);
    } else if (stale) {
      if (!staleListeners.size) console.warn('eventgen: this page was built against other contracts:', stale);
      tell(staleListeners, stale);
    } else if (refused) topics.refuse(refused);
    else if (auth) driver.expires(auth.expiresIn);
    else if (frame.at && frame.at > at) at = frame.at;
  };

  const driver = createDriver({
    url: () => options.url ?? '/events',
    transports: () => options.transports,
    token: () => options.token,
    hello: () =>
      JSON.stringify({
        hello: {
          window: options.window,
          listen: topics.hello(),
          resume: session && { session, epoch, seq: at },
        },
      }),
    receive(message) {
      let frames: ServerFrame | readonly ServerFrame[];
      try {
        frames = typeof message === 'string' ? (JSON.parse(message) as ServerFrame) : message;
      } catch (error) {
        report(new EventsError({ code: 'protocol', message: String(error) }));
        driver.fail();
        return;
      }
      if (Array.isArray(frames)) (frames as readonly ServerFrame[]).forEach(handle);
      else handle(frames as ServerFrame);
    },
    lost() {
      acks.clear();
      topics.lost();
    },
    refused(error) {
      refusal = error;
      outbox.fail(error);
      topics.fail(new ListenError(error));
      report(error);
    },
    status(next) {
      status = next;
      if (next !== 'refused') refusal = undefined;
      if (next === 'open') {
        flush();
        outbox.open(sameSession);
      }
      tell(statusListeners, next);
    },
    report,
  });

  return {
    get options() {
      return options;
    },
    get url() {
      return options.url ?? '/events';
    },
    get status() {
      return status;
    },
    subscribe(event, sink) {
      const unlisten = topics.subscribe(event as AnyEvent, sink as AnySink);
      if (refusal) {
        const error = new ListenError(refusal, event.name);
        queueMicrotask(() => sink.refused?.(error));
        if (status === 'closed') unlisten();
      } else want();
      return unlisten;
    },
    emit(event, payload, options = {}) {
      if (refusal) return Promise.reject(new EmitError(refusal, event.name));
      want();
      if (flushTimer) flush();
      return outbox.emit(event as ClientEvent, payload, options);
    },
    onStatus: (listener) => listenTo(statusListeners, listener),
    onGap: (listener) => listenTo(gapListeners, listener),
    onStale: (listener) => listenTo(staleListeners, listener),
    onError: (listener) => listenTo(errorListeners, listener),
    renew: () => {
      driver.renew();
    },
    close() {
      if (status === 'closed') return;
      clearTimeout(startTimer);
      clearTimeout(flushTimer);
      driver.stop();
      refusal = new EventsError({ code: 'closed', message: 'the client is closed' });
      outbox.fail(refusal);
      topics.fail(new ListenError(refusal), true);
      ended?.();
    },
    configure(next) {
      options = next;
    },
    start: () => {
      driver.start();
    },
  };
}
