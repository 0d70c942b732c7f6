import { expect, expectTypeOf, test, vi } from 'vitest';
import type { EventMeta, ListenOptions, OnceOptions, StreamOptions } from '../src/index.ts';
import { createEventsClient } from '../src/index.ts';
import { memory } from '../src/memory.ts';
import * as delivery from '../../../testdata/golden/delivery/ts/events.gen.ts';
import { events as byName } from '../../../testdata/golden/delivery/ts/catalog.gen.ts';
import * as directions from '../../../testdata/golden/directions/ts/events.gen.ts';
import {
  type AnyServerEvent,
  type ClientEvents,
  type ServerEvents,
  events as directed,
} from '../../../testdata/golden/directions/ts/catalog.gen.ts';
import { type AppEvent, matchAppEvent } from '../../../testdata/golden/union_adjacent/ts/events.gen.ts';

// What generated functions refuse to be called with. The compiler checks this file, so the calls only have to be
// written down: nothing runs them.
const never = (_calls: () => void) => undefined;

const client = createEventsClient({ transports: [memory()] });

test('names', () => {
  never(() => {
    directed.listen('direction:server', () => undefined);
    // @ts-expect-error no event has this name
    directed.listen('direction:sever', () => undefined);
    // @ts-expect-error windows alone emit it
    directed.listen('direction:client', () => undefined);
    // @ts-expect-error no event has this name
    void directed.once('');
    // @ts-expect-error no event has this name
    directed.stream('direction');
    // @ts-expect-error no event has this name
    void directed.emit('direction:sever', {});
  });
  expectTypeOf<keyof ClientEvents>().toEqualTypeOf<
    'audience:window-both' | 'direction:both' | 'direction:client' | 'direction:relay' | 'direction:relay-both'
  >();
});

test('payloads', () => {
  never(() => {
    delivery.onKeyed((payload, meta) => {
      expectTypeOf(payload).toEqualTypeOf<delivery.Keyed>();
      expectTypeOf(meta).toEqualTypeOf<EventMeta>();
      // @ts-expect-error the payload has no such field
      void payload.ID;
    });
    // @ts-expect-error a listener of another payload
    delivery.onKeyed((payload: { id: number }) => payload);
    delivery.onBatchedWaitBatch((payloads) => {
      expectTypeOf(payloads).toEqualTypeOf<readonly delivery.BatchedWait[]>();
    });
    byName.listen('keyed', (payload) => {
      expectTypeOf(payload).toEqualTypeOf<delivery.Keyed>();
    });
    void directions.emitFromClient({ ...({} as directions.FromClient) });
    // @ts-expect-error the payload is missing
    void directions.emitFromClient();
    // @ts-expect-error not the payload
    void directions.emitFromClient('x');
    // @ts-expect-error not the payload
    void directed.emit('direction:client', 'x');
  });
  expectTypeOf(delivery.onceKeyed()).toEqualTypeOf<Promise<delivery.Keyed>>();
  expectTypeOf<ServerEvents['direction:server']>().toEqualTypeOf<directions.FromServer>();
});

test('directions: only what windows may emit has emitters', () => {
  expectTypeOf(directions).toHaveProperty('emitFromClient');
  expectTypeOf(directions).toHaveProperty('emitFromBoth');
  expectTypeOf(directions).not.toHaveProperty('emitFromServer');
  expectTypeOf(directions).not.toHaveProperty('onFromClient');
  expect(Object.keys(directions)).not.toContain('emitFromServer');
  expect(Object.keys(directions)).not.toContain('onFromClient');
  never(() => {
    // @ts-expect-error the backend alone emits it
    void directed.emit('direction:server', {} as directions.FromServer);
  });
});

test('audiences: only what is relayed can be addressed, and what is for one window is never broadcast', () => {
  expectTypeOf(directions).toHaveProperty('emitRelayedTo');
  expectTypeOf(directions).not.toHaveProperty('emitToWindow');
  expectTypeOf(directions).not.toHaveProperty('emitToWindowTo');
  expectTypeOf(directions).not.toHaveProperty('emitFromBothTo');
  expect(Object.keys(directions)).not.toContain('emitToWindow');
  never(() => {
    void directions.emitRelayedTo('settings', {} as directions.Relayed);
    void directions.emitRelayedTo({ group: 'admins' }, {} as directions.Relayed);
    // @ts-expect-error no such target
    void directions.emitRelayedTo({ windw: 'settings' }, {} as directions.Relayed);
    // @ts-expect-error what is not relayed has no target
    void directions.emitFromClient({} as directions.FromClient, { to: 'settings' });
    void directed.emitTo('settings', 'direction:relay', {} as directions.Relayed);
    // @ts-expect-error what is not relayed has no target
    void directed.emitTo('settings', 'direction:client', {} as directions.FromClient);
    // @ts-expect-error for one window, and from the backend alone
    void directed.emit('audience:window', {} as directions.ToWindow);
  });
});

