import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type EventsClient, ListenError, createEventsClient, listen, plainEvent, serverEvent } from '../src/index.ts';
import { big, log, news, progress, state, tick, user } from './events.ts';
import { Wire } from './wire.ts';

let wire: Wire;
let client: EventsClient;
let errors: unknown[];

beforeEach(() => {
  vi.useFakeTimers();
  wire = new Wire();
  client = createEventsClient({ transports: [wire] });
  errors = [];
  client.onError((error) => errors.push(error));
});
afterEach(() => {
  client.close();
  vi.useRealTimers();
});

describe('what goes over the wire', () => {
  test('nothing connects before something listens', () => {
    expect(client.status).toBe('idle');
    expect(wire.lines).toHaveLength(0);
    listen(tick, vi.fn(), { client });
    expect(client.status).toBe('connecting');
    expect(wire.lines).toHaveLength(1);
  });

  test('listens until the hello go with it', () => {
    listen(tick, vi.fn(), { client });
    listen(progress, vi.fn(), { client, key: 'a' });
    listen(progress, vi.fn(), { client, key: 'b' });
    expect(wire.accept().hello).toEqual({
      listen: {
        tick: { contract: '00000004' },
        'download:progress': { contract: '1f9c02ab', keys: ['a', 'b'] },
      },
    });
    vi.runOnlyPendingTimers();
    expect(wire.frames).toHaveLength(1);
  });

  test('listens of one task are one frame, unlistens another', () => {
    const off = listen(tick, vi.fn(), { client });
    wire.accept();
    wire.frames.length = 0;
    listen(log, vi.fn(), { client });
    listen(user, vi.fn(), { client });
    off();
    expect(wire.frames).toEqual([]);
    vi.advanceTimersByTime(0);
    expect(wire.frames).toEqual([
      { listen: { 'log:line': { contract: '8d03aa71' }, 'user:current': { contract: '00000002' } }, id: 1 },
      { unlisten: ['tick'], id: 2 },
    ]);
  });

  test('subscriptions are counted: the first listens, the last unlistens', () => {
    const first = listen(tick, vi.fn(), { client });
    const second = listen(tick, vi.fn(), { client });
    wire.accept();
    vi.advanceTimersByTime(0);
    first();
    vi.advanceTimersByTime(0);
    expect(wire.frames).toHaveLength(1);
    second();
    vi.advanceTimersByTime(0);
    expect(wire.frames.at(-1)).toEqual({ unlisten: ['tick'], id: 1 });
  });

  test('leaving and coming back in one task is nothing', () => {
    const off = listen(tick, vi.fn(), { client });
    wire.accept();
    vi.advanceTimersByTime(0);
    off();
    listen(tick, vi.fn(), { client });
    vi.advanceTimersByTime(0);
    expect(wire.frames).toHaveLength(1);
  });

  test('a listen says all that is wanted of the event', () => {
    const a = listen(progress, vi.fn(), { client, key: 'a' });
    wire.accept();
    wire.frames.length = 0;
    listen(progress, vi.fn(), { client, key: 'b' });
    vi.advanceTimersByTime(0);
    const all = listen(progress, vi.fn(), { client });
    vi.advanceTimersByTime(0);
    a();
    all();
    vi.advanceTimersByTime(0);
    const contract = '1f9c02ab';
    expect(wire.frames.map((frame) => frame.listen?.['download:progress'])).toEqual([
      { contract, keys: ['a', 'b'] },
      { contract },
      { contract, keys: ['b'] },
    ]);
  });

  test('with very many keys the page listens to all', () => {
    for (let i = 0; i < 300; i++) listen(progress, vi.fn(), { client, key: String(i) });
    expect(wire.accept().hello?.listen).toEqual({ 'download:progress': { contract: '1f9c02ab' } });
  });

  test('keys that are quoted on the wire are quoted in a listen', () => {
    listen(big, vi.fn(), { client, key: 5n });
    expect(wire.accept().hello?.listen).toEqual({ big: { contract: '00000006', keys: ['5'] } });
  });
});

test('an event may have any name', () => {
  const names = ['__proto__', 'constructor', 'toString'];
  const seen = vi.fn();
  for (const name of names) listen(plainEvent<string, string>(name, '0000000e'), seen, { client });
  wire.accept();
  for (const name of names) wire.receive({ event: name, seq: 1, payload: name });
  expect(seen.mock.calls.map(([payload]) => payload as string)).toEqual(names);
  // Parsed, __proto__ is a property as any other.
  expect(Object.keys(wire.frames[0]?.hello?.listen ?? {})).toEqual(names);
});

