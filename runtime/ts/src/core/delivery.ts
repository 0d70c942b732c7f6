import type { EventMeta, Listener } from './api.ts';
import { type KeyId, keyId, keyOf } from './key.ts';
import { type Call, type Entry, type Interest, type Topic, interestOf } from './topics.ts';
import type { ServerFrame } from './wire.ts';

/** One payload of a delivery. */
export interface Item {
  readonly payload: unknown;
  /** The identity of its key. */
  readonly key: KeyId;
  readonly meta: EventMeta;
}

/**
 * How the payloads of an event get to its listeners, where there is more to it than every payload
 * for everyone: keys, batches, kept values, conversions. Descriptors carry this, so that a page
 * none of whose events needs it does not carry it.
 */
export interface Delivery {
  /** Hands out a delivery. One that is not newer than the last is a value that was kept, or has been given before. */
  dispatch(topic: Topic, frame: ServerFrame, meta: EventMeta, call: Call): void;
  /** Sets the key that a new listener wants, and gives it, a little later, what has been kept for it. */
  join(topic: Topic, entry: Entry, call: Call): void;
  /** The keys that these listeners want; undefined for all. */
  keys(entries: readonly Entry[]): Interest['keys'];
  /** Whether an interest ends for some keys when this one takes its place; if so, forgets what there was of them. */
  ends(topic: Topic, had: Interest, now: Interest): boolean;
}

/** More keys than this, and the page listens to all of them. */
const mostKeys = 256;
/** How many sticky values are kept of one event. */
const mostSticky = 4096;

function deliver(entry: Entry, items: readonly Item[], call: Call): void {
  const { id, sink } = entry;
  const alone = { entries: [entry] };
  const own = id === undefined ? items : items.filter(({ key }) => key === id);
  const last = own.at(-1);
  if (!sink.nextBatch) for (const { payload, meta } of own) call(alone, payload, meta, [sink.next]);
  else if (last)
    call(
      alone,
      own.map(({ payload }) => payload),
      last.meta,
      [sink.nextBatch as Listener<unknown>],
    );
}

/** Replays what new listeners wait for: before anything newer, or else when the task is done. */
function catchUp(topic: Topic): void {
  const { late } = topic;
  if (!late) return;
  topic.late = undefined;
  for (const run of late) run();
}

/** Hands out a delivery that has to be kept, or taken apart. */
function handOut(topic: Topic, { payload, batch, decoded }: ServerFrame, meta: EventMeta, call: Call): void {
  const { event, entries, keyed } = topic;
  const most = event.sticky ? mostSticky : event.replay;
  const { ends, done, keys } = topic.sent ?? {};
  const asked = ends && !done && keys;
  const given = meta.seq > topic.last ? [] : [...(topic.kept?.values() ?? [])];
  const items = (batch ?? [payload])
    .map((wire) => ({
      payload: event.read && !decoded ? event.read(wire as never) : wire,
      key: (most || keyed) && event.key && keyId(keyOf(event.key, wire)),
      meta,
    }))
    // What is not asked for (any more) is for nobody, and what has been kept has been given.
    .filter(
      ({ key }) => (!asked || asked.has(key)) && !given.some((item) => item.key === key && item.meta.seq >= meta.seq),
    );
  if (most)
    for (const item of items) {
      const kept = (topic.kept ??= new Map<unknown, Item>());
      const id = event.sticky ? item.key : item;
      // The newest is the last one in.
      kept.delete(id);
      kept.set(id, item);
      if (kept.size > most) kept.delete(kept.keys().next().value);
    }
  if (batch) {
    // Those who come while this runs have to wait for the next.
    const count = entries.length;
    for (let i = 0; i < count; i++) deliver(entries[i] as Entry, items, call);
  } else
    for (const { payload, key } of items) {
      const own = keyed && entries.filter(({ id }) => id === undefined || id === key);
      call(
        own ? { entries: own } : topic,
        payload,
        meta,
        own?.map(({ sink }) => sink.next),
      );
    }
}

/** The delivery of events with any options. */
export const delivery: Delivery = {
  dispatch(topic, frame, meta, call) {
    catchUp(topic);
    const { event } = topic;
    const { payload } = frame;
    // By far the most frequent case needs no more than this.
    if (frame.batch || topic.keyed || event.sticky || event.replay) handOut(topic, frame, meta, call);
    else call(topic, event.read && !frame.decoded ? event.read(payload as never) : payload, meta);
  },

  join(topic, entry, call) {
    if ((entry.id = keyId(entry.sink.key)) !== undefined) topic.keyed = true;
    const kept = [...(topic.kept?.values() ?? [])];
    if (!kept.length) return;
    (topic.late ??= []).push(() => {
      deliver(entry, kept, call);
    });
    queueMicrotask(() => {
      catchUp(topic);
    });
  },

  ends(topic, had, { keys }) {
    const { kept, known } = topic;
    if (!keys || (had.keys && [...had.keys.keys()].every((id) => keys.has(id)))) return false;
    for (const [id, { key }] of kept ?? []) if (!keys.has(key)) kept?.delete(id);
    const rest = new Map([...(known?.keys ?? keys)].filter(([id]) => keys.has(id)));
    topic.known = known && rest.size ? interestOf(topic, rest) : undefined;
    return true;
  },

  keys(entries) {
    const keys = new Map(entries.map(({ id, sink: { key } }) => [id, typeof key === 'bigint' ? id : key]));
    return keys.has(undefined) || keys.size > mostKeys ? undefined : keys;
  },
};
