import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type EventsClient,
  type ServerEvent,
  createEventsClient,
  listen,
  listenBatch,
  serverEvent,
} from '../src/index.ts';
import { big, idle, log, progress, tick, user } from './events.ts';
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

describe('who gets what', () => {
  test('payload and metadata, to each listener in the order they came', () => {
    const calls: string[] = [];
    listen(tick, (payload, meta) => calls.push(`first ${String(payload)} ${meta.event} ${String(meta.seq)}`), {
      client,
    });
    listen(tick, () => calls.push('second'), { client });
    wire.accept();
    wire.receive({ event: 'tick', seq: 1, payload: 7 });
    expect(calls).toEqual(['first 7 tick 1', 'second']);
  });

  test('a key alone', () => {
    const a = vi.fn();
    const all = vi.fn();
    listen(progress, a, { client, key: 'a' });
    listen(progress, all, { client });
    wire.accept();
    wire.receive(
      { event: 'download:progress', seq: 1, payload: { id: 'a', current: 1 } },
      { event: 'download:progress', seq: 2, payload: { id: 'b', current: 2 } },
    );
    expect(a).toHaveBeenCalledTimes(1);
    expect(all).toHaveBeenCalledTimes(2);
  });

  test('payloads in the form that the types say', () => {
    const fn = vi.fn();
    listen(big, fn, { client, key: 5n });
    wire.accept();
    wire.receive({ event: 'big', seq: 1, payload: '5' }, { event: 'big', seq: 2, payload: '6' });
    expect(fn.mock.calls.map(([payload]) => payload as bigint)).toEqual([5n]);
  });

  test('a payload that does not convert is an error, and harms nobody', () => {
    const fn = vi.fn();
    listen(big, fn, { client });
    wire.accept();
    wire.receive({ event: 'big', seq: 1, payload: 'x' }, { event: 'big', seq: 2, payload: '6' });
    expect(errors).toEqual([expect.any(SyntaxError)]);
    expect(fn).toHaveBeenCalledTimes(1);
  });

  test('a batch, item by item or at once', () => {
    const each = vi.fn();
    const together = vi.fn();
    listen(log, each, { client });
    listenBatch(log, together, { client });
    wire.accept();
    wire.receive({ event: 'log:line', seq: 1, batch: ['a', 'b'] });
    expect(each.mock.calls).toEqual([
      ['a', { event: 'log:line', seq: 1 }],
      ['b', { event: 'log:line', seq: 1 }],
    ]);
    expect(together.mock.calls).toEqual([[['a', 'b'], { event: 'log:line', seq: 1 }]]);
  });

  test('listenBatch to an event that comes alone', () => {
    const together = vi.fn();
    listenBatch(tick, together, { client });
    wire.accept();
    wire.receive({ event: 'tick', seq: 1, payload: 1 });
    expect(together).toHaveBeenCalledWith([1], { event: 'tick', seq: 1 });
  });

  test('an event without payload', () => {
    const fn = vi.fn();
    listen(idle, fn, { client });
    wire.accept();
    wire.receive({ event: 'app:idle', seq: 1 });
    expect(fn).toHaveBeenCalledWith(undefined, { event: 'app:idle', seq: 1 });
  });

  test('the same position twice is once', () => {
    const fn = vi.fn();
    listen(tick, fn, { client });
    wire.accept();
    wire.receive({ event: 'tick', seq: 5, payload: 1 }, { event: 'tick', seq: 5, payload: 1 });
    wire.receive({ event: 'tick', seq: 4, payload: 0 });
    expect(fn).toHaveBeenCalledTimes(1);
  });

  test('frames and events that nobody knows are ignored', () => {
    listen(tick, vi.fn(), { client });
    wire.accept();
    wire.receive({ event: 'other', seq: 1, payload: 1 }, { weather: 'clear' } as object);
    expect(errors).toEqual([]);
    expect(client.status).toBe('open');
  });
});

describe('changes during a dispatch', () => {
  test('no call starts after unlisten, in the same dispatch either', () => {
    const second = vi.fn();
    listen(
      tick,
      () => {
        off();
      },
      { client },
    );
    const off = listen(tick, second, { client });
    wire.accept();
    wire.receive({ event: 'tick', seq: 1, payload: 1 });
    expect(second).not.toHaveBeenCalled();
  });

  test('a listener that removes itself does not keep others from their turn', () => {
    const second = vi.fn();
    const off = listen(
      tick,
      () => {
        off();
      },
      { client },
    );
    listen(tick, second, { client });
    wire.accept();
    wire.receive({ event: 'tick', seq: 1, payload: 1 });
    expect(second).toHaveBeenCalledTimes(1);
  });

  test('a listener that comes during a dispatch waits for the next', () => {
    const late = vi.fn();
    const off = listen(
      tick,
      () => {
        off();
        listen(tick, late, { client });
      },
      { client },
    );
    wire.accept();
    wire.receive({ event: 'tick', seq: 1, payload: 1 });
    expect(late).not.toHaveBeenCalled();
    wire.receive({ event: 'tick', seq: 2, payload: 2 });
    expect(late).toHaveBeenCalledTimes(1);
  });

  test('unlisten in the middle of a batch ends it', () => {
    const fn = vi.fn(() => {
      off();
    });
    const off = listen(log, fn, { client });
    wire.accept();
    wire.receive({ event: 'log:line', seq: 1, batch: ['a', 'b'] });
    expect(fn).toHaveBeenCalledTimes(1);
  });
});

