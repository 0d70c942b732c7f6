import type { EventsClient, Status } from './api.ts';
import type { ServerEvent } from './descriptor.ts';
import { keyId, keyOf } from './key.ts';

/** An event of any payload and key. */
export type AnyEvent = ServerEvent<string, unknown, unknown>;

/** A value that changes, as frameworks want it: the same object for as long as it has not changed. */
export interface Store<T> {
  get(): T;
  /** Calls back after each change. The first to subscribe starts to listen, the last to leave stops. */
  subscribe(changed: () => void): () => void;
}

/** Makes a value of payloads. */
interface Source<T> {
  get(): T;
  take(payload: unknown): void;
  /** Changes of one task are told together. */
  readonly together?: boolean;
}

/** What those who show the same thing share, so that they never differ. */
interface Live<T> {
  readonly event: AnyEvent;
  readonly source: Source<T>;
  /** Each has an identity of its own: one function may come twice. */
  readonly subscribers: Set<{ readonly changed: () => void }>;
  readonly unlisten: () => void;
}

const stores = new WeakMap<EventsClient, Map<string, Live<unknown>>>();

function open<T>(client: EventsClient, event: AnyEvent, key: unknown, source: Source<T>): Live<T> {
  const subscribers: Live<T>['subscribers'] = new Set();
  let waiting = false;
  const tell = () => {
    waiting = false;
    for (const subscriber of [...subscribers]) if (subscribers.has(subscriber)) subscriber.changed();
  };
  const nextBatch = (payloads: readonly unknown[]) => {
    for (const payload of payloads) source.take(payload);
    if (!source.together) tell();
    else if (!waiting) {
      waiting = true;
      queueMicrotask(tell);
    }
  };
  const unlisten = client.subscribe(event, {
    key: key as never,
    next: (payload) => {
      nextBatch([payload]);
    },
    nextBatch,
  });
  return { event, source, subscribers, unlisten };
}

function storeOf<T>(
  kind: string,
  client: EventsClient,
  event: AnyEvent,
  key: unknown,
  initial: T,
  make: () => Source<T>,
): Store<T> {
  const id = JSON.stringify([kind, event.name, keyId(key)]);
  const find = () => {
    const live = stores.get(client)?.get(id) as Live<T> | undefined;
    return live?.event.contract === event.contract ? live : undefined;
  };
  return {
    get() {
      const live = find();
      return live ? live.source.get() : initial;
    },
    subscribe(changed) {
      let live = find();
      if (!live) {
        live = open(client, event, key, make());
        stores.set(client, (stores.get(client) ?? new Map<string, Live<unknown>>()).set(id, live));
      }
      const { subscribers, unlisten } = live;
      const subscriber = { changed };
      subscribers.add(subscriber);
      const release = () => {
        if (subscribers.size) return;
        if (find() === live) stores.get(client)?.delete(id);
        unlisten();
      };
      return () => {
        subscribers.delete(subscriber);
        // One task later: a component that is mounted again immediately, as by StrictMode or hot
        // reload, finds everything as it was. Hot reload may have brought another contract: then
        // nothing comes back to this one, and the client must not see both.
        if (find() === live) setTimeout(release);
        else release();
      };
    },
  };
}

/** The latest payload; undefined before the first. */
export function latestStore(client: EventsClient, event: AnyEvent, key: unknown): Store<unknown> {
  return storeOf<unknown>('latest', client, event, key, undefined, () => {
    let latest: unknown;
    return {
      get: () => latest,
      take(payload) {
        latest = payload;
      },
    };
  });
}

const nothing: readonly unknown[] = [];

/** The last `limit` payloads, oldest first. */
export function historyStore(
  client: EventsClient,
  event: AnyEvent,
  key: unknown,
  limit: number,
): Store<readonly unknown[]> {
  return storeOf<readonly unknown[]>('history ' + String(limit), client, event, key, nothing, () => {
    let history: readonly unknown[] = nothing;
    let added: unknown[] = [];
    // slice(-0) would keep all.
    const newest = -limit || Infinity;
    return {
      together: true,
      get() {
        if (added.length) history = [...history, ...added].slice(newest);
        added = [];
        return history;
      },
      take(payload) {
        added.push(payload);
        if (added.length >= 2 * limit) added = added.slice(newest);
      },
    };
  });
}

const nobody: ReadonlyMap<never, never> = new Map<never, never>();

/** The latest payload of each key, the most recent last; the one that is out of date longest goes when there are more than `limit`. */
export function byKeyStore(client: EventsClient, event: AnyEvent, limit: number): Store<ReadonlyMap<unknown, unknown>> {
  return storeOf<ReadonlyMap<unknown, unknown>>('keys ' + String(limit), client, event, undefined, nobody, () => {
    let values: ReadonlyMap<unknown, unknown> = nobody;
    let changes = new Map<unknown, unknown>();
    return {
      together: true,
      get() {
        if (!changes.size) return values;
        const next = new Map(values);
        for (const [key, payload] of changes) {
          next.delete(key);
          next.set(key, payload);
        }
        for (const key of next.keys()) {
          if (next.size <= limit) break;
          next.delete(key);
        }
        changes = new Map();
        return (values = next);
      },
      take(payload) {
        const key = keyOf(event.key ?? [], payload);
        changes.delete(key);
        changes.set(key, payload);
        if (changes.size > limit) changes.delete(changes.keys().next().value);
      },
    };
  });
}

/** The client's status. */
export function statusStore(client: EventsClient): Store<Status> {
  return {
    get: () => client.status,
    subscribe: (changed) => client.onStatus(changed),
  };
}
