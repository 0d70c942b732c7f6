'use client';

import {
  type Context,
  type ReactNode,
  createContext,
  createElement,
  useCallback,
  useContext,
  useEffect,
  useInsertionEffect,
  useMemo,
  useRef,
  useSyncExternalStore,
} from 'react';
import type { EventsClient, Status } from './core/api.ts';
import type { Listener } from './core/sink.ts';
import type { ClientEvent, ServerEvent } from './core/descriptor.ts';
import { keyId } from './core/key.ts';
import { type Store, byKeyStore, historyStore, latestStore, statusStore } from './core/store.ts';
import { emit } from './emit.ts';
import { type ByKeyOptions, type Emit, type HookOptions, type OnHookOptions, defaultLimit } from './hooks.ts';
import { pageClient } from './page.ts';

export type { ByKeyOptions, Emit, HookOptions, OnHookOptions } from './hooks.ts';

const ClientContext: Context<EventsClient | undefined> = /* @__PURE__ */ createContext<EventsClient | undefined>(
  undefined,
);

/** Properties of {@link EventsProvider}. */
export interface EventsProviderProps {
  readonly client: EventsClient;
  readonly children?: ReactNode;
}

/** Gives a client to the hooks below it. Without a provider they use the page's own. */
export function EventsProvider({ client, children }: EventsProviderProps): ReactNode {
  return createElement(ClientContext.Provider, { value: client }, children);
}

/** The client of the nearest provider, or the page's own. */
export function useClient(): EventsClient {
  const provided = useContext(ClientContext);
  return provided ?? pageClient();
}

function useStore<T>(store: Store<T>, onServer: T): T {
  return useSyncExternalStore(store.subscribe, store.get, () => onServer);
}

/** The latest payload of the event, undefined before the first. Renders on each. */
export function useEvent<P, K>(event: ServerEvent<string, P, K>, options: HookOptions<K> = {}): P | undefined {
  const provided = useClient();
  const { key, client = provided } = options;
  const id = keyId(key);
  // The key is the same for as long as its identity is.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const store = useMemo(() => latestStore(client, event, key), [client, event, id]);
  return useStore(store, undefined) as P | undefined;
}

/** The last `limit` payloads of the event, oldest first. */
export function useEventHistory<P, K>(
  event: ServerEvent<string, P, K>,
  limit: number,
  options: HookOptions<K> = {},
): readonly P[] {
  const provided = useClient();
  const { key, client = provided } = options;
  const id = keyId(key);
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const store = useMemo(() => historyStore(client, event, key, limit), [client, event, id, limit]);
  return useStore(store, noHistory) as readonly P[];
}

const noHistory: readonly unknown[] = [];

/** The latest payload of each key of a keyed event. */
export function useEventByKey<P, K>(event: ServerEvent<string, P, K>, options: ByKeyOptions = {}): ReadonlyMap<K, P> {
  const provided = useClient();
  const { limit = defaultLimit, client = provided } = options;
  const store = useMemo(() => byKeyStore(client, event, limit), [client, event, limit]);
  return useStore(store, noKeys) as ReadonlyMap<K, P>;
}

const noKeys: ReadonlyMap<never, never> = /* @__PURE__ */ new Map<never, never>();

/** Calls the listener, always the newest one, with each payload of the event. Renders nothing. */
export function useOnEvent<P, K>(
  event: ServerEvent<string, P, K>,
  listener: Listener<P>,
  options: OnHookOptions<K> = {},
): void {
  const provided = useClient();
  const { key, client = provided } = options;
  const newest = useRef({ listener, options });
  useInsertionEffect(() => {
    newest.current = { listener, options };
  });
  const id = keyId(key);
  useEffect(
    () =>
      client.subscribe(event, {
        key,
        next: (payload, meta) => newest.current.listener(payload, meta),
        onGap: (missed) => newest.current.options.onGap?.(missed),
        ...(options.onError && {
          onError: (error: unknown, name?: string) => newest.current.options.onError?.(error, name),
        }),
      }),
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [client, event, id, !options.onError],
  );
}

/** A function that emits the event; the same one for as long as the client is. */
export function useEmit<P>(event: ClientEvent<string, P>, options: { readonly client?: EventsClient } = {}): Emit<P> {
  const provided = useClient();
  const { client = provided } = options;
  return useCallback((payload, emitOptions) => emit(event, payload, { client, ...emitOptions }), [client, event]);
}

/** The status of the connection. */
export function useConnection(options: { readonly client?: EventsClient } = {}): Status {
  const provided = useClient();
  const { client = provided } = options;
  const store = useMemo(() => statusStore(client), [client]);
  return useStore(store, 'idle');
}
