import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type EventsClient, createEventsClient, emit, listen } from '../../src/index.ts';
import { wails2 } from '../../src/wails2.ts';
import { action, tick } from '../events.ts';

// Against a runtime that does with events what that of Wails v2 does. In its real window: runtime/desktop/wails2.

type Data = (string | number | object)[];

/** The page's half of Wails' events, as its source has it. */
class Runtime {
  listeners = new Map<string, { call: (...data: Data) => void }[]>();
  /** What Go got. */
  readonly up: Data[] = [];
  readonly EventsOn = (name: string, call: (...data: Data) => void) => {
    const listener = { call };
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
    return () => {
      this.listeners.set(name, this.listeners.get(name)?.filter((other) => other !== listener) ?? []);
    };
  };
  readonly EventsEmit = (name: string, ...data: Data) => {
    this.notify(name, ...data);
    expect(name).toBe('eventgen:up');
    this.up.push(JSON.parse(JSON.stringify(data)) as Data);
  };
  notify(name: string, ...data: Data) {
    for (const { call } of this.listeners.get(name) ?? []) call(...data);
  }
}

let runtime: Runtime;
let client: EventsClient;
let nonce: string;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0);
  runtime = new Runtime();
  vi.stubGlobal('runtime', runtime);
  client = createEventsClient({ transports: [wails2()] });
});
afterEach(() => {
  client.close();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const down = (...frame: Data) => {
  runtime.notify('eventgen:down:' + nonce, ...frame);
};
/** Frames from the page since the last call, without those that say nothing but how far it is. */
const took = () => runtime.up.splice(0).filter(([, kind]) => kind !== 'beat');
const welcome = { welcome: { peer: 'p', session: 's', ticket: 't', epoch: 'e', at: 0 } };

/** Opens the connection as Go does. */
function open(): void {
  const [frame] = took();
  expect(frame?.slice(1)).toEqual(['open', 0, 0]);
  nonce = frame?.[0] as string;
  down('beat', 0, 0);
}

async function start(): Promise<number[]> {
  const got: number[] = [];
  const off = listen(tick, (n) => got.push(n), { client });
  open();
  expect(took()).toEqual([[nonce, 'text', 1, 0, '{"hello":{"listen":{"tick":{"contract":"00000004"}}}}']]);
  down('text', 1, 1, [welcome]);
  await off.ready;
  return got;
}
const ticks = (...payloads: number[]) => payloads.map((payload) => ({ event: 'tick', seq: payload, payload }));

test('hello, welcome, events, emits, close', async () => {
  const got = await start();
  down('text', 2, 1, [ticks(1, 2), ...ticks(3)]);
  expect(got).toEqual([1, 2, 3]);
  const done = emit(action, { kind: 'ä' }, { client });
  const [frame] = took();
  expect(frame?.slice(0, 4)).toEqual([nonce, 'text', 2, 2]);
  const { id, payload } = JSON.parse(frame?.[4] as string) as { id: number; payload: unknown };
  expect(payload).toEqual({ kind: 'ä' });
  down('text', 3, 2, [{ ack: id }]);
  await done;
  client.close();
  expect(took()).toEqual([[nonce, 'close', 2, 3]]);
});

test('frames that come in another order, or twice, are put in order', async () => {
  const got = await start();
  down('text', 4, 1, ticks(4));
  down('text', 3, 1, ticks(2, 3));
  down('text', 2, 1, ticks(1));
  down('text', 3, 1, ticks(2, 3));
  expect(got).toEqual([1, 2, 3, 4]);
});

test('messages are answered together with how far the page is, and parts immediately', async () => {
  await start();
  vi.advanceTimersByTime(5);
  runtime.up.length = 0;
  down('text', 3, 1, ticks(2));
  down('text', 2, 1, ticks(1));
  expect(runtime.up).toEqual([]);
  vi.advanceTimersByTime(5);
  expect(runtime.up.splice(0)).toEqual([[nonce, 'beat', 1, 3]]);
  down('text', 4, 1, ticks(3, 4, 5, 6, 7, 8, 9, 10));
  expect(runtime.up.splice(0)).toEqual([[nonce, 'beat', 1, 4]]);
  down('part', 5, 1, '[');
  down('beat', 5, 1);
  expect(runtime.up.splice(0)).toEqual([
    [nonce, 'beat', 1, 5],
    [nonce, 'beat', 1, 5],
  ]);
  vi.advanceTimersByTime(100);
  expect(runtime.up).toEqual([]);
});

test('parts from Go make one message', async () => {
  const got = await start();
  const text = JSON.stringify(ticks(1, 2, 3));
  down('part', 2, 1, text.slice(0, 10));
  down('last', 4, 1, text.slice(20));
  down('part', 3, 1, text.slice(10, 20));
  expect(got).toEqual([1, 2, 3]);
});

test('a long emit goes in parts that cut no character, as far as there is credit', async () => {
  await start();
  const kind = 'x' + '😀'.repeat(200_000);
  void emit(action, { kind }, { client }).catch(() => undefined);
  let whole = '';
  for (let frames = took(); frames.length; frames = took()) {
    const length = frames.reduce((sum, [, , , , text]) => sum + (text as string).length, 0);
    expect(length).toBeLessThanOrEqual(262_144);
    for (const [, , , , text] of frames) {
      expect(text as string).not.toMatch(/^[\udc00-\udfff]|[\ud800-\udbff]$/);
      whole += text as string;
    }
    down('beat', 1, frames.at(-1)?.[2] as number);
  }
  expect((JSON.parse(whole) as { payload: unknown }).payload).toEqual({ kind });
});

test('the listener is there again after somebody called EventsOffAll', async () => {
  const got = await start();
  runtime.listeners.clear();
  down('text', 2, 1, ticks(1));
  expect(got).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect(runtime.listeners.get('eventgen:down:' + nonce)?.length).toBe(1);
  // What was lost shows by its number, and the next connection resumes.
  for (let i = 0; i < 4; i++) down('beat', 2, 1);
  expect(took().map((frame) => frame.slice(1))).toEqual([['close', 1, 1]]);
  await vi.advanceTimersByTimeAsync(0);
  open();
  expect(took()[0]?.[4]).toContain('"resume":{"ticket":"t","epoch":"e","seq":0}');
});

test('the page goes on saying that it opens until Go answers', () => {
  listen(tick, () => undefined, { client });
  vi.advanceTimersByTime(2000);
  const frames = took();
  expect(frames.map(([, kind]) => kind)).toEqual(['open', 'open', 'open']);
  expect(new Set(frames.map(([name]) => name)).size).toBe(1);
});

test('a close is told with its code and reason, and the next connection has another name', async () => {
  await start();
  const before = nonce;
  down('close', 1, 1, 'going away', 1001);
  expect(client.status).toBe('offline');
  expect(runtime.listeners.get('eventgen:down:' + before)).toEqual([]);
  await vi.advanceTimersByTimeAsync(0);
  open();
  expect(nonce).not.toBe(before);
  client.onError(() => undefined);
  down('close', 0, 0, 'forbidden', 4403);
  expect(client.status).toBe('refused');
});

test('outside of a window of Wails it says so', async () => {
  vi.unstubAllGlobals();
  vi.spyOn(console, 'warn').mockReturnValue();
  const other = createEventsClient({ transports: [wails2()] });
  const errors: unknown[] = [];
  other.onError((error) => errors.push(error));
  listen(tick, () => undefined, { client: other });
  await vi.advanceTimersByTimeAsync(0);
  expect(String(errors[0])).toContain('there is no window.runtime');
  other.close();
});
