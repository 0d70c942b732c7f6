import { keyId, keyOf } from './key.ts';
import type { EventMeta, Listener } from './sink.ts';
import { type Call, type Delivery, type Item, type Subscriber, type Subscription, interestOf } from './subscription.ts';
import type { ServerFrame } from './wire.ts';

/** More keys than this, and the page listens to all of them. */
const mostKeys = 256;
/** How many sticky values are kept of one event. */
const mostSticky = 4096;

function deliver(subscriber: Subscriber, items: readonly Item[], call: Call): void {
  const { id, sink } = subscriber;
  const alone = { subscribers: [subscriber] };
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
function catchUp(subscription: Subscription): void {
  const { late } = subscription;
  if (!late) return;
  subscription.late = undefined;
  for (const run of late) run();
}

/** Hands out a delivery that has to be kept, or taken apart. */
function handOut(
  subscription: Subscription,
  { payload, batch, decoded }: ServerFrame,
  meta: EventMeta,
  call: Call,
  older: boolean,
): void {
  const { event, subscribers, keyed, ending } = subscription;
  const most = event.sticky ? mostSticky : event.replay;
  let items = (batch ?? [payload]).map((wire) => ({
    payload: event.read && !decoded ? event.read(wire as never) : wire,
    key: (most || keyed) && event.key && keyId(keyOf(event.key, wire)),
    meta,
  }));
  // What is not asked for any more is for nobody, and what has been kept has been given.
  if (ending || older) {
    const kept = older ? [...(subscription.kept?.values() ?? [])] : [];
    items = items.filter(
      ({ key }) =>
        !(ending && !ending.keys?.has(key)) && !kept.some((item) => item.key === key && item.meta.seq >= meta.seq),
    );
  }
  if (most)
    for (const item of items) {
      const kept = (subscription.kept ??= new Map<unknown, Item>());
      const id = event.sticky ? item.key : item;
      // The newest is the last one in.
      kept.delete(id);
      kept.set(id, item);
      if (kept.size > most) kept.delete(kept.keys().next().value);
    }
  if (batch) {
    // Those who come while this runs have to wait for the next.
    const count = subscribers.length;
    for (let i = 0; i < count; i++) deliver(subscribers[i] as Subscriber, items, call);
  } else
    for (const { payload, key } of items) {
      const own = keyed && subscribers.filter(({ id }) => id === undefined || id === key);
      call(
        own ? { subscribers: own } : subscription,
        payload,
        meta,
        own?.map(({ sink }) => sink.next),
      );
    }
}

/** The delivery of events with any options. */
export const delivery: Delivery = {
  dispatch(subscription, frame, meta, call, older) {
    catchUp(subscription);
    const { event } = subscription;
    const { payload } = frame;
    // By far the most frequent case needs no more than this.
    if (frame.batch || subscription.keyed || event.sticky || event.replay)
      handOut(subscription, frame, meta, call, older);
    else call(subscription, event.read && !frame.decoded ? event.read(payload as never) : payload, meta);
  },

  join(subscription, subscriber, call) {
    if ((subscriber.id = keyId(subscriber.sink.key)) !== undefined) subscription.keyed = true;
    const kept = [...(subscription.kept?.values() ?? [])];
    if (!kept.length) return;
    (subscription.late ??= []).push(() => {
      deliver(subscriber, kept, call);
    });
    queueMicrotask(() => {
      catchUp(subscription);
    });
  },

  ends(subscription, had, { keys }) {
    const { kept, known } = subscription;
    if (!keys || (had.keys && [...had.keys.keys()].every((id) => keys.has(id)))) return false;
    for (const [id, { key }] of kept ?? []) if (!keys.has(key)) kept?.delete(id);
    const rest = new Map([...(known?.keys ?? keys)].filter(([id]) => keys.has(id)));
    subscription.known = known && rest.size ? interestOf(subscription, rest) : undefined;
    return true;
  },

  keys(subscribers) {
    const keys = new Map(subscribers.map(({ id, sink: { key } }) => [id, typeof key === 'bigint' ? id : key]));
    return keys.has(undefined) || keys.size > mostKeys ? undefined : keys;
  },
};