describe('unlisten', () => {
  test('is idempotent, disposable, and never throws', () => {
    const off = listen(tick, vi.fn(), { client });
    off();
    off();
    off[Symbol.dispose]();
    client.close();
    off();
  });

  test('a signal ends a subscription, and is left alone after its end', () => {
    const fn = vi.fn();
    const control = new AbortController();
    const remove = vi.spyOn(control.signal, 'removeEventListener');
    listen(tick, fn, { client, signal: control.signal });
    wire.accept();
    control.abort();
    wire.receive({ event: 'tick', seq: 1, payload: 1 });
    expect(fn).not.toHaveBeenCalled();
    expect(remove).toHaveBeenCalledTimes(1);
  });

  test('a signal that has aborted before listens to nothing', () => {
    const fn = vi.fn();
    listen(tick, fn, { client, signal: AbortSignal.abort() });
    listen(log, vi.fn(), { client });
    wire.accept();
    wire.receive({ event: 'tick', seq: 1, payload: 1 });
    expect(fn).not.toHaveBeenCalled();
    expect(wire.frames[0]?.hello?.listen).toEqual({ 'log:line': { contract: '8d03aa71' } });
  });
});

describe('ready', () => {
  test('waits while offline, and resolves when the hello is answered', async () => {
    const done = vi.fn();
    const off = listen(tick, vi.fn(), { client });
    void off.ready.then(done);
    await vi.advanceTimersByTimeAsync(0);
    expect(done).not.toHaveBeenCalled();
    wire.accept();
    await vi.advanceTimersByTimeAsync(0);
    expect(done).toHaveBeenCalledTimes(1);
  });

  test('resolves when the listen is acked, not before', async () => {
    listen(log, vi.fn(), { client });
    wire.accept();
    const done = vi.fn();
    void listen(tick, vi.fn(), { client }).ready.then(done);
    await vi.advanceTimersByTimeAsync(0);
    expect(done).not.toHaveBeenCalled();
    wire.ackAll();
    await vi.advanceTimersByTimeAsync(0);
    expect(done).toHaveBeenCalledTimes(1);
  });

  test('resolves at once where the event is listened to already', async () => {
    listen(tick, vi.fn(), { client });
    wire.accept();
    await vi.advanceTimersByTimeAsync(0);
    const off = listen(tick, vi.fn(), { client });
    await vi.advanceTimersByTimeAsync(0);
    await off.ready;
    expect(wire.frames).toHaveLength(1);
  });

  test('an ack of less than is wanted does not resolve it', async () => {
    listen(log, vi.fn(), { client });
    wire.accept();
    const a = vi.fn();
    const b = vi.fn();
    void listen(progress, vi.fn(), { client, key: 'a' }).ready.then(a);
    await vi.advanceTimersByTimeAsync(0);
    void listen(progress, vi.fn(), { client, key: 'b' }).ready.then(b);
    wire.ackAll();
    await Promise.resolve();
    expect(b).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(0);
    wire.ackAll();
    await vi.advanceTimersByTimeAsync(0);
    expect(a).toHaveBeenCalledTimes(1);
    expect(b).toHaveBeenCalledTimes(1);
  });

  test('rejects when the listener is removed first', async () => {
    const off = listen(tick, vi.fn(), { client });
    off();
    await expect(off.ready).rejects.toMatchObject({ code: 'aborted', event: 'tick' });
  });

  test('rejects with the refusal, which also goes to onError', async () => {
    const onError = vi.fn();
    const off = listen(tick, vi.fn(), { client, onError });
    const other = listen(log, vi.fn(), { client });
    wire.accept({ refused: { tick: { code: 'forbidden', message: 'no' } } });
    await expect(off.ready).rejects.toThrow(new ListenError({ code: 'forbidden', message: 'no' }, 'tick'));
    await other.ready;
    expect(onError).toHaveBeenCalledTimes(1);
    expect(errors).toEqual([]);
  });

  test('an error ack refuses all of the listen', async () => {
    listen(user, vi.fn(), { client });
    wire.accept();
    const first = listen(tick, vi.fn(), { client });
    const second = listen(log, vi.fn(), { client });
    vi.advanceTimersByTime(0);
    wire.receive({ ack: 1, error: { code: 'too_many_listens' } });
    await expect(first.ready).rejects.toMatchObject({ code: 'too_many_listens' });
    await expect(second.ready).rejects.toMatchObject({ code: 'too_many_listens' });
    expect(errors).toHaveLength(2);
  });

  test('a refused event is asked for again by the next listener', () => {
    listen(tick, vi.fn(), { client });
    wire.accept({ refused: { tick: { code: 'forbidden' } } });
    wire.frames.length = 0;
    listen(tick, vi.fn(), { client });
    vi.advanceTimersByTime(0);
    expect(wire.frames).toEqual([{ listen: { tick: { contract: '00000004' } }, id: 1 }]);
  });
});