test('keys', () => {
  expectTypeOf<NonNullable<Parameters<typeof delivery.onKeyed>[1]>>().toEqualTypeOf<ListenOptions<string>>();
  never(() => {
    delivery.onKeyed(() => undefined, { key: 'a' });
    // @ts-expect-error keys are strings
    delivery.onKeyed(() => undefined, { key: 1 });
    delivery.onKeyedSticky(() => undefined, { key: '5' });
    // @ts-expect-error keys are 64-bit integers, quoted
    delivery.onKeyedSticky(() => undefined, { key: 'a' });
    // @ts-expect-error the event has no key
    delivery.onThrottled(() => undefined, { key: 'a' });
    byName.listen('keyed', () => undefined, { key: 'a' });
    // @ts-expect-error keys are strings
    byName.listen('keyed', () => undefined, { key: 1 });
    // @ts-expect-error the event has no key
    byName.listen('throttled', () => undefined, { key: 'a' });
  });
});

test('options', () => {
  expectTypeOf<Parameters<typeof delivery.streamKeyed>[0]>().toEqualTypeOf<StreamOptions<string> | undefined>();
  never(() => {
    const options: OnceOptions<delivery.Keyed, string> = { where: ({ id }) => id === 'a', key: 'a' };
    void delivery.onceKeyed(options);
    // @ts-expect-error where gets the payload
    void delivery.onceKeyed({ where: (payload: number) => payload > 0 });
    // @ts-expect-error no such policy
    delivery.streamKeyed({ overflow: 'drop' });
    // @ts-expect-error an option of once
    delivery.onKeyed(() => undefined, { where: () => true });
    // @ts-expect-error no such option
    delivery.onKeyed(() => undefined, { sginal: AbortSignal.abort() });
  });
});

test('unions: a match has a case for each variant', () => {
  never(() => {
    const event = {} as AppEvent;
    const size = matchAppEvent(event, { LoggedIn: () => 1, bye: () => 'x' });
    expectTypeOf(size).toEqualTypeOf<number | string>();
    // @ts-expect-error bye is missing
    matchAppEvent(event, { LoggedIn: () => 1 });
    // @ts-expect-error there is no such variant
    matchAppEvent(event, { LoggedIn: () => 1, bye: () => 2, other: () => 3 });

    switch (event.type) {
      case 'LoggedIn':
      case 'bye':
        break;
      default:
        expectTypeOf(event).toBeNever();
    }
    // @ts-expect-error bye is not handled
    const rest: never = event.type === 'LoggedIn' ? undefined : event;
    return rest;
  });
  const bye: AppEvent = { type: 'bye', data: {} as never };
  expect(matchAppEvent(bye, { LoggedIn: () => 1, bye: () => 2 })).toBe(2);
});

test('any event: the name decides the payload', () => {
  never(() => {
    directed.listenAny(
      (any) => {
        expectTypeOf(any.event).toEqualTypeOf<keyof ServerEvents>();
        if (any.event === 'direction:server') expectTypeOf(any.payload).toEqualTypeOf<directions.FromServer>();
      },
      { client },
    );
  });
  expectTypeOf<Extract<AnyServerEvent, { event: 'direction:relay' }>['payload']>().toEqualTypeOf<directions.Relayed>();
});

test('what is listened to by function and by name is one event', () => {
  const backend = memory();
  const own = createEventsClient({ transports: [backend] });
  const byFunction = vi.fn();
  const named = vi.fn();
  delivery.onKeyed(byFunction, { client: own, key: 'a' });
  byName.listen('keyed', named, { client: own });
  backend.inject(delivery.keyedEvent, { id: 'b' });
  backend.inject(delivery.keyedEvent, { id: 'a' });
  expect(byFunction.mock.calls).toEqual([[{ id: 'a' }, { event: 'keyed', seq: 2 }]]);
  expect(named).toHaveBeenCalledTimes(2);
  own.close();
});
