import { ListenError, type WireError } from './errors.ts';
import type { ErrorListener, EventMeta } from './sink.ts';
import {
  type AnySink,
  type Call,
  type Interest,
  type Next,
  type Sent,
  type Subscriber,
  type Subscription,
  type SubscribedEvent,
  interestOf,
} from './subscription.ts';
import { type Unlisten, disposable } from './unlisten.ts';
import type { Refusals, ServerFrame, WireInterest, WireInterests } from './wire.ts';

/** A subscription, and what is wanted of it now. */
type Asked = readonly [subscription: Subscription, now: Interest | undefined];

/** Takes the backend's answer: the events that it refuses, or an error for all; and from which position on the others hold. */
export type Answer = (refused?: Refusals, error?: WireError, at?: number) => void;

/** What the backend is to be told, and what takes its answer. */
export type Question = readonly [interests: WireInterests, answer: Answer];

/** The subscriptions of a client: who listens, who gets what, and what the backend must know. */
export interface Subscriptions {
  subscribe(event: SubscribedEvent, sink: AnySink): Unlisten;
  dispatch(name: string, frame: ServerFrame): void;
  /** What is listened to, for a hello: when resuming only what the session is known to listen to. */
  hello(resume: boolean): Question;
  /** What has changed since the last call, or since the hello; nothing if the connection is not `open`. */
  changes(open: boolean): [listen: Question, unlisten: Question];
  /** Takes away what the page may not listen to (any more). */
  refuse(refused?: Refusals): void;
  /** Tells of lost deliveries. */
  gap(events: Readonly<Record<string, number | null>>): void;
  /** All begins at this position, maybe of another log: then older positions and kept values mean nothing. */
  begin(at: number, otherLog: boolean): void;
  /** Tells all who wait for something that it will not come, and with `end` ends every subscription. */
  fail(error: Error, end?: boolean): void;
}

/**
 * Makes the subscriptions of a client. `changed` is called when the backend may have to be told
 * something; `report` gets errors, with the listener's own `onError` if it has one.
 */
