import type { ClientOptions, EventsClient, Gap, Stale, Status } from './api.ts';
import { createConnector } from './connection.ts';
import { environment } from './environment.ts';
import { ListenError, type WireError } from './errors.ts';
import type { Outbox, Outlet } from './outbox.ts';
import type { ErrorListener } from './sink.ts';
import type { AnySink, SubscribedEvent } from './subscription.ts';
import { type Answer, createSubscriptions } from './subscriptions.ts';
import type { Link, Transport } from './transport.ts';
import { disposable } from './unlisten.ts';
import type { ServerFrame } from './wire.ts';

/** Options of a client whose defaults have been filled in. Without transports it does nothing. */
export interface CompleteOptions extends ClientOptions {
  readonly transports: readonly Transport[];
}

/** What this package needs of a client beyond what users do. */
export interface InternalClient extends EventsClient {
  /** May be changed, and holds so from the next connection on. */
  readonly options: CompleteOptions;
  /** Connects without anyone listening. */
  start(): void;
  /** The outbox, which `make` makes when the first emit comes, ready for another. */
  outbox(make: (outlet: Outlet) => Outbox): Outbox;
}

/**
 * Makes a client. With `eager`, the first listener or emit connects it; otherwise `start` does.
 * `ended` is called when it has been closed.
 */
