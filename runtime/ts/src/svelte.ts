import { getContext, onMount, setContext } from 'svelte';
import { createSubscriber } from 'svelte/reactivity';
import type { EventsClient, Status } from './core/api.ts';
import type { Listener } from './core/sink.ts';
import type { ClientEvent, ServerEvent } from './core/descriptor.ts';
import { type Store, byKeyStore, historyStore, latestStore, statusStore } from './core/store.ts';
import { type KeyId, keyId } from './core/key.ts';
import { emit } from './emit.ts';
import { type ByKeyOptions, type Emit, type HookOptions as Plain, type OnHookOptions, defaultLimit } from './hooks.ts';
import { pageClient } from './page.ts';

export type { ByKeyOptions, Emit, OnHookOptions } from './hooks.ts';

/** Options of the functions that give values. */
export interface HookOptions<K = never> extends Omit<Plain, 'key'> {
  /** Only this key of a keyed event; a function is followed. */
  readonly key?: K | (() => K | undefined) | undefined;
}

/** A value that effects and templates follow when they read it. */
export interface Current<T> {
  readonly current: T;
}

const contextKey = Symbol.for('eventgen.svelte');

/** Gives a client to the components below this one. To be called while the component is set up. */
export function provideEvents(client: EventsClient): void {
  setContext(contextKey, client);
}

/** The client of the nearest provider, or the page's own. Outside of components the page's own. */
export function useClient(): EventsClient {
  let provided: EventsClient | undefined;
  try {
    provided = getContext<EventsClient | undefined>(contextKey);
  } catch {
    // Not in a component.
  }
  return provided ?? pageClient();
}

function follow<T>(storeOf: (key: unknown) => Store<T>, key: () => unknown): Current<T> {
  let id: KeyId;
  let store: Store<T> | undefined;
  let track: () => void;
  return {
    get current() {
      const now = key();
      if (!store || keyId(now) !== id) {
        id = keyId(now);
        const made = (store = storeOf(now));
        track = createSubscriber((update) => made.subscribe(update));
      }
      track();
      return store.get();
    },
  };
}

function keyFrom(key: unknown): () => unknown {
  return typeof key === 'function' ? (key as () => unknown) : () => key;
}

const noKey = () => undefined;

/** The latest payload of the event, undefined before the first. */
export function useEvent<P, K>(event: ServerEvent<string, P, K>, options: HookOptions<K> = {}): Current<P | undefined> {
  const client = options.client ?? useClient();
  return follow((key) => latestStore(client, event, key) as Store<P | undefined>, keyFrom(options.key));
}

/** The last `limit` payloads of the event, oldest first. */
export function useEventHistory<P, K>(
  event: ServerEvent<string, P, K>,
  limit: number,
  options: HookOptions<K> = {},
): Current<readonly P[]> {
  const client = options.client ?? useClient();
  return follow((key) => historyStore(client, event, key, limit) as Store<readonly P[]>, keyFrom(options.key));
}

/** The latest payload of each key of a keyed event. */
export function useEventByKey<P, K>(
  event: ServerEvent<string, P, K>,
  options: ByKeyOptions = {},
): Current<ReadonlyMap<K, P>> {
  const { client = useClient(), limit = defaultLimit } = options;
  return follow(() => byKeyStore(client, event, limit) as Store<ReadonlyMap<K, P>>, noKey);
}

/** Calls the listener with each payload of the event from when the component is mounted until it is destroyed. */
export function useOnEvent<P, K>(
  event: ServerEvent<string, P, K>,
  listener: Listener<P>,
  options: OnHookOptions<K> = {},
): void {
  const { client = useClient(), key, onGap, onError } = options;
  onMount(() => client.subscribe(event, { key, next: listener, onGap, onError }));
}

/** A function that emits the event. */
export function useEmit<P>(event: ClientEvent<string, P>, options: { readonly client?: EventsClient } = {}): Emit<P> {
  const client = options.client ?? useClient();
  return (payload, emitOptions) => emit(event, payload, { client, ...emitOptions });
}

/** The status of the connection. */
export function useConnection(options: { readonly client?: EventsClient } = {}): Current<Status> {
  const client = options.client ?? useClient();
  return follow(() => statusStore(client), noKey);
}
