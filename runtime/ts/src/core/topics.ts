import type { ErrorListener, EventMeta, Sink, Unlisten } from './api.ts';
import { disposable } from './disposable.ts';
import { ListenError, type WireError } from './errors.ts';
import type { Item } from './delivery.ts';
import type { AnyEvent, KeyId } from './key.ts';
import type { Refusals, ServerFrame, WireInterest, WireInterests } from './wire.ts';

/** A sink of any event. */
export type AnySink = Sink<unknown, unknown>;

/** A listener. */
export interface Entry {
  readonly sink: AnySink;
  /** The identity of the key it wants; undefined for all. */
  id?: KeyId;
  readonly contract: string;
  /** Takes the backend's answer: without an error, the subscription is confirmed. */
  readonly settle: (error?: Error) => void;
  readonly off: () => void;
  live: boolean;
}

/** What a listener is called by, if it is. */
type Next = ((value: unknown, meta: EventMeta) => unknown) | undefined;

/** Listeners that are called together. */
interface Callees {
  readonly entries: readonly Entry[];
  /** The functions of those in the same places that are still there; undefined until they are needed. */
  nexts?: readonly Next[] | undefined;
}

/** Calls listeners that are still there, where they can do no harm: by functions that are given, or else by `next`. */
export type Call = (callees: Callees, value: unknown, meta: EventMeta, nexts?: readonly Next[]) => void;

/** What is wanted of a topic. */
export interface Interest {
  /** As it is written, to compare with; empty if it is not known. */
  readonly text?: string | undefined;
  /** The keys by their identity; undefined for all. */
  readonly keys?: ReadonlyMap<KeyId, unknown> | undefined;
}

/** What the backend has been told of a topic on this connection: an interest, or nothing for an unlisten. */
interface Sent extends Interest {
  /** It ends what was listened to, in whole or in part: until the answer is here, that may still come. */
  readonly ends?: boolean | undefined;
  /** The backend has answered. */
  done?: boolean;
}

/** A topic, and what is wanted of it now. */
type Asked = readonly [topic: Topic, now: Interest | undefined];

/** All that a page has to do with one event. */
export interface Topic extends Callees {
  /** The newest descriptor: hot reload may bring another. */
  event: AnyEvent;
  /** In the order they came. New ones are appended in place; the dead are left out in a new list, now and then. */
  entries: Entry[];
  /** The position of the last delivery. */
  last: number;
  sent?: Sent | undefined;
  /** What the session is known to listen to, without a break: outlives connections. */
  known?: Interest | undefined;
  /** For a new listener: sticky values by key, or payloads to replay. */
  kept?: Map<unknown, Item> | undefined;
  /** Some want one key alone. */
  keyed?: true;
  /** What new listeners have yet to be given. */
  late?: (() => void)[] | undefined;
}

/** Takes the backend's answer: the events that it refuses, or an error for all. */
export type Answer = (refused?: Refusals, error?: WireError) => void;

/** What the backend is to be told, and what takes its answer. */
export type Question = readonly [interests: WireInterests, answer: Answer];

/** The subscriptions of a client: who listens, who gets what, and what the backend must know. */
export interface Topics {
  subscribe(event: AnyEvent, sink: AnySink): Unlisten;
  dispatch(name: string, frame: ServerFrame): void;
  /** What is listened to, for a hello: when resuming only what the session is known to listen to. */
  hello(resume: boolean): Question;
  /** What has changed since the last call, or since the hello; nothing if the connection is not `open`. */
  changes(open: boolean): [listen: Question, unlisten: Question];
  /** Takes away what the page may not listen to (any more). */
  refuse(refused?: Refusals): void;
  /** Tells of lost deliveries. */
  gap(events: Readonly<Record<string, number | null>>): void;
  /** Positions and kept values belong to a log that is gone. */
  reset(): void;
  /** Tells all who wait for something that it will not come, and with `end` ends every subscription. */
  fail(error: Error, end?: boolean): void;
}

/** The interest in these keys of a topic. */
export function interestOf({ event: { contract } }: Topic, keys: Interest['keys']): Interest {
  return { text: JSON.stringify({ contract, keys: keys && [...keys.values()] }), keys };
}

/**
 * Makes the subscriptions of a client. `changed` is called when the backend may have to be told
 * something; `report` gets errors, with the listener's own `onError` if it has one.
 */
