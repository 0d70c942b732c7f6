import type { ErrorListener, EventMeta, Sink, Unlisten } from './api.ts';
import { disposable } from './disposable.ts';
import { ListenError } from './errors.ts';
import { type AnyEvent, keyId, payloadKey } from './key.ts';
import type { Refusals, ServerFrame, WireInterest, WireInterests } from './wire.ts';

/** More keys than this, and the page listens to all of them. */
const mostKeys = 256;
/** How many sticky values are kept of one event. */
const mostSticky = 4096;

/** A sink of any event. */
export type AnySink = Sink<unknown, unknown>;

interface Entry {
  readonly sink: AnySink;
  readonly contract: string;
  readonly off: () => void;
  live: boolean;
}

/** Entries in the order they came; the list is replaced, never changed: a dispatch keeps its own. */
interface Bucket {
  readonly key?: unknown;
  entries: readonly Entry[];
}

interface Cached {
  readonly wire: unknown;
  readonly payload: unknown;
  readonly meta: EventMeta;
}

/** What the backend has been told of a topic on this connection. */
export interface Sent {
  readonly topic: Topic;
  /** The interest as text, to compare with. */
  readonly text: string;
  /** The backend has confirmed it. */
  done: boolean;
}

/** All that a page has to do with one event. */
interface Topic extends Bucket {
  /** The newest descriptor: hot reload may bring another. */
  event: AnyEvent;
  readonly keyed: Map<unknown, Bucket>;
  /** The position of the last payload. */
  last: number;
  /** What a new listener gets at once: sticky values by key, or payloads to replay by position. */
  readonly cache: Map<unknown, Cached>;
  sent: Sent | undefined;
  /** Those who wait for the backend's answer; they are called with an error if it is a refusal. */
  waiters: ((error?: unknown) => void)[];
}

/** What is to be sent for the subscriptions to be as they are here. */
export interface Changes {
  readonly listen: WireInterests;
  readonly unlisten: string[];
  readonly sent: Sent[];
}

/** The subscriptions of a client: who listens, who gets what, and what the backend must know. */
export interface Topics {
  subscribe(event: AnyEvent, sink: AnySink): Unlisten;
  dispatch(name: string, frame: ServerFrame): void;
  /** Everything listened to, for a hello. */
  hello(): WireInterests;
  /** What has changed since the last call, or since the hello. */
  changes(): Changes;
  /** Takes the answer to a hello (without `sent`) or a listen. */
  confirm(refused?: Refusals, sent?: readonly Sent[]): void;
  /** Takes away what the page may not listen to (any more). */
  refuse(refused: Refusals): void;
  gap(name: string, missed: number | null): void;
  /** The connection has ended. */
  lost(): void;
  /** Positions and kept values belong to a log that is gone. */
  reset(): void;
  /** Tells all who wait for something that it will not come, and with `end` ends every subscription. */
  fail(error: unknown, end?: boolean): void;
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
  let catchUps: (() => void)[] = [];

  const touch = (topic: Topic) => {
    dirty.add(topic);
    changed();
  };

  const entriesOf = (topic: Topic) => [
    ...topic.entries,
    ...[...topic.keyed.values()].flatMap((bucket) => bucket.entries),
  ];

  const settle = (topic: Topic, error?: unknown) => {
    const waiters = topic.waiters;
    topic.waiters = [];
    for (const waiter of waiters) waiter(error);
  };

  /** Calls a listener where it can do no harm. */
  const guard = (sink: AnySink, event: string, call: () => unknown) => {
    const fail = (error: unknown) => {
      report(error, event, sink.onError);
    };
    try {
      const result = call();
      // Listeners may be async functions.
      if (result) (result as Partial<PromiseLike<unknown>>).then?.(undefined, fail);
    } catch (error) {
      fail(error);
    }
  };

  const deliver = (entries: readonly Entry[] | undefined, payload: unknown, meta: EventMeta) => {
    if (entries)
      for (const entry of entries) {
        if (!entry.live) continue;
        try {
          const result = entry.sink.next(payload, meta);
          if (result) guard(entry.sink, meta.event, () => result);
        } catch (error) {
          report(error, meta.event, entry.sink.onError);
        }
      }
  };

  const deliverAll = (entries: readonly Entry[], items: readonly Cached[], meta: EventMeta) => {
    for (const entry of entries)
      if (entry.sink.nextBatch) {
        const payloads = items.map((item) => item.payload);
        if (entry.live) guard(entry.sink, meta.event, () => entry.sink.nextBatch?.(payloads, meta));
      } else for (const item of items) deliver([entry], item.payload, meta);
  };

  const catchUp = () => {
    const runs = catchUps;
    catchUps = [];
    for (const run of runs) run();
  };

  const interest = ({ event, entries, keyed }: Topic): WireInterest | undefined => {
    if (!entries.length && !keyed.size) return undefined;
    const { contract } = event;
    return entries.length || keyed.size > mostKeys
      ? { contract }
      : { contract, keys: [...keyed.values()].map((bucket) => bucket.key) };
  };

  const changes = (): Changes => {
    const listen: WireInterests = {};
    const unlisten: string[] = [];
    const sent: Sent[] = [];
    for (const topic of dirty) {
      const { name, contract } = topic.event;
      const wanted = interest(topic);
      if (!wanted) {
        topics.delete(name);
        if (topic.sent) unlisten.push(name);
        continue;
      }
      if (entriesOf(topic).some((entry) => entry.contract !== contract))
        report(
          new ListenError(
            { code: 'stale', message: 'listened to under two contracts: two builds of the bindings are loaded' },
            name,
          ),
          name,
        );
      const text = JSON.stringify(wanted);
      if (topic.sent?.text !== text) {
        listen[name] = wanted;
        sent.push((topic.sent = { topic, text, done: false }));
      } else if (topic.sent.done) settle(topic);
    }
    dirty.clear();
    return { listen, unlisten, sent };
  };