describe('kept values', () => {
  test('who comes later gets the last value at once, without asking the backend', async () => {
    listen(user, vi.fn(), { client });
    wire.accept();
    wire.receive({ event: 'user:current', seq: 1, payload: 'ada' });
    const late = vi.fn();
    listen(user, late, { client });
    expect(late).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(0);
    expect(late).toHaveBeenCalledWith('ada', { event: 'user:current', seq: 1 });
    expect(wire.frames).toHaveLength(1);
  });

  test('of each key, or of one', async () => {
    listen(state, vi.fn(), { client });
    wire.accept();
    for (const [seq, id] of ['a', 'b', 'a'].entries())
      wire.receive({ event: 'download:state', seq: seq + 1, payload: { id, current: seq } });
    const all = vi.fn();
    const b = vi.fn();
    listen(state, all, { client });
    listen(state, b, { client, key: 'b' });
    await vi.advanceTimersByTimeAsync(0);
    expect(all.mock.calls.map(([payload]) => payload as unknown)).toEqual([
      { id: 'b', current: 1 },
      { id: 'a', current: 2 },
    ]);
    expect(b.mock.calls.map(([payload]) => payload as unknown)).toEqual([{ id: 'b', current: 1 }]);
  });

  test('the last N, and then what is new, in order', async () => {
    listen(news, vi.fn(), { client });
    wire.accept();
    for (let seq = 1; seq <= 5; seq++) wire.receive({ event: 'news', seq, payload: seq });
    const late: number[] = [];
    listen(news, (payload) => late.push(payload), { client });
    wire.receive({ event: 'news', seq: 6, payload: 6 });
    await vi.advanceTimersByTimeAsync(0);
    expect(late).toEqual([3, 4, 5, 6]);
  });

  test('are not given to who has left', async () => {
    listen(user, vi.fn(), { client });
    wire.accept();
    wire.receive({ event: 'user:current', seq: 1, payload: 'ada' });
    const late = vi.fn();
    listen(user, late, { client })();
    await vi.advanceTimersByTimeAsync(0);
    expect(late).not.toHaveBeenCalled();
  });

  test('the values that a wider interest brings are older, and are delivered', () => {
    const a = vi.fn();
    const b = vi.fn();
    listen(state, a, { client, key: 'a' });
    wire.accept();
    wire.receive({ event: 'download:state', seq: 10, payload: { id: 'a', current: 1 } });
    listen(state, b, { client, key: 'b' });
    vi.advanceTimersByTime(0);
    wire.receive({ event: 'download:state', seq: 4, payload: { id: 'b', current: 2 } }, { ack: 1 });
    expect(b).toHaveBeenCalledTimes(1);
    expect(a).toHaveBeenCalledTimes(1);
  });
});

