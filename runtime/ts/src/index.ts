// For applications, and for generated code in particular.
export { clientEvent, plainEvent, serverEvent, sharedEvent } from './core/descriptor.ts';
export { listen, listenBatch } from './listen.ts';
export { once, onceEmptyOf, onceOf } from './once.ts';
export { stream } from './stream.ts';
export { emit } from './emit.ts';
export { EventQueue } from './queue.ts';
export { createEvents } from './events.ts';
export { connect, createEventsClient, pageClient } from './page.ts';
export { EmitError, EventsError, ListenError } from './core/errors.ts';
export type {
  ClientEvent,
  EventDescriptor,
  EventOptions,
  KeyOf,
  PayloadOf,
  ServerEvent,
  SharedEvent,
} from './core/descriptor.ts';
export type { BatchListener, ErrorListener, EventMeta, Listener } from './core/sink.ts';
export type {
  ClientOptions,
  EmitOptions,
  EventsClient,
  Gap,
  ListenOptions,
  OnceOptions,
  RelayOptions,
  Stale,
  Status,
  StreamOptions,
  Target,
} from './core/api.ts';
export type { Unlisten } from './core/unlisten.ts';
export type { Path } from './core/key.ts';
export type { ErrorCode, WireError } from './core/errors.ts';
export type { Once, OnceEmpty } from './once.ts';
export type { EventStream } from './stream.ts';
export type { QueueOptions } from './queue.ts';
export type { AnyOf, Events } from './events.ts';

// For those who write transports and adapters.
export { closeCode } from './core/transport.ts';
export type { Sink } from './core/sink.ts';
export type { Connection, Link, Transport } from './core/transport.ts';
export type { Refusals, ServerFrame, Welcome, WireInterest, WireInterests } from './core/wire.ts';
