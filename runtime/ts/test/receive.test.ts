import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EventQueue, type EventsClient, createEvents, createEventsClient, once, stream } from '../src/index.ts';
import { action, chat, log, progress, tick } from './events.ts';
import { Wire } from './wire.ts';

let wire: Wire;
let client: EventsClient;
let seq: number;

beforeEach(() => {
  vi.useFakeTimers();
  wire = new Wire();
  client = createEventsClient({ transports: [wire] });
  seq = 0;
});
afterEach(() => {
  client.close();
  vi.useRealTimers();
});

/** Delivers one payload. */
function give(event: { readonly name: string }, payload: unknown): void {
  wire.receive({ event: event.name, seq: ++seq, payload });
}

describe('once', () => {
  test('gives the next payload, and leaves', async () => {
    const next = once(tick, { client });
    wire.accept();
    give(tick, 1);
    give(tick, 2);
    expect(await next).toBe(1);
    vi.advanceTimersByTime(0);
    expect(wire.frames.at(-1)).toEqual({ unlisten: ['tick'], id: 1 });
  });

  test('gives the next that is wanted', async () => {
    const next = once(tick, { client, where: (payload) => payload > 1 });
    wire.accept();
    give(tick, 1);
    give(tick, 2);
    expect(await next).toBe(2);
  });

  test('calls a listener once, though it emits to itself', () => {
    const fn = vi.fn(() => {
      give(tick, 2);
    });
    once(tick, fn, { client });
    wire.accept();
    give(tick, 1);
    expect(fn).toHaveBeenCalledTimes(1);
  });

  test('can be taken back', () => {
    const fn = vi.fn();
    const off = once(tick, fn, { client });
    wire.accept();
    off();
    give(tick, 1);
    expect(fn).not.toHaveBeenCalled();
  });

  test('takes one of a batch', () => {
    const fn = vi.fn();
    once(log, fn, { client });
    wire.accept();
    wire.receive({ event: 'log:line', seq: 1, batch: ['a', 'b'] });
    expect(fn.mock.calls.map(([payload]) => payload as string)).toEqual(['a']);
  });

  test('rejects with the reason of the signal', async () => {
    const control = new AbortController();
    const next = once(tick, { client, signal: control.signal });
    control.abort(new Error('enough'));
    await expect(next).rejects.toThrow('enough');
    await expect(once(tick, { client, signal: control.signal })).rejects.toThrow('enough');
  });

  test('rejects when the backend refuses', async () => {
    const next = once(tick, { client });
    const check = expect(next).rejects.toMatchObject({ name: 'ListenError', code: 'forbidden', event: 'tick' });
    wire.accept({ refused: { tick: { code: 'forbidden' } } });
    await check;
  });

  test('waits while offline', async () => {
    const settled = vi.fn();
    once(tick, { client }).then(settled, settled);
    wire.accept();
    wire.close();
    await vi.advanceTimersByTimeAsync(0);
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1000);
    wire.accept();
    give(tick, 1);
    await vi.advanceTimersByTimeAsync(0);
    expect(settled).toHaveBeenCalledWith(1);
  });

  test('of a key', async () => {
    const next = once(progress, { client, key: 'b' });
    wire.accept();
    give(progress, { id: 'a', current: 1 });
    give(progress, { id: 'b', current: 2 });
    expect(await next).toEqual({ id: 'b', current: 2 });
  });
});

