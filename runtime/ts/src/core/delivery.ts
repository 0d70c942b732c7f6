import type { EventMeta } from './api.ts';
import { type AnyEvent, keyId, keyOf } from './key.ts';
import type { Call, Entry, Topic } from './topics.ts';
import type { ServerFrame } from './wire.ts';

/** One payload of a delivery. */
export interface Item {
  readonly payload: unknown;
  /** The identity of its key. */
  readonly key: string | undefined;
  readonly meta: EventMeta;
}

/**
 * How the payloads of an event get to its listeners, where there is more to it than every payload
 * for everyone: keys, batches, kept values, conversions. Descriptors carry this, so that a page
 * none of whose events needs it does not carry it.
 */
export interface Delivery {
  /** Hands out a delivery. */
  dispatch(topic: Topic, frame: ServerFrame, meta: EventMeta, call: Call): void;
  /** Gives a new listener, a little later, what has been kept for it. */
  join(topic: Topic, entry: Entry, call: Call): void;
  /** The keys that these listeners want; undefined for all. */
  keys(entries: readonly Entry[]): readonly unknown[] | undefined;
}

/** More keys than this, and the page listens to all of them. */
const mostKeys = 256;
/** How many sticky values are kept of one event. */
const mostSticky = 4096;

function deliver(entry: Entry, items: readonly Item[], call: Call): void {
  const { key, next, nextBatch } = entry.sink;
  const id = keyId(key);
  const own = id === undefined ? items : items.filter((item) => item.key === id);
  const last = own.at(-1);
  if (!nextBatch) for (const { payload, meta } of own) call(entry, next, payload, meta);
  else if (last)
    call(
      entry,
      nextBatch,
      own.map((item) => item.payload),
      last.meta,
    );
}

/** Replays what new listeners wait for: before anything newer, or else when the task is done. */
function catchUp(topic: Topic): void {
  for (const run of topic.late?.splice(0) ?? []) run();
}

function itemsOf(event: AnyEvent, { payload, batch, decoded }: ServerFrame, meta: EventMeta): Item[] {
  const read = (decoded ? undefined : event.read) as ((wire: unknown) => unknown) | undefined;
  return (batch ?? [payload]).map((wire) => ({
    payload: read ? read(wire) : wire,
    key: keyId(keyOf(event, wire)),
    meta,
  }));
}

/** The delivery of events with any options. */
export const delivery: Delivery = {
  dispatch(topic, frame, meta, call) {
    catchUp(topic);
    const { event, entries } = topic;
    const items = itemsOf(event, frame, meta);
    const most = event.sticky ? mostSticky : event.replay;
    if (most) {
      const kept = (topic.kept ??= new Map<unknown, Item>());
      for (const item of items) {
        const id = event.sticky ? item.key : item;
        // The newest is the last one in.
        kept.delete(id);
        kept.set(id, item);
        if (kept.size > most) kept.delete(kept.keys().next().value);
      }
    }
    // Those who come while this runs have to wait for the next.
    const count = entries.length;
    for (let i = 0; i < count; i++) deliver(entries[i] as Entry, items, call);
  },

  join(topic, entry, call) {
    const kept = [...(topic.kept?.values() ?? [])];
    if (!kept.length) return;
    (topic.late ??= []).push(() => {
      deliver(entry, kept, call);
    });
    queueMicrotask(() => {
      catchUp(topic);
    });
  },

  keys(entries) {
    const keys = new Map(entries.map(({ sink: { key } }) => [keyId(key), key]));
    if (keys.has(undefined) || keys.size > mostKeys) return undefined;
    return [...keys.keys()].map((id) => JSON.parse(id as string) as unknown);
  },
};
