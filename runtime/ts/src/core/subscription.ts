import type { KeyId, Path } from './key.ts';
import type { EventMeta, Sink } from './sink.ts';
import type { ServerFrame } from './wire.ts';

/** What a subscription has to know of its event: a part of the descriptor. */
export interface SubscribedEvent {
  readonly name: string;
  readonly contract: string;
  readonly key?: Path;
  readonly sticky?: true;
  readonly replay?: number;
  readonly read?: (wire: never) => unknown;
  /** Absent if every payload goes to every listener as it is. */
  readonly delivery?: Delivery;
}

/** A sink of any event. */
export type AnySink = Sink<unknown, unknown>;

/** A listener. */
export interface Subscriber {
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
export type Next = ((value: unknown, meta: EventMeta) => unknown) | undefined;

/** Listeners that are called together. */
export interface Callees {
  readonly subscribers: readonly Subscriber[];
  /** The functions of those in the same places that are still there; undefined until they are needed. */
  nexts?: readonly Next[] | undefined;
}

/** Calls listeners that are still there, where they can do no harm: by functions that are given, or else by `next`. */
export type Call = (callees: Callees, value: unknown, meta: EventMeta, nexts?: readonly Next[]) => void;

/** What is wanted of a subscription. */
export interface Interest {
  /** As it is written, to compare with; empty if it is not known. */
  readonly text?: string | undefined;
  /** The keys by their identity; undefined for all. */
  readonly keys?: ReadonlyMap<KeyId, unknown> | undefined;
}

/** What the backend has been told of a subscription on this connection: an interest, or nothing for an unlisten. */
export interface Sent extends Interest {
  /** The backend has answered. */
  done: boolean;
}

/** All that a page has to do with one event. */
export interface Subscription extends Callees {
  /** The newest descriptor: hot reload may bring another. */
  event: SubscribedEvent;
  /** In the order they came. New ones are appended in place; the dead are left out in a new list, now and then. */
  subscribers: Subscriber[];
  /** The position of the last delivery. */
  last: number;
  sent?: Sent | undefined;
  /** What ends it, in whole or for some keys: until the answer is here, what was listened to before may still come. */
  ending?: Sent | undefined;
  /** What the session is known to listen to, without a break: outlives connections. */
  known?: Interest | undefined;
  /** The position from which the session listens, as the backend has said. */
  since?: number | undefined;
  /** For a new listener: sticky values by key, or payloads to replay. */
  kept?: Map<unknown, Item> | undefined;
  /** Some want one key alone. */
  keyed?: true;
  /** What new listeners have yet to be given. */
  late?: (() => void)[] | undefined;
}

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
  /** Hands out a delivery. One that is older than the last is a value that was kept, or has been given before. */
  dispatch(subscription: Subscription, frame: ServerFrame, meta: EventMeta, call: Call, older: boolean): void;
  /** Sets the key that a new listener wants, and gives it, a little later, what has been kept for it. */
  join(subscription: Subscription, subscriber: Subscriber, call: Call): void;
  /** The keys that these listeners want; undefined for all. */
  keys(subscribers: readonly Subscriber[]): Interest['keys'];
  /** Whether an interest ends for some keys when this one takes its place; if so, forgets what there was of them. */
  ends(subscription: Subscription, had: Interest, now: Interest): boolean;
}

/** The interest in these keys of a subscription. */
export function interestOf({ event: { contract } }: Subscription, keys: Interest['keys']): Interest {
  return { text: JSON.stringify({ contract, keys: keys && [...keys.values()] }), keys };
}