export function createSubscriptions(
  changed: () => void,
  report: (error: unknown, event: string, own?: ErrorListener) => void,
): Subscriptions {
  const subscriptions = new Map<string, Subscription>();
  const dirty = new Set<Subscription>();

  const touch = (subscription: Subscription) => {
    subscription.nexts = undefined;
    dirty.add(subscription);
    changed();
  };

  const settle = (subscription: Subscription, error?: Error) => {
    for (const subscriber of subscription.subscribers) subscriber.settle(error);
  };

  const call: Call = (callees, value, meta, own) => {
    const subscribers = callees.subscribers;
    const nexts = own ?? (callees.nexts ??= subscribers.map(({ live, sink }) => (live ? sink.next : undefined)));
    let i = 0;
    const fail = (at: number) => (error: unknown) => {
      report(error, meta.event, (subscribers[at] as Subscriber).sink.onError);
    };
    // One that throws ends the inner loop, and the outer goes on after it.
    while (i < nexts.length)
      try {
        for (; i < nexts.length; i++)
          // As long as nothing has changed, all are there. Those who come while this runs have to wait.
          if (nexts === callees.nexts || (subscribers[i] as Subscriber).live) {
            const next = nexts[i];
            const result = next?.(value, meta);
            // Listeners may be async functions.
            if (typeof result === 'object')
              (result as Partial<PromiseLike<unknown>> | null)?.then?.(undefined, fail(i));
          }
      } catch (error) {
        fail(i++)(error);
      }
  };

  /** What is wanted of a subscription, after taking leave of the dead. */
  const interest = (subscription: Subscription): Interest | undefined => {
    const { name, contract, delivery } = subscription.event;
    subscription.nexts = undefined;
    const subscribers = (subscription.subscribers = subscription.subscribers.filter((subscriber) => subscriber.live));
    if (subscribers.some((subscriber) => subscriber.contract !== contract))
      report(new ListenError({ code: 'stale', message: 'two versions of the bindings' }, name), name);
    return subscribers.length ? interestOf(subscription, delivery?.keys(subscribers)) : undefined;
  };

  const ask = (wanted: readonly Asked[]): Question => {
    const listen = Object.create(null) as WireInterests; // An event may be called __proto__.
    const asked = wanted.map(([subscription, now]) => {
      const { event, sent } = subscription;
      listen[event.name] = JSON.parse(now?.text ?? '{}') as WireInterest;
      if (!now) subscription.known = subscription.kept = undefined;
      const ends = sent?.text !== undefined && (!now || event.delivery?.ends(subscription, sent, now));
      const next: Sent = { ...now, done: false };
      subscription.sent = next;
      subscription.ending = ends ? next : undefined;
      return [subscription, next] as const;
    });
    const answer: Answer = (refused, error, at) => {
      refuse(error ? Object.fromEntries(asked.map(([subscription]) => [subscription.event.name, error])) : refused);
      for (const [subscription, sent] of asked) {
        sent.done = true;
        const ended = subscription.ending === sent;
        if (ended) subscription.ending = undefined;
        // Nothing was done: what the backend has is what it had before.
        if (error) subscription.sent ??= { text: '', done: true };
        if (subscription.sent !== sent) continue;
        subscription.known = sent.text ? sent : undefined;
        subscription.since = at ?? subscription.since;
        // Who came later may want more than this: the next changes will tell.
        if (!dirty.has(subscription)) settle(subscription);
        else if (ended) changed();
      }
    };
    return [listen, answer];
  };

  const refuse = (refused: Refusals = {}) => {
    for (const [name, cause] of Object.entries(refused)) {
      const subscription = subscriptions.get(name);
      if (!subscription) continue;
      const error = new ListenError(cause, name);
      subscription.sent = subscription.known = undefined;
      settle(subscription, error);
      // They may listen again immediately, and are asked for again then.
      for (const { live, sink } of [...subscription.subscribers])
        if (live)
          if (sink.refused) sink.refused(error);
          else report(error, name, sink.onError);
    }
  };

  return {
    subscribe(event, sink) {
      const { name, contract } = event;
      const { signal } = sink;
      const subscription: Subscription = subscriptions.get(name) ?? {
        event,
        subscribers: [],
        last: 0,
        ending: undefined,
      };
      subscriptions.set(name, subscription);
      subscription.event = event;

      let settle!: (error?: Error) => void;
      const ready = new Promise<void>((resolve, reject) => {
        settle = (error) => {
          if (error) reject(error);
          else resolve();
        };
      });
      ready.catch(() => undefined);
      const abort = () => {
        off();
        sink.refused?.(signal?.reason);
      };
      const off = () => {
        if (!subscriber.live) return;
        subscriber.live = false;
        signal?.removeEventListener('abort', abort);
        settle(new ListenError({ code: 'aborted' }, name));
        touch(subscription);
      };
      const subscriber: Subscriber = { sink, contract, settle, off, live: true };
      subscription.subscribers.push(subscriber);
      signal?.addEventListener('abort', abort);
      if (signal?.aborted) {
        off();
        queueMicrotask(abort);
      }

      event.delivery?.join(subscription, subscriber, call);
      touch(subscription);
      return disposable(off, ready);
    },

    dispatch(name, frame) {
      const subscription = subscriptions.get(name);
      if (!subscription) return;
      const { event, ending, last } = subscription;
      const { seq = 0 } = frame;
      // What was listened to before is not for those who listen now.
      if (ending && !ending.text) return;
      const older = seq > 0 && seq <= last;
      if (!older) subscription.last = seq || last;
      // Twice the same, unless it is a value that was kept for a new interest.
      else if (subscription.sent?.done !== false || !(event.sticky ?? event.replay)) return;
      const meta: EventMeta = { event: name, seq };
      if (event.delivery)
        try {
          event.delivery.dispatch(subscription, frame, meta, call, older);
        } catch (error) {
          report(error, name);
        }
      else call(subscription, frame.payload, meta);
    },

    hello(resume) {
      const wanted: Asked[] = [];
      dirty.clear();
      for (const [name, subscription] of subscriptions) {
        const now = interest(subscription);
        const known = resume ? subscription.known : now;
        subscription.sent = subscription.ending = undefined;
        if (!now) subscriptions.delete(name);
        else {
          if (known) wanted.push([subscription, known]);
          // What is new to the session is listened to after the welcome, and gets kept values then.
          if (now.text !== known?.text) dirty.add(subscription);
        }
      }
      const [listen, answer] = ask(wanted);
      if (resume) for (const [{ event, since }] of wanted) (listen[event.name] as WireInterest).since = since;
      return [listen, answer];
    },

    changes(open) {
      const wanted: Asked[] = [];
      const left: Asked[] = [];
      for (const subscription of dirty) {
        const now = interest(subscription);
        const { sent } = subscription;
        // What ends comes to its end before anything is begun anew.
        if (!open || subscription.ending) continue;
        dirty.delete(subscription);
        if (now?.text !== sent?.text) (now ? wanted : left).push([subscription, now]);
        else if (!now) subscriptions.delete(subscription.event.name);
        else if (sent?.done) settle(subscription);
      }
      return [ask(wanted), ask(left)];
    },

    refuse,

    gap(events) {
      for (const [event, missed] of Object.entries(events)) {
        const subscription = subscriptions.get(event);
        if (subscription)
          call(
            subscription,
            missed,
            { event, seq: 0 },
            subscription.subscribers.map(({ sink }) => sink.onGap as Next),
          );
      }
    },

    begin(at, otherLog) {
      for (const subscription of subscriptions.values()) {
        subscription.since = at;
        if (otherLog) {
          subscription.last = 0;
          subscription.kept = undefined;
        }
      }
    },

    fail(error, end) {
      for (const subscription of subscriptions.values()) {
        settle(subscription, error);
        for (const { live, sink, off } of [...subscription.subscribers]) {
          if (end) off();
          if (live) sink.refused?.(error);
        }
      }
    },
  };
}
