import {
  type DefineSetupFnComponent,
  type InjectionKey,
  type MaybeRefOrGetter,
  type ShallowRef,
  defineComponent,
  hasInjectionContext,
  inject,
  onScopeDispose,
  provide,
  shallowReadonly,
  shallowRef,
  toValue,
  triggerRef,
  watch,
} from 'vue';
import type { EventsClient, Status } from './core/api.ts';
import type { Listener } from './core/sink.ts';
import type { ClientEvent, ServerEvent } from './core/descriptor.ts';
import { environment } from './core/environment.ts';
import { keyId } from './core/key.ts';
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

/** Options of the composables that give values. */
export interface HookOptions<K = never> extends Omit<Plain, 'key'> {
  /** Only this key of a keyed event; may be a ref or a getter, which is followed. */
  readonly key?: MaybeRefOrGetter<K | undefined> | undefined;
}

/** Options of the composables that call back. */
export interface OnHookOptions<K = never> extends Omit<PlainOn, 'key'> {
  /** Only this key of a keyed event; may be a ref or a getter, which is followed. */
  readonly key?: MaybeRefOrGetter<K | undefined> | undefined;
}

const clientKey: InjectionKey<EventsClient> = Symbol('eventgen');

/** Gives a client to the composables in the components below this one. */
export function provideEvents(client: EventsClient): void {
  provide(clientKey, client);
}

/** Gives a client to the composables below it. Without a provider they use the page's own. */
export const EventsProvider: DefineSetupFnComponent<{ client: EventsClient }> = /* @__PURE__ */ defineComponent(
  (props: { client: EventsClient }, { slots }) => {
    provideEvents(props.client);
    return () => slots['default']?.();
  },
  { name: 'EventsProvider', props: ['client'] },
);

/** The client of the nearest provider, or the page's own. */
export function useClient(): EventsClient {
  return (hasInjectionContext() ? inject(clientKey, undefined) : undefined) ?? pageClient();
}

/** Runs `start` for each key there is, one after the other, until the scope ends. Never on a server. */
function follow(key: () => unknown, start: (key: unknown) => () => void): void {
  if (!environment.document) return;
  let stop: (() => void) | undefined;
  watch(
    () => keyId(key()),
    () => {
      stop?.();
      stop = start(key());
    },
    { immediate: true, flush: 'sync' },
  );
  onScopeDispose(() => stop?.(), true);
}

function useStore<T>(key: () => unknown, storeOf: (key: unknown) => Store<T>): Readonly<ShallowRef<T>> {
  const value = shallowRef(storeOf(key()).get());
  follow(key, (now) => {
    const store = storeOf(now);
    const update = () => {
      const next = store.get();
      // The same primitive again is news all the same.
      if (value.value === next) triggerRef(value);
      else value.value = next;
    };
    value.value = store.get();
    return store.subscribe(update);
  });
  return shallowReadonly(value);
}

const noKey = () => undefined;

/** The latest payload of the event, undefined before the first. */
export function useEvent<P, K>(
  event: ServerEvent<string, P, K>,
  options: HookOptions<K> = {},
): Readonly<ShallowRef<P | undefined>> {
  const client = options.client ?? useClient();
  return useStore(
    () => toValue(options.key),
    (key) => latestStore(client, event, key) as Store<P | undefined>,
  );
}

/** The last `limit` payloads of the event, oldest first. */
export function useEventHistory<P, K>(
  event: ServerEvent<string, P, K>,
  limit: number,
  options: HookOptions<K> = {},
): Readonly<ShallowRef<readonly P[]>> {
  const client = options.client ?? useClient();
  return useStore(
    () => toValue(options.key),
    (key) => historyStore(client, event, key, limit) as Store<readonly P[]>,
  );
}

/** The latest payload of each key of a keyed event. */
export function useEventByKey<P, K>(
  event: ServerEvent<string, P, K>,
  options: ByKeyOptions = {},
): Readonly<ShallowRef<ReadonlyMap<K, P>>> {
  const { client = useClient(), limit = defaultLimit } = options;
  return useStore(noKey, () => byKeyStore(client, event, limit) as Store<ReadonlyMap<K, P>>);
}

/** Calls the listener with each payload of the event until the scope ends. */
export function useOnEvent<P, K>(
  event: ServerEvent<string, P, K>,
  listener: Listener<P>,
  options: OnHookOptions<K> = {},
): void {
  const { client = useClient(), onGap, onError } = options;
  follow(
    () => toValue(options.key),
    (key) => client.subscribe(event, { key: key as K, next: listener, onGap, onError }),
  );
}

/** A function that emits the event. */
export function useEmit<P>(event: ClientEvent<string, P>, options: { readonly client?: EventsClient } = {}): Emit<P> {
  const client = options.client ?? useClient();
  return (payload, emitOptions) => emit(event, payload, { client, ...emitOptions });
}

/** The status of the connection. */
export function useConnection(options: { readonly client?: EventsClient } = {}): Readonly<ShallowRef<Status>> {
  const client = options.client ?? useClient();
  return useStore(noKey, () => statusStore(client));
}
