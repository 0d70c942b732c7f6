import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type ClientOptions,
  type EventsClient,
  type ServerFrame,
  type Status,
  type Welcome,
  createEventsClient,
  emit,
  listen,
  once,
} from '../src/index.ts';
import { action, log, progress, state, tick, user } from './events.ts';
import { type PageFrame, Wire } from './wire.ts';

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

describe('reconnect', () => {
  test('status tells what happens', () => {
    start();
    listen(tick, vi.fn(), { client });
    wire.accept();
    wire.close(1006);
    vi.advanceTimersByTime(1000);
    wire.accept();
    client.close();
    expect(statuses).toEqual(['connecting', 'open', 'offline', 'connecting', 'open', 'closed']);
  });

  test('delays double up to half a minute, and jitter takes from them', () => {
    start();
    listen(tick, vi.fn(), { client });
    for (const delay of [1, 2, 4, 8, 16, 30, 30]) {
      const attempts = wire.lines.length;
      wire.close();
      vi.advanceTimersByTime(delay * 1000 - 1);
      expect(wire.lines).toHaveLength(attempts);
      vi.advanceTimersByTime(1);
      expect(wire.lines).toHaveLength(attempts + 1);
    }
    vi.mocked(Math.random).mockReturnValue(0.1);
    wire.close();
    vi.advanceTimersByTime(3000);
    expect(wire.lines).toHaveLength(9);
  });

  test('a connection that lasted sets the delay back, one that did not does not', () => {
    start();
    listen(tick, vi.fn(), { client });
    wire.close();
    vi.advanceTimersByTime(1000);
    wire.accept();
    vi.advanceTimersByTime(4999);
    wire.close();
    vi.advanceTimersByTime(1999);
    expect(wire.lines).toHaveLength(2);
    vi.advanceTimersByTime(1);
    wire.accept();
    vi.advanceTimersByTime(5000);
    wire.close();
    vi.advanceTimersByTime(1000);
    expect(wire.lines).toHaveLength(4);
  });

  test('a welcome that does not come ends the attempt', () => {
    start();
    listen(tick, vi.fn(), { client });
    vi.advanceTimersByTime(10_000);
    expect(wire.lines[0]?.closed).toBe(true);
    expect(client.status).toBe('offline');
  });

  test('what an old connection says is not heard', () => {
    const fn = vi.fn();
    start();
    listen(tick, fn, { client });
    wire.accept();
    const old = wire.line.link;
    wire.close();
    vi.advanceTimersByTime(1000);
    old.receive({ event: 'tick', seq: 1, payload: 1 });
    old.closed();
    expect(fn).not.toHaveBeenCalled();
    expect(client.status).toBe('connecting');
  });

  test('a transport that throws is like one that closes', () => {
    wire.onConnect = () => {
      throw new Error('no');
    };
    start();
    listen(tick, vi.fn(), { client });
    expect(client.status).toBe('offline');
    expect(errors).toEqual([new Error('no')]);
  });

  test('a message that is no JSON ends the connection, loudly', () => {
    start();
    listen(tick, vi.fn(), { client });
    wire.accept();
    wire.line.link.receive('{');
    expect(errors).toEqual([expect.any(SyntaxError)]);
    expect(wire.line.closed).toBe(true);
    expect(client.status).toBe('offline');
  });
});