export function createTopics(
  changed: () => void,
  report: (error: unknown, event: string, own?: ErrorListener) => void,
): Topics {
  const topics = new Map<string, Topic>();
  const dirty = new Set<Topic>();

  const touch = (topic: Topic) => {
    topic.nexts = undefined;
    dirty.add(topic);
    changed();
  };

  const settle = (topic: Topic, error?: Error) => {
    for (const entry of topic.entries) entry.settle(error);
  };

  const call: Call = (callees, value, meta, own) => {
    const entries = callees.entries;
    const nexts = own ?? (callees.nexts ??= entries.map(({ live, sink }) => (live ? sink.next : undefined)));
    let i = 0;
    const fail = (at: number) => (error: unknown) => {
      report(error, meta.event, (entries[at] as Entry).sink.onError);
    };
    // One that throws ends the inner loop, and the outer goes on behind it.
    while (i < nexts.length)
      try {
        for (; i < nexts.length; i++)
          // As long as nothing has changed, all are there. Those who come while this runs have to wait.
          if (nexts === callees.nexts || (entries[i] as Entry).live) {
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

  /** What is wanted of a topic, after taking leave of the dead. */
  const interest = (topic: Topic): Interest | undefined => {
    const { name, contract, delivery } = topic.event;
    topic.nexts = undefined;
    const entries = (topic.entries = topic.entries.filter((entry) => entry.live));
    if (entries.some((entry) => entry.contract !== contract))
      report(new ListenError({ code: 'stale', message: 'two versions of the bindings' }, name), name);
    return entries.length ? interestOf(topic, delivery?.keys(entries)) : undefined;
  };

  const ask = (wanted: readonly Asked[]): Question => {
    const listen = Object.create(null) as WireInterests; // An event may be called __proto__.
    const asked = wanted.map(([topic, now]) => {
      const { event, sent } = topic;
      listen[event.name] = JSON.parse(now?.text ?? '{}') as WireInterest;
      if (!now) topic.known = topic.kept = undefined;
      const ends = sent && (!now || event.delivery?.ends(topic, sent, now));
      return [topic, (topic.sent = { ...now, ends, done: false } as Sent)] as const;
    });
    const answer: Answer = (refused, error) => {
      refuse(error ? Object.fromEntries(asked.map(([topic]) => [topic.event.name, error])) : refused);
      for (const [topic, sent] of asked) {
        sent.done = true;
        // Nothing was done: what the backend has is what it had before.
        if (error) topic.sent ??= { text: '', done: true };
        if (topic.sent !== sent) continue;
        topic.known = sent.text ? sent : undefined;
        // Who came later may want more than this: the next changes will tell.
        if (!dirty.has(topic)) settle(topic);
        else if (sent.ends) changed();
      }
    };
    return [listen, answer];
  };

  const refuse = (refused: Refusals = {}) => {
    for (const [name, cause] of Object.entries(refused)) {
      const topic = topics.get(name);
      if (!topic) continue;
      const error = new ListenError(cause, name);
      topic.sent = topic.known = undefined;
      settle(topic, error);
      // They may listen again at once, and are asked for again then.
      for (const { live, sink } of [...topic.entries])
        if (live)
          if (sink.refused) sink.refused(error);
          else report(error, name, sink.onError);
    }
  };

  return {
    subscribe(event, sink) {
      const { name, contract } = event;
      const { signal } = sink;
      const topic: Topic = topics.get(name) ?? { event, entries: [], last: 0 };
      topics.set(name, topic);
      topic.event = event;

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
        if (!entry.live) return;
        entry.live = false;
        signal?.removeEventListener('abort', abort);
        settle(new ListenError({ code: 'aborted' }, name));
        touch(topic);
      };
      const entry: Entry = { sink, contract, settle, off, live: true };
      topic.entries.push(entry);
      signal?.addEventListener('abort', abort);
      if (signal?.aborted) {
        off();
        queueMicrotask(abort);
      }

      event.delivery?.join(topic, entry, call);
      touch(topic);
      return disposable(off, ready);
    },

    dispatch(name, frame) {
      const topic = topics.get(name);
      if (!topic) return;
      const { event, sent, last } = topic;
      const { delivery } = event;
      const { seq = 0 } = frame;
      const asked = sent && !sent.done;
      // What was listened to before is not for those who listen now.
      if (asked && !sent.text) return;
      // Twice the same is not either, unless it is a value that was kept for a new interest.
      if (seq && seq <= last && !(asked && (event.sticky ?? event.replay))) return;
      const meta: EventMeta = { event: name, seq };
      if (delivery)
        try {
          delivery.dispatch(topic, frame, meta, call);
        } catch (error) {
          report(error, name);
        }
      else call(topic, frame.payload, meta);
      topic.last = Math.max(topic.last, seq);
    },

    hello(resume) {
      const wanted: Asked[] = [];
      dirty.clear();
      for (const [name, topic] of topics) {
        const now = interest(topic);
        const known = resume ? topic.known : now;
        topic.sent = undefined;
        if (!now) topics.delete(name);
        else {
          if (known) wanted.push([topic, known]);
          // What is new to the session is listened to after the welcome, and gets kept values then.
          if (now.text !== known?.text) dirty.add(topic);
        }
      }
      return ask(wanted);
    },

    changes(open) {
      const wanted: Asked[] = [];
      const left: Asked[] = [];
      for (const topic of dirty) {
        const now = interest(topic);
        const { sent } = topic;
        // What ends comes to its end before anything is begun anew.
        if (!open || (sent?.ends && !sent.done)) continue;
        dirty.delete(topic);
        if (now?.text !== sent?.text) (now ? wanted : left).push([topic, now]);
        else if (!now) topics.delete(topic.event.name);
        else if (sent?.done) settle(topic);
      }
      return [ask(wanted), ask(left)];
    },

    refuse,

    gap(events) {
      for (const [event, missed] of Object.entries(events)) {
        const topic = topics.get(event);
        if (topic)
          call(
            topic,
            missed,
            { event, seq: 0 },
            topic.entries.map(({ sink }) => sink.onGap as Next),
          );
      }
    },

    reset() {
      for (const topic of topics.values()) {
        topic.last = 0;
        topic.kept = undefined;
      }
    },

    fail(error, end) {
      for (const topic of topics.values()) {
        settle(topic, error);
        for (const { live, sink, off } of [...topic.entries]) {
          if (end) off();
          if (live) sink.refused?.(error);
        }
      }
    },
  };
}
