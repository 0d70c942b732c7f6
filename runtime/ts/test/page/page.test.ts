import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type * as Runtime from '../../src/index.ts';
import { tick, user } from '../events.ts';
import { Wire } from '../wire.ts';

// The page's own client, and what browsers do to pages.

const key = Symbol.for('eventgen');
const registry = globalThis as { [key]?: { version: number; page?: Runtime.EventsClient } };
let runtime: typeof Runtime;
let wire: Wire;

/** Another copy of the package, as a second bundle or hot reload brings it. */
async function copy(): Promise<typeof Runtime> {
  vi.resetModules();
  return import('../../src/index.ts');
}

beforeEach(async () => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(1);
  runtime = await copy();
  wire = new Wire();
});
afterEach(() => {
  if (registry[key]?.version === 1) runtime.pageClient().close();
  Reflect.deleteProperty(registry, key);
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('the client of the page', () => {
  test('without connect, the first listen connects with the defaults, one task later', () => {
    const opened = vi.fn();
    vi.stubGlobal(
      'WebSocket',
      class {
        constructor(url: string, protocols: string[]) {
          opened(url, protocols);
        }
        close(): void {
          // Nothing to end.
        }
      },
    );
    runtime.listen(tick, vi.fn());
    expect(opened).not.toHaveBeenCalled();
    vi.advanceTimersByTime(0);
    expect(opened.mock.calls).toEqual([['ws://localhost:3000/events', ['eventgen.v1']]]);
  });

  test('connect may come after the first listen of its task', () => {
    runtime.listen(tick, vi.fn());
    runtime.connect({ transports: [wire], window: 'main' });
    vi.advanceTimersByTime(0);
    expect(wire.lines).toHaveLength(1);
    expect(wire.accept().hello).toMatchObject({ window: 'main', listen: { tick: {} } });
  });

  test('another copy of the package joins it', async () => {
    const client = runtime.connect({ transports: [wire], url: '/a' });
    const other = await copy();
    expect(other.connect({ transports: [new Wire()], url: '/a' })).toBe(client);
    const fn = vi.fn();
    other.listen(tick, fn);
    wire.accept();
    wire.receive({ event: 'tick', seq: 1, payload: 1 });
    expect(fn).toHaveBeenCalledTimes(1);
  });

  test('hot reload that connects again gives it its new options for the next connection', async () => {
    runtime.connect({ transports: [wire] });
    wire.accept();
    const next = new Wire();
    (await copy()).connect({ transports: [next] });
    expect(next.lines).toHaveLength(0);
    wire.close();
    vi.advanceTimersByTime(1000);
    expect(next.lines).toHaveLength(1);
  });

  test('connect to another backend, or as another window, is loud', () => {
    runtime.connect({ transports: [wire], url: '/a' });
    expect(() => runtime.connect({ transports: [wire], url: '/b' })).toThrow(/too late/);
    expect(() => runtime.connect({ transports: [wire], url: '/a', window: 'x' })).toThrow(/too late/);
  });

  test('a copy that cannot share it is loud', () => {
    registry[key] = { version: 2 };
    expect(() => runtime.pageClient()).toThrow(/two versions/);
  });

  test('after close, the page may connect anew', () => {
    const first = runtime.connect({ transports: [wire], url: '/a' });
    first.close();
    const second = runtime.connect({ transports: [wire], url: '/b' });
    expect(second).not.toBe(first);
    expect(second.status).toBe('connecting');
  });
});

describe('what a browser does', () => {
  let hidden: boolean;
  let client: Runtime.EventsClient;
  const happen = (type: string) => globalThis.dispatchEvent(new Event(type));

  beforeEach(() => {
    hidden = false;
    vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => (hidden ? 'hidden' : 'visible'));
    client = runtime.connect({ transports: [wire] });
    runtime.listen(tick, vi.fn());
    wire.accept({ at: 5 });
    vi.advanceTimersByTime(0);
  });

  test('pagehide closes, so that the page can be kept; a page that is restored resumes', () => {
    happen('pagehide');
    expect(wire.line.closed).toBe(true);
    expect(client.status).toBe('offline');
    vi.advanceTimersByTime(100_000);
    expect(wire.lines).toHaveLength(1);
    happen('pageshow');
    expect(wire.accept({ at: 5, resumed: true }).hello?.resume).toEqual({ ticket: 't1', epoch: 'e1', seq: 5 });
    expect(client.status).toBe('open');
  });

  test.each(['online', 'visibilitychange', 'pageshow'])('%s ends the wait for the next attempt', (type) => {
    wire.close();
    expect(wire.lines).toHaveLength(1);
    happen(type);
    expect(wire.lines).toHaveLength(2);
    vi.advanceTimersByTime(1000);
    expect(wire.lines).toHaveLength(2);
  });

  test('a page that is hidden has no reason to hurry', () => {
    wire.close();
    hidden = true;
    happen('visibilitychange');
    expect(wire.lines).toHaveLength(1);
  });

  test('after sleep the clock tells that the connection is dead', () => {
    vi.setSystemTime(Date.now() + 60_000); // timers have slept
    happen('visibilitychange');
    expect(wire.lines[0]?.closed).toBe(true);
    expect(client.status).toBe('offline');
  });

  test('a connection that is alive is left alone', () => {
    happen('visibilitychange');
    happen('online');
    expect(wire.lines).toHaveLength(1);
    expect(client.status).toBe('open');
  });

  test('a client that is closed listens to the browser no more', () => {
    client.close();
    happen('pageshow');
    expect(client.status).toBe('closed');
    expect(wire.lines).toHaveLength(1);
  });

  test('sticky values are there for a listener that comes late', async () => {
    runtime.listen(user, vi.fn());
    wire.receive({ event: 'user:current', seq: 6, payload: 'ada' });
    const fn = vi.fn();
    runtime.listen(user, fn);
    await vi.advanceTimersByTimeAsync(0);
    expect(fn).toHaveBeenCalledWith('ada', { event: 'user:current', seq: 6 });
  });
});