describe('a page that cannot connect says so', () => {
  let warn: ReturnType<typeof vi.spyOn>;
  beforeEach(() => {
    warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  });

  test('in the console, once, after two attempts', () => {
    start({ url: '/there' });
    listen(tick, vi.fn(), { client });
    wire.close(undefined, 'it answered 404');
    expect(warn).not.toHaveBeenCalled();
    for (const delay of [1000, 2000, 4000]) {
      vi.advanceTimersByTime(delay);
      wire.close(undefined, 'it answered 500');
    }
    expect(warn.mock.calls).toEqual([['eventgen: cannot connect to /there: it answered 500']]);
  });

  test('by the reason beside the status', () => {
    start();
    const reasons: unknown[] = [];
    client.onStatus((status, reason) => reasons.push([status, reason]));
    listen(tick, vi.fn(), { client });
    wire.close(1006);
    expect(client.reason).toBe('closed with code 1006');
    vi.advanceTimersByTime(1000);
    expect(client.reason).toBe('closed with code 1006');
    wire.accept();
    expect(client.reason).toBeUndefined();
    vi.advanceTimersByTime(60_000);
    expect(reasons).toEqual([
      ['connecting', undefined],
      ['offline', 'closed with code 1006'],
      ['connecting', 'closed with code 1006'],
      ['open', undefined],
      ['offline', 'nothing comes'],
      ['connecting', 'nothing comes'],
      ['offline', 'nothing comes'],
      ['connecting', 'nothing comes'],
    ]);
  });

  test('with what the backend says of a refusal', () => {
    start();
    listen(tick, vi.fn(), { client });
    wire.close(4403, 'this origin is not allowed');
    expect([client.status, client.reason]).toEqual(['refused', 'this origin is not allowed']);
  });

  test('and one that has been connected is silent', () => {
    start();
    listen(tick, vi.fn(), { client });
    wire.accept();
    for (let i = 0; i < 5; i++) {
      wire.close();
      vi.advanceTimersByTime(30_000);
    }
    expect(warn).not.toHaveBeenCalled();
  });
});

describe('liveness', () => {
  test('silence for a heartbeat and a half and five seconds is the end', () => {
    start();
    listen(tick, vi.fn(), { client });
    wire.accept();
    vi.advanceTimersByTime(42_499);
    expect(client.status).toBe('open');
    vi.advanceTimersByTime(1);
    expect(client.status).toBe('offline');
    expect(wire.lines[0]?.closed).toBe(true);
  });

  test('a clock that is set back puts the end off once', () => {
    start();
    listen(tick, vi.fn(), { client });
    wire.accept();
    vi.advanceTimersByTime(10_000);
    vi.setSystemTime(Date.now() - 3_600_000);
    vi.advanceTimersByTime(90_000);
    expect(client.status).not.toBe('open');
  });

  test('anything that comes is a sign of life', () => {
    start();
    listen(tick, vi.fn(), { client });
    wire.accept({ heartbeat: 10 });
    for (let i = 0; i < 5; i++) {
      vi.advanceTimersByTime(19_999);
      wire.receive({ at: i });
    }
    expect(client.status).toBe('open');
    vi.advanceTimersByTime(20_000);
    expect(client.status).toBe('offline');
  });
});