describe('stream', () => {
  test('listens from the call on, and keeps what comes before someone asks', async () => {
    const ticks = stream(tick, { client });
    wire.accept();
    give(tick, 1);
    give(tick, 2);
    const seen: number[] = [];
    for await (const payload of ticks) {
      seen.push(payload);
      if (payload === 2) break;
    }
    expect(seen).toEqual([1, 2]);
    vi.advanceTimersByTime(0);
    expect(wire.frames.at(-1)?.unlisten).toEqual(['tick']);
  });

  test('gives to those who wait, in their order', async () => {
    const ticks = stream(tick, { client });
    const both = Promise.all([ticks.next(), ticks.next()]);
    wire.accept();
    give(tick, 1);
    give(tick, 2);
    expect(await both).toEqual([
      { done: false, value: 1 },
      { done: false, value: 2 },
    ]);
  });

  test('fails when its buffer is full, after what is in it', async () => {
    const ticks = stream(tick, { client, buffer: 2 });
    wire.accept();
    for (const payload of [1, 2, 3, 4]) give(tick, payload);
    expect((await ticks.next()).value).toBe(1);
    expect((await ticks.next()).value).toBe(2);
    await expect(ticks.next()).rejects.toMatchObject({ code: 'overflow', event: 'tick' });
    expect(await ticks.next()).toEqual({ done: true, value: undefined });
  });

  test.each([
    ['drop-oldest', [2, 3], 1],
    ['latest', [3], 2],
  ] as const)('or loses what it may: %s', async (overflow, left, dropped) => {
    const ticks = stream(tick, { client, buffer: 2, overflow });
    wire.accept();
    for (const payload of [1, 2, 3]) give(tick, payload);
    expect(ticks.dropped).toBe(dropped);
    ticks.close();
    const seen: number[] = [];
    for await (const payload of ticks) seen.push(payload);
    expect(seen).toEqual(left);
  });

  test('close ends it after what waits', async () => {
    const ticks = stream(tick, { client });
    wire.accept();
    give(tick, 1);
    ticks.close();
    ticks.close();
    give(tick, 2);
    expect(await ticks.next()).toEqual({ done: false, value: 1 });
    expect(await ticks.next()).toEqual({ done: true, value: undefined });
  });

  test('close ends the wait of those who wait', async () => {
    const ticks = stream(tick, { client });
    const next = ticks.next();
    ticks.close();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  test('abort throws the reason, at once', async () => {
    const control = new AbortController();
    const ticks = stream(tick, { client, signal: control.signal });
    wire.accept();
    give(tick, 1);
    control.abort(new Error('enough'));
    await expect(ticks.next()).rejects.toThrow('enough');
    expect(await ticks.next()).toEqual({ done: true, value: undefined });
    const late = stream(tick, { client, signal: control.signal });
    await expect(late.next()).rejects.toThrow('enough');
  });

  test('a refusal is thrown to who waits', async () => {
    const ticks = stream(tick, { client });
    const check = expect(ticks.next()).rejects.toMatchObject({ code: 'forbidden' });
    wire.accept({ refused: { tick: { code: 'forbidden' } } });
    await check;
  });

  test('the end of the client is thrown', async () => {
    const ticks = stream(tick, { client });
    client.close();
    await expect(ticks.next()).rejects.toMatchObject({ code: 'closed' });
  });

  test('is disposable', async () => {
    const ticks = stream(tick, { client });
    wire.accept();
    give(tick, 1);
    await ticks[Symbol.asyncDispose]();
    expect(await ticks.next()).toEqual({ done: true, value: undefined });
  });
});

describe('EventQueue', () => {
  test('collects from start to stop', () => {
    const queue = new EventQueue(tick, { client });
    queue.start();
    queue.start();
    wire.accept();
    give(tick, 1);
    give(tick, 2);
    queue.stop();
    queue.stop();
    give(tick, 3);
    expect(queue.length).toBe(2);
    expect([queue.dequeue(), queue.dequeue(), queue.dequeue()]).toEqual([1, 2, undefined]);
    queue.start();
    give(tick, 4);
    expect(queue.dequeue()).toBe(4);
  });

  test.each([
    ['drop-oldest', [2, 3], 1],
    ['drop-newest', [1, 2], 1],
    ['latest', [3], 2],
  ] as const)('full: %s', (overflow, left, dropped) => {
    const queue = new EventQueue(tick, { client, capacity: 2, overflow });
    queue.start();
    wire.accept();
    for (const payload of [1, 2, 3]) give(tick, payload);
    expect(queue.dropped).toBe(dropped);
    const seen: unknown[] = [];
    while (queue.length) seen.push(queue.dequeue());
    expect(seen).toEqual(left);
    queue.clear();
    expect(queue.dropped).toBe(0);
    queue.stop();
  });

  test('is cleared', () => {
    const queue = new EventQueue(tick, { client });
    queue.start();
    wire.accept();
    give(tick, 1);
    queue.clear();
    expect(queue.length).toBe(0);
    expect(queue.dequeue()).toBeUndefined();
  });
});

describe('by name', () => {
  interface Server {
    tick: number;
    'download:progress': { id: string; current: number };
    chat: string;
  }
  interface Client {
    'user:action': { kind: string };
    chat: string;
  }
  const events = createEvents<Server, Client, { 'download:progress': string }>([tick, progress, action, chat]);

  test('listens, once, streams, with keys', async () => {
    const fn = vi.fn();
    const keyed = vi.fn();
    events.listen('tick', fn, { client });
    events.listen('download:progress', keyed, { client, key: 'a' });
    const called = vi.fn();
    events.once('tick', called, { client });
    const next = events.once('tick', { client });
    const ticks = events.stream('tick', { client });
    wire.accept();
    give(tick, 1);
    give(progress, { id: 'b', current: 1 });
    expect(fn).toHaveBeenCalledTimes(1);
    expect(keyed).not.toHaveBeenCalled();
    expect(called).toHaveBeenCalledWith(1, { event: 'tick', seq: 1 });
    expect(await next).toBe(1);
    expect((await ticks.next()).value).toBe(1);
  });

  test('emits, and to others', () => {
    events.emit('user:action', { kind: 'x' }, { client }).catch(() => undefined);
    events.emitTo('settings', 'chat', 'hi', { client }).catch(() => undefined);
    wire.accept();
    expect(wire.frames.slice(1)).toEqual([
      { emit: 'user:action', id: 1, payload: { kind: 'x' } },
      { emit: 'chat', id: 2, payload: 'hi', to: { window: 'settings' } },
    ]);
  });

  test('listens to all that the backend emits', async () => {
    const seen: unknown[] = [];
    const off = events.listenAny((event) => seen.push(event), { client });
    expect(Object.keys(wire.accept().hello?.listen ?? {})).toEqual(['tick', 'download:progress', 'chat']);
    await off.ready;
    give(tick, 1);
    give(chat, 'hi');
    off();
    give(tick, 2);
    expect(seen).toEqual([
      { event: 'tick', payload: 1, meta: { event: 'tick', seq: 1 } },
      { event: 'chat', payload: 'hi', meta: { event: 'chat', seq: 2 } },
    ]);
  });

  test('an unknown name is an error at the call', () => {
    expect(() => events.listen('nope' as 'tick', vi.fn(), { client })).toThrow('nope is no event');
  });
});
