import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type EventsClient, createEventsClient, emit, listen, listenBatch, once } from '../src/index.ts';
import { type MemoryTransport, memory } from '../src/memory.ts';
import { action, big, chat, log, progress, tick } from './events.ts';

let backend: MemoryTransport;
let client: EventsClient;

beforeEach(() => {
  vi.useFakeTimers();
  backend = memory();
  client = createEventsClient({ transports: [backend] });
});
afterEach(() => {
  client.close();
  vi.useRealTimers();
});

test('injects an event: listeners have run when it returns', () => {
  const fn = vi.fn();
  listen(tick, fn, { client });
  backend.inject(tick, 1);
  expect(fn).toHaveBeenCalledWith(1, { event: 'tick', seq: 1 });
});

test('injects what the types say, not what is on the wire', () => {
  const fn = vi.fn();
  listen(big, fn, { client, key: 5n });
  backend.inject(big, 5n);
  backend.inject(big, 6n);
  expect(fn.mock.calls).toEqual([[5n, { event: 'big', seq: 1 }]]);
});

test('injects a batch', () => {
  const fn = vi.fn();
  listenBatch(log, fn, { client });
  backend.injectBatch(log, ['a', 'b']);
  expect(fn).toHaveBeenCalledWith(['a', 'b'], { event: 'log:line', seq: 1 });
});

test('says what is listened to', () => {
  listen(progress, vi.fn(), { client, key: 'a' });
  expect(backend.connected).toBe(false);
  vi.advanceTimersByTime(0);
  backend.inject(tick, 1);
  expect(backend.connected).toBe(true);
  const off = listen(tick, vi.fn(), { client });
  vi.advanceTimersByTime(0);
  expect(backend.listening).toEqual({
    'download:progress': { contract: '1f9c02ab', keys: ['a'] },
    tick: { contract: '00000004' },
  });
  off();
  vi.advanceTimersByTime(0);
  expect(Object.keys(backend.listening)).toEqual(['download:progress']);
});

test('injecting where nobody is connected says why', () => {
  expect(() => {
    backend.inject(tick, 1);
  }).toThrow('no client is connected');
});

describe('emits', () => {
  test('are there to be looked at, and are accepted', async () => {
    await emit(action, { kind: 'x' }, { client });
    await emit(chat, 'hi', { client, to: 'settings' });
    expect(backend.emits).toEqual([
      { event: 'user:action', payload: { kind: 'x' }, to: undefined },
      { event: 'chat', payload: 'hi', to: { window: 'settings' } },
    ]);
  });

  test('are answered as the test says', async () => {
    backend = memory({
      onEmit: ({ payload }) => (payload === 'bad' ? { code: 'rude', message: 'not nice', path: '' } : undefined),
    });
    client = createEventsClient({ transports: [backend] });
    await emit(chat, 'good', { client });
    await expect(emit(chat, 'bad', { client })).rejects.toMatchObject({ code: 'rude' });
  });

  test('may get no answer', async () => {
    backend = memory({ onEmit: () => new Promise(() => undefined) });
    client = createEventsClient({ transports: [backend] });
    const check = expect(emit(chat, 'x', { client })).rejects.toMatchObject({ code: 'timeout' });
    await vi.advanceTimersByTimeAsync(10_000);
    await check;
  });

  test('an answer that fails is an internal error', async () => {
    backend = memory({ onEmit: () => Promise.reject(new Error('bug in the test')) });
    client = createEventsClient({ transports: [backend] });
    await expect(emit(chat, 'x', { client })).rejects.toMatchObject({ code: 'internal', message: /bug in the test/ });
  });
});

test('refuses listens, from the start or later', async () => {
  backend = memory({ refused: { tick: { code: 'forbidden' } } });
  client = createEventsClient({ transports: [backend] });
  await expect(once(tick, { client })).rejects.toMatchObject({ code: 'forbidden' });
  const next = expect(once(chat, { client })).rejects.toMatchObject({ code: 'forbidden' });
  await vi.advanceTimersByTimeAsync(0);
  backend.refuse({ chat: { code: 'forbidden' } });
  await next;
});

test('tells gaps and stale contracts', () => {
  const onGap = vi.fn();
  const onStale = vi.fn();
  listen(tick, vi.fn(), { client });
  client.onGap(onGap);
  client.onStale(onStale);
  backend.gap({ tick: 3 });
  backend.stale({ tick: 'ffffffff' });
  expect(onGap).toHaveBeenCalledWith({ tick: 3 });
  expect(onStale).toHaveBeenCalledWith({ tick: 'ffffffff' });
});

test('is cut, and comes back', async () => {
  const fn = vi.fn();
  listen(tick, fn, { client });
  backend.inject(tick, 1);
  backend.disconnect();
  expect(client.status).toBe('offline');
  await vi.advanceTimersByTimeAsync(1000);
  expect(client.status).toBe('open');
  backend.inject(tick, 2);
  expect(fn).toHaveBeenCalledTimes(2);
});

test('starts over: emits under way have an unknown outcome', async () => {
  backend = memory({ onEmit: () => new Promise(() => undefined) });
  client = createEventsClient({ transports: [backend] });
  const fn = vi.fn();
  listen(tick, fn, { client });
  backend.inject(tick, 1);
  const check = expect(emit(chat, 'x', { client })).rejects.toMatchObject({ code: 'outcome_unknown' });
  backend.restart();
  await vi.advanceTimersByTimeAsync(1000);
  await check;
  backend.inject(tick, 2);
  expect(fn).toHaveBeenCalledTimes(2);
});
