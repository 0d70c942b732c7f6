import type { EmitOptions, EventsClient, RelayOptions } from './core/api.ts';
import type { ErrorListener } from './core/sink.ts';

/** Options of the hooks that give values. */
export interface HookOptions<K = never> {
  /** Only this key of a keyed event; the backend sends no other. */
  readonly key?: K | undefined;
  /** The client, in place of the provider's or the page's. */
  readonly client?: EventsClient | undefined;
}

/** Options of the hooks that call back. */
export interface OnHookOptions<K = never> extends HookOptions<K> {
  /** Is told how many deliveries this page has missed, or null when nobody knows. */
  readonly onGap?: ((missed: number | null) => void) | undefined;
  /** Gets what the listener throws, and a refusal by the backend. */
  readonly onError?: ErrorListener | undefined;
}

/** Options of the hooks that give a map by key. */
export interface ByKeyOptions {
  /** How many keys it holds; default 1024. The one that is out of date longest goes first. */
  readonly limit?: number | undefined;
  /** The client, in place of the provider's or the page's. */
  readonly client?: EventsClient | undefined;
}

/** What `useEmit` returns. */
export type Emit<P> = (payload: P, options?: EmitOptions | RelayOptions) => Promise<void>;

/** How many keys the hooks by key hold unless told otherwise. */
export const defaultLimit = 1024;
