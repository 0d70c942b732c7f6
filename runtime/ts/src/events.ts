import type { EmitOptions, ListenOptions, OnceOptions, RelayOptions, StreamOptions, Target } from './core/api.ts';
import type { EventMeta, Listener } from './core/sink.ts';
import type { Unlisten } from './core/unlisten.ts';
import type { ClientEvent, EventDescriptor, ServerEvent } from './core/descriptor.ts';
import { disposable } from './core/unlisten.ts';
import { emit } from './emit.ts';
import { listen } from './listen.ts';
import { once } from './once.ts';
import { type EventStream, stream } from './stream.ts';

/** The key of event `N`, given the keys of all keyed events. */
type KeyIn<Keys, N> = N extends keyof Keys ? Keys[N] : never;

/** One event with its name, as `listenAny` gives it: a union to switch over. */
export type AnyOf<S> = {
  [N in keyof S & string]: { readonly event: N; readonly payload: S[N]; readonly meta: EventMeta };
}[keyof S & string];

/**
 * The events of a catalogue by their names: `S` maps the names of what the backend emits to
 * payloads, `C` those of what clients emit, `Keys` those of keyed events to keys; `Relayed` are
 * the names that may be addressed to other windows.
 */
export interface Events<S, C, Keys = unknown, Relayed extends keyof C = keyof C> {
  /** Calls the listener with each payload of the event from now on. */
  listen<N extends keyof S & string>(
    event: N,
    listener: Listener<S[N]>,
    options?: ListenOptions<KeyIn<Keys, N>>,
  ): Unlisten;
  /** Resolves with the next payload of the event. */
  once<N extends keyof S & string>(event: N, options?: OnceOptions<S[N], KeyIn<Keys, N>>): Promise<S[N]>;
  /** Calls the listener with the next payload of the event. */
  once<N extends keyof S & string>(
    event: N,
    listener: Listener<S[N]>,
    options?: OnceOptions<S[N], KeyIn<Keys, N>>,
  ): Unlisten;
  /** The payloads of the event, to iterate over. */
  stream<N extends keyof S & string>(event: N, options?: StreamOptions<KeyIn<Keys, N>>): EventStream<S[N]>;
  /** Calls the listener with every event of the catalogue: the backend sends all of them. */
  listenAny(listener: (event: AnyOf<S>) => unknown, options?: ListenOptions): Unlisten;
  /** Emits an event; one without payload takes undefined for it. */
  emit<N extends keyof C & string>(event: N, payload: C[N], options?: EmitOptions): Promise<void>;
  /** Emits an event to other windows, through the backend. */
  emitTo<N extends Relayed & string>(to: Target, event: N, payload: C[N], options?: EmitOptions): Promise<void>;
}

/**
 * Makes the by-name functions of a catalogue from its descriptors. Generated code calls this.
 * Using it keeps every descriptor in the bundle.
 */
export function createEvents<S, C, Keys = unknown, Relayed extends keyof C = keyof C>(
  descriptors: readonly EventDescriptor[] | Readonly<Record<string, EventDescriptor>>,
): Events<S, C, Keys, Relayed> {
  const all = Object.values(descriptors);
  const byName = new Map(all.map((descriptor) => [descriptor.name, descriptor]));
  type Source = ServerEvent<string, never, never>;

  const find = (name: string) => {
    const found = byName.get(name);
    if (!found) throw new Error(`eventgen: ${name} is no event of this catalogue`);
    return found;
  };

  return {
    listen: (name: string, listener: Listener<never>, options?: ListenOptions) =>
      listen(find(name) as Source, listener, options),
    once: (name: string, ...rest: [Listener<never>, OnceOptions<never>?]) => once(find(name) as Source, ...rest),
    stream: (name: string, options?: StreamOptions) => stream(find(name) as Source, options),
    listenAny(listener: (event: unknown) => unknown, options?: ListenOptions) {
      const ends = all
        .filter((descriptor) => descriptor.from !== 'client')
        .map((descriptor) =>
          listen(descriptor as Source, (payload, meta) => listener({ event: meta.event, payload, meta }), options),
        );
      const ready = Promise.all(ends.map((end) => end.ready)).then(() => undefined);
      ready.catch(() => undefined);
      return disposable(() => {
        for (const end of ends) end();
      }, ready);
    },
    emit: (name: string, payload: never, options?: EmitOptions) => emit(find(name) as ClientEvent, payload, options),
    emitTo: (to: Target, name: string, payload: never, options?: EmitOptions) =>
      emit(find(name) as ClientEvent, payload, { ...options, to } satisfies RelayOptions),
  } as unknown as Events<S, C, Keys, Relayed>;
}