describe('coming back within a round trip', () => {
  const payloads = (fn: ReturnType<typeof vi.fn>) => fn.mock.calls.map(([payload]) => payload as unknown);
  const ofState = (id: string, current: number) => ({
    event: 'download:state',
    seq: current,
    payload: { id, current },
  });

  test('what was for the subscription before is not given to the next', () => {
    const off = listen(user, vi.fn(), { client });
    wire.accept();
    wire.receive({ event: 'user:current', seq: 1, payload: 'ada' });
    off();
    vi.advanceTimersByTime(0);
    const fn = vi.fn();
    listen(user, fn, { client });
    vi.advanceTimersByTime(0);
    wire.receive({ event: 'user:current', seq: 2, payload: 'bob' });
    // The answer to the unlisten separates the two.
    expect(wire.frames.slice(1)).toEqual([{ unlisten: ['user:current'], id: 1 }]);
    wire.receive({ ack: 1 });
    vi.advanceTimersByTime(0);
    expect(wire.frames.slice(2)).toEqual([{ listen: { 'user:current': { contract: '00000002' } }, id: 2 }]);
    wire.receive({ event: 'user:current', seq: 2, payload: 'bob' }, { ack: 2 });
    wire.receive({ event: 'user:current', seq: 3, payload: 'cy' });
    expect(payloads(fn)).toEqual(['bob', 'cy']);
  });

  test('nor what was for a key, while those who listen to another go on', () => {
    const a = listen(state, vi.fn(), { client, key: 'a' });
    const b = vi.fn();
    listen(state, b, { client, key: 'b' });
    wire.accept();
    wire.receive(ofState('a', 1), ofState('b', 2));
    a();
    vi.advanceTimersByTime(0);
    const fn = vi.fn();
    listen(state, fn, { client, key: 'a' });
    vi.advanceTimersByTime(0);
    wire.receive(ofState('a', 3), ofState('b', 4), { ack: 1 });
    vi.advanceTimersByTime(0);
    wire.receive(ofState('a', 3), { ack: 2 });
    wire.receive(ofState('a', 5));
    expect(payloads(fn)).toEqual([
      { id: 'a', current: 3 },
      { id: 'a', current: 5 },
    ]);
    expect(payloads(b)).toEqual([
      { id: 'b', current: 2 },
      { id: 'b', current: 4 },
    ]);
  });

  test('a cut in between does not join the two', () => {
    const a = listen(state, vi.fn(), { client, key: 'a' });
    listen(state, vi.fn(), { client, key: 'b' });
    wire.accept();
    a();
    vi.advanceTimersByTime(0);
    listen(state, vi.fn(), { client, key: 'a' });
    vi.advanceTimersByTime(0);
    wire.close();
    vi.advanceTimersByTime(1000);
    const contract = '00000001';
    expect(wire.accept({ resumed: true }).hello?.listen).toEqual({
      'download:state': { contract, keys: ['b'], since: 0 },
    });
    expect(wire.frames.slice(1)).toEqual([
      { listen: { 'download:state': { contract, keys: ['b', 'a'] } }, id: expect.any(Number) as number },
    ]);
  });

  test('a kept value that has been given is not given again over a cut', () => {
    const fn = vi.fn();
    listen(state, fn, { client, key: 'a' });
    wire.accept();
    wire.receive(ofState('a', 1));
    listen(state, vi.fn(), { client, key: 'b' });
    vi.advanceTimersByTime(0);
    wire.close();
    vi.advanceTimersByTime(1000);
    wire.accept({ resumed: true });
    wire.receive(ofState('a', 1));
    expect(fn).toHaveBeenCalledTimes(1);
  });

  test('a listen of which nothing was done leaves what there was, to be ended in its time', () => {
    const a = vi.fn();
    const off = listen(state, a, { client, key: 'a' });
    wire.accept();
    const b = listen(state, vi.fn(), { client, key: 'b' });
    vi.advanceTimersByTime(0);
    wire.receive({ ack: 1, error: { code: 'rate_limited' } });
    wire.receive(ofState('a', 1));
    expect(a).toHaveBeenCalledTimes(1);
    off();
    b();
    vi.advanceTimersByTime(0);
    expect(wire.frames.at(-1)).toEqual({ unlisten: ['download:state'], id: 2 });
  });
});

test('two builds of the bindings on one page are loud', () => {
  const other = serverEvent<'tick', number>('tick', 'ffffffff');
  listen(tick, vi.fn(), { client });
  listen(other, vi.fn(), { client });
  wire.accept();
  vi.advanceTimersByTime(0);
  expect(errors).toEqual([expect.objectContaining({ code: 'stale', event: 'tick' })]);
});

test('hot reload with another contract listens under the new one, and is quiet', () => {
  const other = serverEvent<'tick', number>('tick', 'ffffffff');
  const off = listen(tick, vi.fn(), { client });
  wire.accept();
  wire.frames.length = 0;
  off();
  listen(other, vi.fn(), { client });
  vi.advanceTimersByTime(0);
  expect(errors).toEqual([]);
  expect(wire.frames).toEqual([{ listen: { tick: { contract: 'ffffffff' } }, id: 1 }]);
});

test('gaps are told to the client and to the listeners of the event', () => {
  const onGap = vi.fn();
  const otherGap = vi.fn();
  const gaps = vi.fn();
  client.onGap(gaps);
  listen(tick, vi.fn(), { client, onGap });
  listen(log, vi.fn(), { client, onGap: otherGap });
  wire.accept();
  wire.receive({ gap: { events: { tick: 31, other: null } } });
  expect(onGap).toHaveBeenCalledWith(31, expect.anything());
  expect(otherGap).not.toHaveBeenCalled();
  expect(gaps).toHaveBeenCalledWith({ tick: 31, other: null });
});

test('stale contracts are told, and logged if nobody listens for that', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  listen(tick, vi.fn(), { client });
  wire.accept();
  wire.receive({ stale: { tick: '7be1a900' } });
  expect(warn.mock.calls).toEqual([['eventgen: tick differs from the server: reload, or restart the server']]);
  const onStale = vi.fn();
  client.onStale(onStale);
  wire.receive({ stale: { tick: '7be1a900' } });
  expect(onStale).toHaveBeenCalledWith({ tick: '7be1a900' });
  expect(warn).toHaveBeenCalledTimes(1);
  warn.mockRestore();
});