describe('resume', () => {
  test('presents the session and the greatest position known', () => {
    start({ window: 'main' });
    listen(tick, vi.fn(), { client });
    expect(wire.accept({ at: 41 }).hello).toEqual({ window: 'main', listen: { tick: { contract: '00000004' } } });
    wire.receive({ event: 'tick', seq: 42, payload: 1 }, { at: 50 }, { event: 'tick', seq: 60, payload: 1 });
    wire.close();
    vi.advanceTimersByTime(1000);
    expect(wire.accept({ at: 60, resumed: true }).hello?.resume).toEqual({ ticket: 't1', epoch: 'e1', seq: 60 });
  });

  test('a welcome says where the page is: a replay that is cut goes on from what came of it', () => {
    start();
    listen(tick, vi.fn(), { client });
    wire.accept({ at: 10 });
    wire.close();
    vi.advanceTimersByTime(1000);
    wire.accept({ at: 10, resumed: true });
    wire.receive({ event: 'tick', seq: 11, payload: 1 });
    wire.close();
    vi.advanceTimersByTime(2000);
    expect(wire.accept().hello?.resume?.seq).toBe(11);
  });

  test('nothing twice: what was there before is not delivered again', () => {
    const fn = vi.fn();
    start();
    listen(tick, fn, { client });
    wire.accept();
    wire.receive({ event: 'tick', seq: 1, payload: 1 }, { event: 'tick', seq: 2, payload: 2 });
    wire.close();
    vi.advanceTimersByTime(1000);
    wire.accept({ at: 0, resumed: true });
    wire.receive({ event: 'tick', seq: 2, payload: 2 }, { event: 'tick', seq: 3, payload: 3 });
    expect(fn.mock.calls.map(([payload]) => payload as number)).toEqual([1, 2, 3]);
  });

  describe('what the page cannot read', () => {
    /** Comes back, and returns how. */
    const resume = (at = 41) => {
      vi.advanceTimersByTime(0);
      return wire.accept({ at, resumed: true }).hello?.resume;
    };
    const plain = { ticket: 't1', epoch: 'e1', seq: 41 };
    const failed = { ...plain, failed: true };

    beforeEach(() => {
      vi.mocked(Math.random).mockReturnValue(0);
      start();
      listen(tick, vi.fn(), { client });
      wire.accept({ at: 41 });
    });

    test('is told when it has ended two connections in a row, and no longer once there is something newer', () => {
      wire.close(1006);
      expect(resume()).toEqual(plain);
      wire.line.link.receive('{');
      expect(resume()).toEqual(failed);
      wire.close(1007);
      expect(resume(43)).toEqual(failed);
      wire.close(1006);
      expect(resume(43)).toEqual({ ...plain, seq: 43 });
    });

    test.each<[string, ServerFrame]>([
      ['an entry', { event: 'tick', seq: 41, payload: 1 }],
      ['a heartbeat', { at: 41 }],
    ])('is not what ended a connection that brought %s', (_, frame) => {
      wire.close(1006);
      resume();
      wire.receive(frame);
      wire.close(1006);
      expect(resume()).toEqual(plain);
      wire.close(1006);
      expect(resume()).toEqual(plain);
      wire.close(1006);
      expect(resume()).toEqual(failed);
    });

    test('is not what the backend has another reason for', () => {
      for (let i = 0; i < 3; i++) {
        wire.close(4503, 'slow');
        expect(resume()).toEqual(plain);
      }
    });

    test('is not what keeps the page from connecting', () => {
      wire.close(1006);
      for (let i = 0; i < 3; i++) {
        vi.advanceTimersByTime(0);
        wire.close(1006);
      }
      expect(resume()).toEqual(plain);
    });
  });

  test('a hello that resumes has what was confirmed; what is new follows the welcome', () => {
    start();
    listen(progress, vi.fn(), { client, key: 'a' });
    const gone = listen(log, vi.fn(), { client });
    wire.accept();
    listen(user, vi.fn(), { client });
    vi.advanceTimersByTime(0);
    wire.close();
    listen(progress, vi.fn(), { client, key: 'b' });
    listen(tick, vi.fn(), { client });
    gone();
    vi.advanceTimersByTime(1000);
    expect(wire.accept({ resumed: true }).hello?.listen).toEqual({
      'download:progress': { contract: '1f9c02ab', keys: ['a'], since: 0 },
    });
    expect(wire.frames.slice(1)).toEqual([
      {
        listen: {
          'download:progress': { contract: '1f9c02ab', keys: ['a', 'b'] },
          'user:current': { contract: '00000002' },
          tick: { contract: '00000004' },
        },
        id: 2,
      },
    ]);
  });

  test('a hello that resumes repeats from where each listen holds', () => {
    const back = (welcome: Partial<Welcome>): PageFrame => {
      wire.close();
      vi.advanceTimersByTime(8000);
      return wire.accept(welcome);
    };
    start();
    listen(tick, vi.fn(), { client });
    expect(wire.accept({ at: 5 }).hello?.listen).toEqual({ tick: { contract: '00000004' } });
    listen(user, vi.fn(), { client });
    vi.advanceTimersByTime(0);
    wire.receive({ event: 'tick', seq: 7, payload: 1 }, { ack: 1, at: 9 });
    const { hello } = back({ at: 12, resumed: true });
    expect(hello?.resume?.seq).toBe(9);
    expect(hello?.listen).toEqual({
      tick: { contract: '00000004', since: 5 },
      'user:current': { contract: '00000002', since: 9 },
    });
    // One that does not resume makes all begin anew.
    expect(back({ at: 20 }).hello?.listen['tick']?.since).toBe(5);
    expect(back({ at: 20 }).hello?.listen['tick']?.since).toBe(20);
  });

  test('a ticket takes the place of the last', () => {
    start();
    listen(tick, vi.fn(), { client });
    wire.accept();
    wire.receive({ ticket: 't2' });
    wire.close();
    vi.advanceTimersByTime(1000);
    expect(wire.accept().hello?.resume).toEqual({ ticket: 't2', epoch: 'e1', seq: 0 });
  });

  test('a log that begins anew goes on over the same connection', async () => {
    const fn = vi.fn();
    const gaps = vi.fn();
    start();
    client.onGap(gaps);
    listen(user, fn, { client });
    wire.accept();
    const sent = emit(action, { kind: 'x' }, { client });
    wire.receive({ event: 'user:current', seq: 100, payload: 'ada' });
    wire.receive(
      { welcome: { peer: 'p', session: 's1', ticket: 't2', epoch: 'e2', at: 3 } },
      { gap: { events: { 'user:current': null } } },
      { event: 'user:current', seq: 2, payload: 'bob' },
    );
    expect(gaps).toHaveBeenCalledTimes(1);
    expect(fn.mock.calls.map(([name]) => name as unknown)).toEqual(['ada', 'bob']);
    const late = vi.fn();
    listen(user, late, { client });
    await vi.advanceTimersByTimeAsync(0);
    expect(late.mock.calls[0]?.[0]).toBe('bob');
    // Nothing is sent again, and what is in flight is answered.
    expect(wire.frames.filter((frame) => frame.emit)).toHaveLength(1);
    wire.receive({ ack: wire.frames.find((frame) => frame.emit)?.id ?? 0 });
    await sent;
    expect(statuses).not.toContain('offline');
    wire.close();
    vi.advanceTimersByTime(1000);
    const { hello } = wire.accept();
    expect(hello?.resume).toEqual({ ticket: 't2', epoch: 'e2', seq: 3, sent: 1 });
    expect(hello?.listen['user:current']?.since).toBe(3);
  });

  test('a server that drains sends the page elsewhere soon, however often', () => {
    start();
    listen(tick, vi.fn(), { client });
    for (let n = 1; n <= 8; n++) {
      expect(wire.lines).toHaveLength(n);
      wire.accept();
      wire.close(4307, 'draining');
      expect(client.status).toBe('offline');
      vi.advanceTimersByTime(250);
    }
  });

  test('a new epoch starts counting anew, and forgets kept values', async () => {
    const fn = vi.fn();
    start();
    listen(user, fn, { client });
    wire.accept();
    wire.receive({ event: 'user:current', seq: 100, payload: 'ada' });
    wire.close();
    vi.advanceTimersByTime(1000);
    wire.accept({ epoch: 'e2', session: 's2', ticket: 't2', at: 3 });
    const late = vi.fn();
    listen(user, late, { client });
    await vi.advanceTimersByTimeAsync(0);
    expect(late).not.toHaveBeenCalled();
    wire.receive({ event: 'user:current', seq: 2, payload: 'bob' });
    expect(fn).toHaveBeenCalledTimes(2);
    wire.close();
    vi.advanceTimersByTime(2000);
    expect(wire.accept().hello?.resume).toEqual({ ticket: 't2', epoch: 'e2', seq: 3 });
  });

  test('sticky values of a page that was gone for too long come once', () => {
    const fn = vi.fn();
    start();
    listen(state, fn, { client });
    wire.accept();
    wire.receive({ event: 'download:state', seq: 5, payload: { id: 'a', current: 1 } });
    wire.close();
    vi.advanceTimersByTime(1000);
    wire.accept({ at: 90 });
    wire.receive(
      { event: 'download:state', seq: 5, payload: { id: 'a', current: 1 } },
      { event: 'download:state', seq: 80, payload: { id: 'b', current: 2 } },
    );
    expect(fn).toHaveBeenCalledTimes(2);
  });
});

