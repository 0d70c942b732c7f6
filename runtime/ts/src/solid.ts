import {
  type Accessor,
  type Context,
  type JSX,
  createComponent,
  createContext,
  createEffect,
  createSignal,
  onCleanup,
  untrack,
  useContext,
} from 'solid-js';
import type { EventsClient, Status } from './core/api.ts';
import type { Listener } from './core/sink.ts';
import type { ClientEvent, ServerEvent } from './core/descriptor.ts';
import { type Store, byKeyStore, historyStore, latestStore, statusStore } from './core/store.ts';
import { emit } from './emit.ts';
import {
  type ByKeyOptions,
  type Emit,
  type HookOptions as Plain,
  type OnHookOptions as PlainOn,
  defaultLimit,
} from './hooks.ts';
import { pageClient } from './page.ts';

export type { ByKeyOptions, Emit } from './hooks.ts';

/** Options of the primitives that give values. */
export interface HookOptions<K = never> extends Omit<Plain, 'key'> {
  /** Only this key of a keyed event; an accessor is followed. */
  readonly key?: K | Accessor<K | undefined> | undefined;
}

/** Options of the primitives that call back. */
export interface OnHookOptions<K = never> extends Omit<PlainOn, 'key'> {
  /** Only this key of a keyed event; an accessor is followed. */
  readonly key?: K | Accessor<K | undefined> | undefined;
}

const ClientContext: Context<EventsClient | undefined> = /* @__PURE__ */ createContext<EventsClient>();

/** Properties of {@link EventsProvider}. */
export interface EventsProviderProps {
  readonly client: EventsClient;
  readonly children?: JSX.Element;
}

/** Gives a client to the primitives below it. Without a provider they use the page's own. */
export function EventsProvider(props: EventsProviderProps): JSX.Element {
  return createComponent(ClientContext.Provider, {
    get value() {
      return props.client;
    },
    get children() {
      return props.children;
    },
  });
}

/** The client of the nearest provider, or the page's own. */
export function useClient(): EventsClient {
  return useContext(ClientContext) ?? pageClient();
}

function keyFrom(key: unknown): () => unknown {
  return typeof key === 'function' ? (key as () => unknown) : () => key;
}

const noKey = () => undefined;

function follow<T>(storeOf: (key: unknown) => Store<T>, key: () => unknown): Accessor<T> {
  const [value, setValue] = createSignal(storeOf(untrack(key)).get(), { equals: false });
  createEffect(() => {
    const store = storeOf(key());
    const update = () => setValue(() => store.get());
    onCleanup(store.subscribe(update));
    update();
  });
  return value;
}

/** The latest payload of the event, undefined before the first. */
export function createEvent<P, K>(
  event: ServerEvent<string, P, K>,
  options: HookOptions<K> = {},
): Accessor<P | undefined> {
  const client = options.client ?? useClient();
  return follow((key) => latestStore(client, event, key) as Store<P | undefined>, keyFrom(options.key));
}

/** The last `limit` payloads of the event, oldest first. */
export function createEventHistory<P, K>(
  event: ServerEvent<string, P, K>,
  limit: number,
  options: HookOptions<K> = {},
): Accessor<readonly P[]> {
  const client = options.client ?? useClient();
  return follow((key) => historyStore(client, event, key, limit) as Store<readonly P[]>, keyFrom(options.key));
}

/** The latest payload of each key of a keyed event. */
export function createEventByKey<P, K>(
  event: ServerEvent<string, P, K>,
  options: ByKeyOptions = {},
): Accessor<ReadonlyMap<K, P>> {
  const { client = useClient(), limit = defaultLimit } = options;
  return follow(() => byKeyStore(client, event, limit) as Store<ReadonlyMap<K, P>>, noKey);
}

/** Calls the listener with each payload of the event until the owner is disposed of. */
export function createOnEvent<P, K>(
  event: ServerEvent<string, P, K>,
  listener: Listener<P>,
  options: OnHookOptions<K> = {},
): void {
  const { client = useClient(), onGap, onError } = options;
  const key = keyFrom(options.key);
  createEffect(() => {
    onCleanup(client.subscribe(event, { key: key() as K, next: listener, onGap, onError }));
  });
}

/** A function that emits the event. */
export function createEmit<P>(
  event: ClientEvent<string, P>,
  options: { readonly client?: EventsClient } = {},
): Emit<P> {
  const client = options.client ?? useClient();
  return (payload, emitOptions) => emit(event, payload, { client, ...emitOptions });
}

/** The status of the connection. */
export function createConnection(options: { readonly client?: EventsClient } = {}): Accessor<Status> {
  const client = options.client ?? useClient();
  return follow(() => statusStore(client), noKey);
}