  const refuse = (refused: Refusals) => {
    for (const [name, cause] of Object.entries(refused)) {
      const topic = topics.get(name);
      if (!topic) continue;
      const error = new ListenError(cause, name);
      topic.sent = undefined;
      settle(topic, error);
      let told = false;
      for (const { sink } of entriesOf(topic)) {
        if (sink.refused) sink.refused(error);
        else if (sink.onError) report(error, name, sink.onError);
        else if (!told) report(error, name);
        told ||= !sink.refused && !sink.onError;
      }
    }
  };

  return {
    subscribe(event, sink) {
      const { name, contract } = event;
      const { key, signal } = sink;
      const id = keyId(key);
      let topic = topics.get(name);
      if (!topic)
        topics.set(
          name,
          (topic = {
            event,
            entries: [],
            keyed: new Map(),
            last: 0,
            cache: new Map(),
            sent: undefined,
            waiters: [],
          }),
        );
      const { keyed, cache } = (topic.event = event) && topic;
      const here = topic;
      let bucket: Bucket = here;
      if (key !== undefined) keyed.set(id, (bucket = keyed.get(id) ?? { key, entries: [] }));

      const abort = () => {
        off();
        sink.refused?.(signal?.reason);
      };
      let ready: Promise<void> | undefined;
      let waiter: ((error?: unknown) => void) | undefined;
      const off = () => {
        if (!entry.live) return;
        entry.live = false;
        bucket.entries = bucket.entries.filter((other) => other !== entry);
        if (bucket !== here && !bucket.entries.length) keyed.delete(id);
        signal?.removeEventListener('abort', abort);
        waiter?.(new ListenError({ code: 'aborted' }, name));
        touch(here);
      };
      const entry: Entry = {
        sink,
        contract,
        off,
        live: !signal?.aborted,
      };
      if (entry.live) {
        signal?.addEventListener('abort', abort);
        const kept = [...cache.values()].filter(({ wire }) => key === undefined || payloadKey(event, wire) === id);
        if (kept.length) {
          catchUps.push(() => {
            for (const { payload, meta } of kept) deliver([entry], payload, meta);
          });
          queueMicrotask(catchUp);
        }
        bucket.entries = [...bucket.entries, entry];
        touch(here);
      } else queueMicrotask(() => sink.refused?.(signal?.reason));

      return disposable(off, () => {
        ready ??= new Promise((resolve, reject) => {
          waiter = (error) => {
            if (error) reject(error as Error);
            else resolve();
          };
          if (!entry.live) waiter(new ListenError({ code: 'aborted' }, name));
          here.waiters.push(waiter);
          touch(here);
        });
        ready.catch(() => undefined);
        return ready;
      });
    },

    dispatch(name, frame) {
      const topic = topics.get(name);
      if (!topic) return;
      if (catchUps.length) catchUp();
      const { event, entries, keyed, cache } = topic;
      const { seq = 0, batch } = frame;
      const meta: EventMeta = { event: name, seq };
      const most = event.sticky ? mostSticky : (event.replay ?? 0);
      const read = frame.decoded ? undefined : (event.read as ((wire: unknown) => unknown) | undefined);
      try {
        if (!most) {
          if (seq && seq <= topic.last) return;
          topic.last = seq;
          if (!batch) {
            const payload = read ? read(frame.payload) : frame.payload;
            deliver(entries, payload, meta);
            if (keyed.size) deliver(keyed.get(payloadKey(event, frame.payload))?.entries, payload, meta);
            return;
          }
        }
        const wires = batch ?? [frame.payload];
        const ids = wires.map((wire, i) => (event.sticky ? payloadKey(event, wire) : seq + i / wires.length));
        const fresh = ids.map((id) => !seq || !((cache.get(id)?.meta.seq ?? -1) >= seq));
        const items: Cached[] = [];
        wires.forEach((wire, i) => {
          if (!fresh[i]) return;
          const item = { wire, payload: read ? read(wire) : wire, meta };
          items.push(item);
          if (!most) return;
          cache.delete(ids[i]);
          cache.set(ids[i], item);
          for (const id of cache.keys()) {
            if (cache.size <= most) break;
            cache.delete(id);
          }
        });
        deliverAll(entries, items, meta);
        for (const [id, bucket] of keyed) {
          const own = items.filter((item) => payloadKey(event, item.wire) === id);
          if (own.length) deliverAll(bucket.entries, own, meta);
        }
      } catch (error) {
        report(error, name);
      }
    },

    hello() {
      dirty.clear();
      for (const topic of topics.values()) dirty.add(topic);
      return changes().listen;
    },

    changes,

    confirm(refused, sent = [...topics.values()].flatMap((topic) => topic.sent ?? [])) {
      if (refused) refuse(refused);
      for (const one of sent) {
        one.done = true;
        // A waiter that came later may want more than this: the next changes will tell.
        if (one.topic.sent === one && !dirty.has(one.topic)) settle(one.topic);
      }
    },

    refuse,

    gap(name, missed) {
      const topic = topics.get(name);
      if (topic) for (const { sink } of entriesOf(topic)) guard(sink, name, () => sink.onGap?.(missed));
    },

    lost() {
      for (const topic of topics.values()) topic.sent = undefined;
    },

    reset() {
      for (const topic of topics.values()) {
        topic.last = 0;
        topic.cache.clear();
      }
    },

    fail(error, end) {
      for (const topic of [...topics.values()]) {
        settle(topic, error);
        for (const entry of entriesOf(topic)) {
          if (end) entry.off();
          entry.sink.refused?.(error);
        }
      }
    },
  };
}