describe('transports', () => {
  let second: Wire;
  beforeEach(() => {
    second = new Wire();
    client = createEventsClient({ transports: [wire, second] });
    listen(tick, vi.fn(), { client });
  });

  test('the next is tried at once where the first does not get through', () => {
    wire.close(1006);
    expect(second.lines).toHaveLength(1);
    second.accept();
    expect(client.status).toBe('open');
  });

  test('when none does, the round begins again after the delay', () => {
    wire.close();
    second.close();
    expect(client.status).toBe('offline');
    vi.advanceTimersByTime(1000);
    expect(wire.lines).toHaveLength(2);
    expect(second.lines).toHaveLength(1);
  });

  test('one that has worked is given three attempts', () => {
    wire.accept();
    wire.close();
    for (const delay of [1000, 2000, 4000]) {
      vi.advanceTimersByTime(delay);
      expect(second.lines).toHaveLength(0);
      wire.close();
    }
    expect(wire.lines).toHaveLength(4);
    expect(second.lines).toHaveLength(1);
  });

  test('the session goes on over another transport', () => {
    wire.accept({ at: 7 });
    wire.close();
    for (const delay of [1000, 2000, 4000]) {
      vi.advanceTimersByTime(delay);
      wire.close();
    }
    expect(second.accept().hello?.resume).toEqual({ ticket: 't1', epoch: 'e1', seq: 7 });
  });

  test('one that has to be loaded first may be a promise', async () => {
    const lazy = createEventsClient({
      transports: [{ name: 'lazy', connect: (link) => Promise.resolve(second.connect(link)) }],
    });
    listen(tick, vi.fn(), { client: lazy });
    await vi.advanceTimersByTimeAsync(0);
    second.accept();
    await emitAndAck(lazy, second);
    lazy.close();
    expect(second.line.closed).toBe(true);
  });

  test('one that cannot be loaded is an attempt that failed', async () => {
    const lazy = createEventsClient({
      transports: [{ name: 'lazy', connect: () => Promise.reject(new Error('chunk')) }],
    });
    const seen = vi.fn();
    lazy.onError(seen);
    listen(tick, vi.fn(), { client: lazy });
    await vi.advanceTimersByTimeAsync(0);
    expect(lazy.status).toBe('offline');
    expect(seen).toHaveBeenCalledWith(new Error('chunk'), undefined);
    lazy.close();
  });
});