export function createClient(given: CompleteOptions, eager: boolean, ended?: () => void): InternalClient {
  const options = { ...given };
  const statusListeners = new Set<(status: Status, reason?: string) => void>();
  const gapListeners = new Set<(gap: Gap) => void>();
  const staleListeners = new Set<(stale: Stale) => void>();
  const errorListeners = new Set<ErrorListener>();
  const answers = new Map<number, Answer>();
  let status: Status = 'idle';
  let reason: string | undefined;
  let ids = 0;
  /** The highest id of an emit that has left on some connection. */
  let sent = 0;
  let session: string | undefined;
  let ticket: string | undefined;
  let epoch: string | undefined;
  let at = 0;
  /** Connections in a row that were lost to what comes after this position; -1 if the last has got further. */
  let stuck = 0;
  let limit: number | undefined;
  let sameSession = false;
  /** Why nothing will come, while that is so. */
  let refusal: WireError | undefined = options.transports.length ? undefined : { code: 'closed' };
  let outbox: Outbox | undefined;
  let flushTimer: ReturnType<typeof setTimeout> | undefined;

  const shout: (error: unknown) => void = environment.reportError ?? console.error;

  const tell = <A extends unknown[]>(listeners: Iterable<(...values: A) => void>, ...values: A) => {
    for (const listener of [...listeners])
      try {
        listener(...values);
      } catch (error) {
        shout(error);
      }
  };

  const on =
    <T>(listeners: Set<T>) =>
    (listener: T) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    };

  const report = (error: unknown, event?: string, own?: ErrorListener) => {
    tell(own ? [own] : errorListeners.size ? errorListeners : [shout], error, event);
  };

  const want = () => {
    if (eager || status !== 'idle') connector.start();
  };

  /** Brings what the backend knows of the subscriptions up to date. */
  const flush = () => {
    clearTimeout(flushTimer);
    flushTimer = undefined;
    // What changes before the welcome is in the hello, or follows the welcome.
    const [[listen, listened], [left, unlistened]] = subscriptions.changes(status === 'open');
    const unlisten = Object.keys(left);
    const ask = (frame: object, answer: Answer) => {
      answers.set(++ids, answer);
      connector.send(JSON.stringify({ ...frame, id: ids }));
    };
    if (Object.keys(listen).length) ask({ listen }, listened);
    if (unlisten.length) ask({ unlisten }, unlistened);
  };

  const subscriptions = createSubscriptions(() => {
    flushTimer ??= setTimeout(flush);
  }, report);

  const handle = (frame: ServerFrame) => {
    const { welcome, event, seq = 0, ack = 0, error, gap, stale, refused, auth } = frame;
    if (event !== undefined || frame.at !== undefined) stuck = -1;
    at = Math.max(at, seq, frame.at ?? 0);
    if (event !== undefined) subscriptions.dispatch(event, frame);
    else if (welcome) {
      const otherEpoch = welcome.epoch !== epoch;
      if (!welcome.resumed) subscriptions.begin(welcome.at, otherEpoch);
      if (otherEpoch) stuck = 0;
      else if (welcome.at > at) stuck = -1;
      sameSession = welcome.session === session;
      ({ session, ticket, epoch, at, max: limit } = welcome);
      answers.get(0)?.(welcome.refused);
      connector.expires(welcome.expiresIn);
      connector.welcomed(welcome.heartbeat);
    } else if (ack) {
      answers.get(ack)?.(refused, error, frame.at);
      answers.delete(ack);
      outbox?.ack(ack, error);
    } else if (gap) {
      subscriptions.gap(gap.events);
      tell(gapListeners, gap.events);
    } else if (stale) {
      if (!staleListeners.size)
        console.warn(`eventgen: ${Object.keys(stale).join()} differs from the server: reload, or restart the server`);
      tell(staleListeners, stale);
    } else if (refused) subscriptions.refuse(refused);
    else if (auth) connector.expires(auth.expiresIn);
    else ticket = frame.ticket ?? ticket;
  };

  const hello = () => {
    stuck = Math.max(stuck, 0);
    const [listen, answer] = subscriptions.hello(!!ticket);
    answers.clear();
    answers.set(0, answer);
    return JSON.stringify({
      hello: {
        window: options.window,
        listen,
        resume: ticket && { ticket, epoch, seq: at, sent: sent || undefined, failed: stuck > 1 || undefined },
      },
    });
  };

  const receive: Link['receive'] = (message) => {
    const frames = typeof message === 'string' ? (JSON.parse(message) as ServerFrame | ServerFrame[]) : message;
    for (const frame of [frames].flat()) handle(frame as ServerFrame);
  };

  const changed = (next: Status, why?: string, lost?: boolean, cause?: WireError) => {
    status = next;
    if (next !== 'connecting') reason = why;
    if (lost) stuck++;
    refusal = cause;
    if (cause) {
      outbox?.fail(cause);
      subscriptions.fail(new ListenError(cause), next === 'closed');
      if (next === 'refused') report(new ListenError(cause));
    }
    if (next === 'open') {
      flush();
      outbox?.open(sameSession);
    }
    // One that changes it has told the others already.
    for (const listener of [...statusListeners]) if (status === next) tell([listener], next, reason);
  };

  const connector = createConnector(options, hello, receive, changed, report);

  return {
    options,
    get status() {
      return status;
    },
    get reason() {
      return reason;
    },
    subscribe(event, sink) {
      if (!options.transports.length) return disposable(() => undefined, Promise.resolve());
      const unlisten = subscriptions.subscribe(event as SubscribedEvent, sink as AnySink);
      if (refusal) {
        const error = new ListenError(refusal, event.name);
        if (status === 'closed') unlisten();
        queueMicrotask(() => sink.refused?.(error));
      } else want();
      return unlisten;
    },
    outbox(make) {
      want();
      if (flushTimer) flush();
      return (outbox ??= make({
        nextId: () => ++ids,
        send(frame, id) {
          const left = connector.send(frame);
          if (left) sent = Math.max(sent, id);
          return left;
        },
        limit: () => limit,
        refusal: () => refusal,
      }));
    },
    onStatus: on(statusListeners),
    onGap: on(gapListeners),
    onStale: on(staleListeners),
    onError: on(errorListeners),
    renew: connector.renew,
    close() {
      if (status === 'closed') return;
      connector.stop({ code: 'closed' });
      ended?.();
    },
    start: connector.start,
  };
}
