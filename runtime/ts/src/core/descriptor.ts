import { delivery } from './delivery.ts';
import type { Path } from './key.ts';
import type { Delivery } from './subscription.ts';

/** What a descriptor knows of an event beside its name and contract. */
export interface EventOptions<P> {
  /** Where the payload's wire form carries the key of a keyed event. */
  readonly key?: Path;
  /** The backend delivers this event in batches. */
  readonly batch?: true;
  /** The event has no payload. */
  readonly empty?: true;
  /** A new listener gets the last value, of each key if the event is keyed. */
  readonly sticky?: true;
  /** A new listener gets this many of the last payloads. */
  readonly replay?: number;
  /** Makes the payload from its wire form, where the two differ. */
  readonly read?: (wire: never) => P;
  /** Makes the wire form from the payload, where the two differ. */
  readonly write?: (payload: P) => unknown;
}

declare const payloadType: unique symbol;
declare const keyType: unique symbol;
declare const emittedType: unique symbol;

/** What every descriptor has. */
export interface EventDescriptor<N extends string = string> {
  /** The name on the wire. */
  readonly name: N;
  /** The fingerprint of the event's contract: eight hexadecimal digits. */
  readonly contract: string;
  /** Set where only clients emit the event. */
  readonly from?: 'client';
}

/**
 * Describes an event that the backend emits: `N` is its name on the wire, `P` its payload and
 * `K` its key, `never` for an event without one.
 */
export interface ServerEvent<N extends string = string, P = unknown, K = never> extends EventDescriptor<N> {
  readonly key?: Path;
  readonly batch?: true;
  readonly empty?: true;
  readonly sticky?: true;
  readonly replay?: number;
  readonly read?: (wire: never) => P;
  /** Absent if every payload goes to every listener as it is. */
  readonly delivery?: Delivery;
  readonly [payloadType]?: P;
  readonly [keyType]?: K;
}

/** Describes an event that clients emit. */
export interface ClientEvent<N extends string = string, P = never> extends EventDescriptor<N> {
  readonly empty?: true;
  readonly write?: (payload: P) => unknown;
  readonly [emittedType]?: (payload: P) => void;
}

/** Describes an event that both sides emit. */
export interface SharedEvent<N extends string = string, P = never, K = never>
  extends ServerEvent<N, P, K>, ClientEvent<N, P> {}

/** The payload of an event. */
export type PayloadOf<E> =
  E extends ServerEvent<string, infer P, infer _K> ? P : E extends ClientEvent<string, infer P> ? P : never;

/** The key of an event; `never` if it has none. */
export type KeyOf<E> = E extends ServerEvent<string, infer _P, infer K> ? K : never;

/** Describes an event that the backend emits. Generated code calls this. */
export function serverEvent<N extends string, P, K = never>(
  name: N,
  contract: string,
  options?: EventOptions<P>,
): ServerEvent<N, P, K> {
  return { name, contract, ...options, delivery };
}

/**
 * Describes an event that the backend emits and whose payloads go to every listener, one by one
 * and as they are on the wire: one without any of the options. Generated code calls this. A page
 * that uses no other events does not carry what the options need.
 */
export function plainEvent<N extends string, P>(name: N, contract: string): ServerEvent<N, P> {
  return { name, contract };
}

/** Describes an event that clients emit. Generated code calls this. */
export function clientEvent<N extends string, P>(
  name: N,
  contract: string,
  options?: EventOptions<P>,
): ClientEvent<N, P> {
  return { name, contract, from: 'client', ...options };
}

/** Describes an event that both sides emit. Generated code calls this. */
export function sharedEvent<N extends string, P, K = never>(
  name: N,
  contract: string,
  options?: EventOptions<P>,
): SharedEvent<N, P, K> {
  return { name, contract, ...options, delivery };
}
