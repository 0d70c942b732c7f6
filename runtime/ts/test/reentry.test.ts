import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type EventsClient, type Status, createEventsClient, emit, listen } from '../src/index.ts';
import { action, tick } from './events.ts';
import { Wire } from './wire.ts';

// What listeners do to the client that is calling them.

let wire: Wire;
let client: EventsClient;

beforeEach(() => {
  vi.useFakeTimers();
  wire = new Wire();
  client = createEventsClient({ transports: [wire] });
});
afterEach(() => {
  client.close();
  vi.useRealTimers();
});

const on = (status: Status, act: () => void) => {
  client.onStatus((now) => {
    if (now === status) act();
  });
};

describe('a client that is closed from a listener stays closed', () => {
  const close = () => {
    client.close();
  };
  const stays = () => {
    vi.advanceTimersByTime(60_000);
    expect(client.status).toBe('closed');
    expect(vi.getTimerCount()).toBe(0);
  };

  test('when it connects', () => {
    on('connecting', close);
    listen(tick, vi.fn(), { client });
    stays();
    expect(wire.lines).toHaveLength(0);
  });

  test('when it is open', async () => {
    client = createEventsClient({ transports: [wire], token: () => 'a' });
    on('open', close);
    listen(tick, vi.fn(), { client });
    await vi.advanceTimersByTimeAsync(0);
    wire.accept({ expiresIn: 3600 });
    stays();
    expect(wire.line.closed).toBe(true);
  });

  test('when it is cut off', () => {
    on('offline', close);
    listen(tick, vi.fn(), { client });
    wire.accept();
    wire.close();
    stays();
    expect(wire.lines).toHaveLength(1);
  });

  test('when it is refused', () => {
    on('refused', close);
    listen(tick, vi.fn(), { client });
    wire.close(4403);
    stays();
  });

  test('before a token is asked for', () => {
    const token = vi.fn(() => 'a');
    client = createEventsClient({ transports: [wire], token });
    on('connecting', close);
    listen(tick, vi.fn(), { client });
    stays();
    expect(token).not.toHaveBeenCalled();
  });

  test('when a token is there', async () => {
    client = createEventsClient({ transports: [wire], token: () => 'a' });
    client.onError(vi.fn());
    listen(tick, vi.fn(), { client });
    await vi.advanceTimersByTimeAsync(0);
    wire.close(4401);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(client.status).toBe('refused');
    on('connecting', close);
    client.renew();
    await vi.advanceTimersByTimeAsync(60_000);
    stays();
    expect(wire.lines).toHaveLength(1);
  });

  test('in the middle of a message', () => {
    const later = vi.fn();
    listen(tick, close, { client });
    listen(tick, later, { client });
    wire.accept();
    wire.receive(
      { event: 'tick', seq: 1, payload: 1 },
      { event: 'tick', seq: 2, payload: 2 },
      { auth: { expiresIn: 9 } },
    );
    stays();
    expect(later).not.toHaveBeenCalled();
  });

  test('in the middle of a message whose end is broken', () => {
    const onError = vi.fn();
    client.onError(onError);
    listen(tick, close, { client });
    wire.accept();
    wire.line.link.receive('[{"event":"tick","seq":1,"payload":1},null]');
    expect(onError).toHaveBeenCalledTimes(1);
    stays();
  });

  test('by an error listener, when a token cannot be had', async () => {
    client = createEventsClient({ transports: [wire], token: () => Promise.reject(new Error('none')) });
    client.onError(close);
    listen(tick, vi.fn(), { client });
    await vi.advanceTimersByTimeAsync(60_000);
    stays();
  });

  test('by an error listener, when a message is no JSON', () => {
    client.onError(close);
    listen(tick, vi.fn(), { client });
    wire.accept();
    wire.line.link.receive('{');
    stays();
  });
});

test('who is told late that the status has changed is told the newest alone', () => {
  const seen: Status[] = [];
  on('offline', () => {
    client.close();
  });
  client.onStatus((status) => seen.push(status));
  listen(tick, vi.fn(), { client });
  wire.accept();
  wire.close();
  expect(seen).toEqual(['connecting', 'open', 'closed']);
});

test('who listens again at once when refused is asked for again, once', () => {
  const onError = vi.fn(() => {
    off();
    if (onError.mock.calls.length < 9) off = listen(tick, vi.fn(), { client, onError });
  });
  let off = listen(tick, vi.fn(), { client, onError });
  wire.accept({ refused: { tick: { code: 'forbidden' } } });
  expect(onError).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(0);
  expect(wire.frames.at(-1)).toMatchObject({ listen: { tick: {} } });
});

test('renewing as soon as it is cut off connects once', () => {
  on('offline', () => {
    client.renew();
  });
  listen(tick, vi.fn(), { client });
  wire.accept();
  wire.close();
  expect(wire.lines).toHaveLength(2);
  wire.accept();
  vi.advanceTimersByTime(30_000);
  expect(wire.lines).toHaveLength(2);
});

test('what is emitted while the client says that it is closed fails', async () => {
  let sent: Promise<void> | undefined;
  on('closed', () => {
    sent = emit(action, { kind: 'x' }, { client });
    sent.catch(() => undefined);
  });
  listen(tick, vi.fn(), { client });
  client.close();
  await expect(sent).rejects.toMatchObject({ code: 'closed' });
});