describe('errors of listeners', () => {
  test('what one throws or rejects with reaches onError, and no other listener', async () => {
    const last = vi.fn();
    listen(
      tick,
      () => {
        throw new Error('thrown');
      },
      { client },
    );
    listen(tick, () => Promise.reject(new Error('rejected')), { client });
    listen(tick, last, { client });
    wire.accept();
    wire.receive({ event: 'tick', seq: 1, payload: 1 });
    await Promise.resolve();
    expect(last).toHaveBeenCalledTimes(1);
    expect(errors).toEqual([new Error('thrown'), new Error('rejected')]);
  });

  test('a listener of its own gets them in place of the client', () => {
    const onError = vi.fn();
    listen(
      tick,
      () => {
        throw new Error('thrown');
      },
      { client, onError },
    );
    wire.accept();
    wire.receive({ event: 'tick', seq: 1, payload: 1 });
    expect(onError).toHaveBeenCalledWith(new Error('thrown'), 'tick');
    expect(errors).toEqual([]);
  });

  test('without anyone, reportError', () => {
    const reportError = vi.fn();
    vi.stubGlobal('reportError', reportError);
    const alone = createEventsClient({ transports: [wire] });
    listen(
      tick,
      () => {
        throw new Error('thrown');
      },
      { client: alone },
    );
    wire.accept();
    wire.receive({ event: 'tick', seq: 1, payload: 1 });
    expect(reportError).toHaveBeenCalledWith(new Error('thrown'), 'tick');
    alone.close();
    vi.unstubAllGlobals();
  });

  test('an error listener that throws harms nobody', () => {
    const reportError = vi.fn();
    vi.stubGlobal('reportError', reportError);
    const other = createEventsClient({ transports: [wire] });
    const seen = vi.fn();
    other.onError(() => {
      throw new Error('worse');
    });
    other.onError(seen);
    listen(
      tick,
      () => {
        throw new Error('bad');
      },
      { client: other },
    );
    wire.accept();
    wire.receive({ event: 'tick', seq: 1, payload: 1 });
    expect(seen).toHaveBeenCalledTimes(1);
    expect(reportError).toHaveBeenCalledWith(new Error('worse'));
    other.close();
    vi.unstubAllGlobals();
  });
});

describe('dispatch', () => {
  test('goes on behind each of many that throw, in order', () => {
    const calls: number[] = [];
    for (let i = 0; i < 6; i++)
      listen(
        tick,
        () => {
          calls.push(i);
          if (i % 2) throw new Error(String(i));
        },
        { client },
      );
    wire.accept();
    wire.receive({ event: 'tick', seq: 1, payload: 1 });
    expect(calls).toEqual([0, 1, 2, 3, 4, 5]);
    expect(errors.map(String)).toEqual(['Error: 1', 'Error: 3', 'Error: 5']);
  });

  test.each([
    ['plain', tick, {}, { payload: 1 }],
    ['keyed', progress, { key: 'a' }, { payload: { id: 'a', current: 1 } }],
    ['batched', log, {}, { batch: ['x'] }],
    ['sticky', user, {}, { payload: 'x' }],
  ])('who is removed by one before is not called: %s', (_, event, options, frame) => {
    const second = vi.fn();
    const third = vi.fn();
    listen(
      event as typeof tick,
      () => {
        off();
      },
      { client, ...options },
    );
    const off = listen(event as typeof tick, second, { client, ...options });
    listen(event as typeof tick, third, { client, ...options });
    wire.accept();
    wire.receive({ event: event.name, seq: 1, ...frame }, { event: event.name, seq: 2, ...frame });
    expect(second).not.toHaveBeenCalled();
    expect(third).toHaveBeenCalledTimes(2);
  });

  test('a listener that emits to itself sees the inner delivery first, and who left there is gone outside', () => {
    const calls: string[] = [];
    listen(
      tick,
      (n) => {
        calls.push(`first ${String(n)}`);
        if (n === 1) wire.receive({ event: 'tick', seq: 2, payload: 2 });
      },
      { client },
    );
    const off = listen(
      tick,
      (n) => {
        calls.push(`second ${String(n)}`);
        off();
      },
      { client },
    );
    wire.accept();
    wire.receive({ event: 'tick', seq: 1, payload: 1 });
    expect(calls).toEqual(['first 1', 'first 2', 'second 2']);
  });

  test('listeners have no this', () => {
    const seen: unknown[] = [];
    function listener(this: unknown) {
      seen.push(this);
    }
    listen(tick, listener, { client });
    wire.accept();
    wire.receive({ event: 'tick', seq: 1, payload: 1 });
    expect(seen).toEqual([undefined]);
  });

  test('a sticky event without keys keeps its last value alone', () => {
    listen(user, vi.fn(), { client });
    wire.accept();
    wire.receive({ event: 'user:current', seq: 1, payload: 'a' }, { event: 'user:current', seq: 2, payload: 'b' });
    const late = vi.fn();
    listen(user, late, { client });
    wire.receive({ event: 'user:current', seq: 3, payload: 'c' });
    expect(late.mock.calls.map(([payload]) => payload as string)).toEqual(['b', 'c']);
  });

  test.each([
    [{ a: 1 }, '{"a":1}'],
    [null, 'null'],
    [1, '1'],
  ])('the key %j is not the text %j', (key, text) => {
    const keyed: ServerEvent<'keyed', unknown, unknown> = serverEvent('keyed', '0000000f', { key: [] });
    const byKey = vi.fn();
    const byText = vi.fn();
    listen(keyed, byKey, { client, key });
    listen(keyed, byText, { client, key: text });
    expect(wire.accept().hello?.listen['keyed']?.keys).toEqual([key, text]);
    wire.receive({ event: 'keyed', seq: 1, payload: key });
    expect(byKey).toHaveBeenCalledTimes(1);
    expect(byText).not.toHaveBeenCalled();
  });
});