async function emitAndAck(on: EventsClient, over: Wire): Promise<void> {
  const sent = emit(action, { kind: 'x' }, { client: on });
  over.ackAll();
  await sent;
}

describe('close', () => {
  test('ends everything, once', async () => {
    start();
    const fn = vi.fn();
    const off = listen(tick, fn, { client });
    const waiting = once(log, { client });
    wire.accept();
    const sent = emit(action, { kind: 'x' }, { client });
    const settled = Promise.allSettled([waiting, sent]);
    await off.ready;
    const { link } = wire.line;
    client.close();
    client.close();
    link.receive({ event: 'tick', seq: 1, payload: 1 });
    expect(fn).not.toHaveBeenCalled();
    for (const result of await settled)
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'closed' } });
    expect(statuses.filter((status) => status === 'closed')).toHaveLength(1);
    vi.advanceTimersByTime(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('listens and emits after it fail', async () => {
    start();
    client.close();
    await expect(listen(tick, vi.fn(), { client }).ready).rejects.toMatchObject({ code: 'aborted' });
    await expect(once(tick, { client })).rejects.toMatchObject({ code: 'closed' });
    await expect(emit(action, { kind: 'x' }, { client })).rejects.toMatchObject({ code: 'closed' });
    expect(wire.lines).toHaveLength(0);
  });
});
