import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type ClientOptions,
  type EventsClient,
  type Status,
  createEventsClient,
  emit,
  listen,
  once,
} from '../src/index.ts';
import { action, log, tick } from './events.ts';
import { Wire } from './wire.ts';

let wire: Wire;
let client: EventsClient;
let statuses: Status[];
let errors: unknown[];

function start(options: ClientOptions = {}): void {
  client = createEventsClient({ transports: [wire], ...options });
  client.onStatus((status) => statuses.push(status));
  client.onError((error) => errors.push(error));
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(1);
  wire = new Wire();
  statuses = [];
  errors = [];
});
afterEach(() => {
  client.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('token', () => {
  test('is asked for before each connection', async () => {
    let n = 0;
    start({ token: () => Promise.resolve(`token-${String(++n)}`) });
    listen(tick, vi.fn(), { client });
    expect(wire.lines).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(0);
    expect(wire.line.link.token).toBe('token-1');
    wire.accept();
    wire.close();
    await vi.advanceTimersByTimeAsync(1000);
    expect(wire.line.link.token).toBe('token-2');
  });

  test('is renewed before it ends, without losing the connection', async () => {
    let n = 0;
    start({ token: () => `token-${String(++n)}` });
    listen(tick, vi.fn(), { client });
    await vi.advanceTimersByTimeAsync(0);
    wire.accept({ expiresIn: 30 });
    await vi.advanceTimersByTimeAsync(27_000);
    expect(wire.frames.at(-1)).toEqual({ auth: 'token-2' });
    wire.receive({ auth: { expiresIn: 30 } });
    await vi.advanceTimersByTimeAsync(27_000);
    expect(wire.frames.at(-1)).toEqual({ auth: 'token-3' });
    expect(wire.lines).toHaveLength(1);
  });

  test('that cannot be had is an error and another attempt', async () => {
    let fail = true;
    start({
      token() {
        if (fail) throw new Error('no token');
        return 'token';
      },
    });
    listen(tick, vi.fn(), { client });
    await vi.advanceTimersByTimeAsync(0);
    expect(errors).toEqual([new Error('no token')]);
    expect(client.status).toBe('offline');
    fail = false;
    await vi.advanceTimersByTimeAsync(1000);
    wire.accept();
    expect(client.status).toBe('open');
  });

  test('that never comes ends the attempt, and counts for nothing when it comes after all', async () => {
    const give: ((token: string) => void)[] = [];
    start({ token: () => new Promise((resolve) => give.push(resolve)) });
    listen(tick, vi.fn(), { client });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(client.status).toBe('offline');
    await vi.advanceTimersByTimeAsync(1000);
    give[1]?.('second');
    await vi.advanceTimersByTimeAsync(0);
    wire.accept();
    give[0]?.('first');
    await vi.advanceTimersByTimeAsync(0);
    expect(wire.lines.map(({ link }) => link.token)).toEqual(['second']);
    wire.close(4401);
    await vi.advanceTimersByTimeAsync(2000);
    give[2]?.('second');
    await vi.advanceTimersByTimeAsync(0);
    expect(client.status).toBe('refused');
  });

  test('that cannot be renewed leaves the connection as it is', async () => {
    let fail = false;
    start({
      token() {
        if (fail) throw new Error('no token');
        return 'token';
      },
    });
    listen(tick, vi.fn(), { client });
    await vi.advanceTimersByTimeAsync(0);
    wire.accept({ expiresIn: 10 });
    fail = true;
    await vi.advanceTimersByTimeAsync(9000);
    expect(errors).toEqual([new Error('no token')]);
    expect(client.status).toBe('open');
  });

  test('renew sends another at once', async () => {
    let token = 'one';
    start({ token: () => token });
    listen(tick, vi.fn(), { client });
    await vi.advanceTimersByTimeAsync(0);
    wire.accept();
    token = 'two';
    client.renew();
    await vi.advanceTimersByTimeAsync(0);
    expect(wire.frames.at(-1)).toEqual({ auth: 'two' });
  });
});

describe.each([
  [4401, 'unauthenticated'],
  [4403, 'forbidden'],
])('close code %i', (code, word) => {
  test('is final without a token', async () => {
    start();
    const off = listen(tick, vi.fn(), { client });
    const first = once(log, { client });
    const sent = emit(action, { kind: 'x' }, { client });
    const settled = Promise.allSettled([off.ready, first, sent]);
    wire.close(code, 'go away');
    for (const result of await settled)
      expect(result).toMatchObject({
        status: 'rejected',
        reason: { code: word, message: expect.stringContaining('go away') as string },
      });
    expect(client.status).toBe('refused');
    expect(errors).toEqual([expect.objectContaining({ code: word })]);
    vi.advanceTimersByTime(100_000);
    expect(wire.lines).toHaveLength(1);
  });

  test('what comes after it fails at once', async () => {
    start();
    listen(tick, vi.fn(), { client });
    wire.close(code);
    await expect(once(log, { client })).rejects.toMatchObject({ code: word });
    await expect(emit(action, { kind: 'x' }, { client })).rejects.toMatchObject({ code: word });
  });

  test('with the same token is final, with another is not', async () => {
    let token = 'one';
    start({ token: () => token });
    listen(tick, vi.fn(), { client });
    await vi.advanceTimersByTimeAsync(0);
    wire.close(code);
    expect(client.status).toBe('offline');
    token = 'two';
    await vi.advanceTimersByTimeAsync(1000);
    expect(wire.lines).toHaveLength(2);
    expect(wire.line.link.token).toBe('two');
    wire.accept();
    expect(errors).toEqual([]);
    wire.close(code);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(client.status).toBe('refused');
    expect(wire.lines).toHaveLength(2);
  });

  test('twice in a row is final whatever the token', async () => {
    let n = 0;
    start({ token: () => `token-${String(++n)}` });
    listen(tick, vi.fn(), { client });
    await vi.advanceTimersByTimeAsync(0);
    wire.close(code);
    await vi.advanceTimersByTimeAsync(1000);
    wire.close(code);
    await vi.advanceTimersByTimeAsync(100_000);
    expect(wire.lines).toHaveLength(2);
    expect(client.status).toBe('refused');
  });

  test('after it, renew tries again, and listeners are still there', () => {
    const fn = vi.fn();
    start();
    listen(tick, fn, { client });
    wire.close(code);
    client.renew();
    expect(wire.accept().hello?.listen).toEqual({ tick: { contract: '00000004' } });
    expect(client.status).toBe('open');
    wire.receive({ event: 'tick', seq: 1, payload: 1 });
    expect(fn).toHaveBeenCalledTimes(1);
  });
});

test('a connection whose cookie ended is tried once more', () => {
  start();
  listen(tick, vi.fn(), { client });
  wire.accept();
  wire.close(4401);
  vi.advanceTimersByTime(1000);
  expect(wire.lines).toHaveLength(2);
  wire.close(4401);
  expect(client.status).toBe('refused');
});

test('a page whose label another has taken does not take it back', () => {
  start();
  listen(tick, vi.fn(), { client });
  wire.accept();
  wire.close(4409, 'replaced');
  vi.advanceTimersByTime(100_000);
  expect(wire.lines).toHaveLength(1);
  expect(client.status).toBe('refused');
  expect(errors).toEqual([expect.objectContaining({ code: 'replaced' })]);
});
