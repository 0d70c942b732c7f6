import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EmitError, type EventsClient, createEventsClient, emit, listen } from '../src/index.ts';
import { action, bigAction, chat, ping, tick } from './events.ts';
import { Wire } from './wire.ts';

let wire: Wire;
let client: EventsClient;
const x = { kind: 'x' };

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(1);
  wire = new Wire();
  client = createEventsClient({ transports: [wire] });
});
afterEach(() => {
  client.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Takes the outcome now, so that a rejection is not unhandled until it is looked at. */
function outcome(promise: Promise<void>): Promise<string> {
  return promise.then(
    () => 'ok',
    (error: unknown) => (error as EmitError).code,
  );
}

test('an emit connects, waits, and resolves with the ack', async () => {
  const sent = emit(action, x, { client });
  wire.accept();
  expect(wire.frames.at(-1)).toEqual({ emit: 'user:action', id: 1, payload: x });
  wire.receive({ ack: 1 });
  await sent;
});

test('the payload is as it was at the call', () => {
  const payload = { kind: 'before' };
  void outcome(emit(action, payload, { client }));
  payload.kind = 'after';
  wire.accept();
  expect(wire.frames.at(-1)?.payload).toEqual({ kind: 'before' });
});

test('forms on the wire: none, another, a target', () => {
  void outcome(emit(ping, undefined, { client }));
  void outcome(emit(bigAction, 5n, { client }));
  void outcome(emit(chat, 'hi', { client, to: 'settings' }));
  void outcome(emit(chat, 'hi', { client, to: { group: 'admins' } }));
  wire.accept();
  expect(wire.frames.slice(1)).toEqual([
    { emit: 'user:ping', id: 1 },
    { emit: 'big:action', id: 2, payload: '5' },
    { emit: 'chat', id: 3, payload: 'hi', to: { window: 'settings' } },
    { emit: 'chat', id: 4, payload: 'hi', to: { group: 'admins' } },
  ]);
});

test('what was listened to before an emit reaches the backend before it', () => {
  void outcome(emit(ping, undefined, { client }));
  wire.accept();
  wire.frames.length = 0;
  listen(tick, vi.fn(), { client });
  void outcome(emit(ping, undefined, { client }));
  expect(wire.frames.map((frame) => Object.keys(frame)[0])).toEqual(['listen', 'emit']);
});

test('where the backend has no message, the code is one, in words', async () => {
  const sent = emit(action, { kind: 'x' }, { client });
  wire.receive({ ack: 1, error: { code: 'no_listener' } });
  await expect(sent).rejects.toMatchObject({ message: 'no listener', code: 'no_listener', event: 'user:action' });
});

test('the backend says why not', async () => {
  const sent = emit(action, x, { client });
  wire.accept();
  wire.receive({ ack: 1, error: { code: 'invalid_payload', message: 'not so', path: '/kind' } });
  const error = await sent.catch((error: unknown) => error);
  expect(error).toBeInstanceOf(EmitError);
  expect(error).toMatchObject({
    name: 'EmitError',
    code: 'invalid_payload',
    path: '/kind',
    event: 'user:action',
    message: 'not so',
  });
});

test('a payload that is no JSON', async () => {
  const cyclic: { kind: string; self?: unknown } = { kind: 'x' };
  cyclic.self = cyclic;
  expect(await outcome(emit(action, cyclic, { client }))).toBe('invalid_payload');
});

describe('without a connection', () => {
  test('emits wait in order', () => {
    for (const kind of ['a', 'b', 'c']) void outcome(emit(action, { kind }, { client }));
    wire.accept();
    expect(wire.frames.slice(1).map((frame) => frame.payload)).toEqual([{ kind: 'a' }, { kind: 'b' }, { kind: 'c' }]);
  });

  test('or are refused, if that is asked for', async () => {
    const sent = outcome(emit(action, x, { client, offline: 'reject' }));
    expect(await sent).toBe('closed');
    wire.accept();
    expect(wire.frames).toHaveLength(1);
  });

  test('256 of them', async () => {
    for (let i = 0; i < 256; i++) void outcome(emit(action, x, { client }));
    expect(await outcome(emit(action, x, { client }))).toBe('queue_full');
    wire.accept();
    expect(wire.frames).toHaveLength(257);
    wire.ackAll();
    const more = emit(action, x, { client });
    wire.ackAll();
    await more;
  });

  test('a mebibyte of them', async () => {
    const kind = 'x'.repeat(1 << 19);
    void outcome(emit(action, { kind }, { client }));
    expect(await outcome(emit(action, { kind }, { client }))).toBe('queue_full');
    void outcome(emit(action, x, { client }));
    wire.accept();
    expect(wire.frames).toHaveLength(3);
  });

  test('a status listener that emits comes after those who waited', () => {
    void outcome(emit(action, { kind: 'first' }, { client }));
    client.onStatus((status) => {
      if (status === 'open') void outcome(emit(action, { kind: 'second' }, { client }));
    });
    wire.accept();
    expect(wire.frames.slice(1).map((frame) => frame.payload)).toEqual([{ kind: 'first' }, { kind: 'second' }]);
  });
});

describe('giving up', () => {
  test('after ten seconds, or what is said', async () => {
    const ten = outcome(emit(action, x, { client }));
    const one = outcome(emit(action, x, { client, timeout: 1000 }));
    const never = vi.fn();
    for (const timeout of [0, Infinity, Number.MAX_SAFE_INTEGER, 2 ** 31])
      void emit(action, x, { client, timeout }).then(never, never);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await one).toBe('timeout');
    await vi.advanceTimersByTimeAsync(9000);
    expect(await ten).toBe('timeout');
    await vi.advanceTimersByTimeAsync(1_000_000);
    expect(never).not.toHaveBeenCalled();
  });

  test('after as long as a timer can count', async () => {
    const longest = 2 ** 31 - 1;
    // A client that connects for ever: nothing else has a timer for as long.
    const slow = createEventsClient({ transports: [wire], token: () => new Promise(() => undefined) });
    const spy = vi.spyOn(globalThis, 'setTimeout');
    void outcome(emit(action, x, { client: slow, timeout: longest }));
    expect(spy.mock.calls.map(([, delay]) => delay)).toContain(longest);
    slow.close();
    spy.mockRestore();
  });

  test('what has not left by then never does', async () => {
    const sent = outcome(emit(action, x, { client, timeout: 1000 }));
    await vi.advanceTimersByTimeAsync(1000);
    await sent;
    wire.accept();
    expect(wire.frames).toHaveLength(1);
  });

  test('by a signal, before or after', async () => {
    const control = new AbortController();
    const sent = outcome(emit(action, x, { client, signal: control.signal }));
    control.abort();
    expect(await sent).toBe('aborted');
    expect(await outcome(emit(action, x, { client, signal: control.signal }))).toBe('aborted');
    wire.accept();
    expect(wire.frames).toHaveLength(1);
  });

  test('leaves nothing behind', async () => {
    const control = new AbortController();
    const remove = vi.spyOn(control.signal, 'removeEventListener');
    const sent = emit(action, x, { client, signal: control.signal });
    wire.accept();
    wire.receive({ ack: 1 });
    await sent;
    expect(remove).toHaveBeenCalledTimes(1);
    wire.receive({ ack: 1 });
  });
});

describe('a cut', () => {
  test('on the same session, what has no ack is sent again with its id', async () => {
    const first = emit(action, { kind: '1' }, { client });
    const second = emit(action, { kind: '2' }, { client });
    wire.accept();
    wire.receive({ ack: 1 });
    await first;
    wire.close();
    void outcome(emit(action, { kind: '3' }, { client }));
    vi.advanceTimersByTime(1000);
    // The third has not left yet: whoever takes the page over may run it.
    expect(wire.accept().hello?.resume?.sent).toBe(2);
    expect(wire.frames.slice(1)).toEqual([
      { emit: 'user:action', id: 2, payload: { kind: '2' } },
      { emit: 'user:action', id: 3, payload: { kind: '3' } },
    ]);
    wire.receive({ ack: 2 });
    await second;
  });

  test('on another session, nobody knows of what was sent, and what was not is', async () => {
    const sent = outcome(emit(action, { kind: '1' }, { client }));
    wire.accept();
    wire.close();
    const waiting = outcome(emit(action, { kind: '2' }, { client }));
    vi.advanceTimersByTime(1000);
    wire.accept({ session: 's2', epoch: 'e2' });
    expect(await sent).toBe('outcome_unknown');
    expect(wire.frames.slice(1)).toEqual([{ emit: 'user:action', id: 2, payload: { kind: '2' } }]);
    wire.receive({ ack: 2 });
    expect(await waiting).toBe('ok');
  });
});

test('a payload longer than the backend takes is refused here, in bytes', async () => {
  const short = outcome(emit(action, { kind: '€'.repeat(10) }, { client }));
  const long = outcome(emit(action, { kind: '€'.repeat(40) }, { client }));
  wire.accept({ max: 120 });
  expect(await long).toBe('too_large');
  wire.ackAll();
  expect(await short).toBe('ok');
  expect(await outcome(emit(action, { kind: 'x'.repeat(100) }, { client }))).toBe('too_large');
});
