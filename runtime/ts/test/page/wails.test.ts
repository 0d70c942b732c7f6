import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type EventsClient, createEventsClient, emit, listen } from '../../src/index.ts';
import { wails } from '../../src/wails.ts';
import { action, tick } from '../events.ts';
import { Inbox } from '../transport.ts';
import type { PageFrame } from '../wire.ts';

// Against the real runtime of Wails, down to the requests that it makes of its asset server.

const Kind = {
  Data: 0,
  Open: 1,
  Close: 2,
} as const;
type Kind = (typeof Kind)[keyof typeof Kind];

interface Sent {
  readonly connection: number;
  readonly kind: Kind;
  readonly name: string | null;
  readonly frames: PageFrame[];
}

// The runtime has one poll for all streams and tests.
const sent = new Inbox<Sent>();
const answers = new Inbox<ArrayBuffer>();
let client: EventsClient;

/** One answer to a poll, with one frame. */
function answer(connection: number, kind: Kind, text = ''): void {
  const payload = new TextEncoder().encode(text);
  const bytes = new Uint8Array(18 + payload.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x57, 0x53, 0x31, 0]);
  view.setUint32(5, 1);
  view.setUint32(9, connection);
  view.setUint8(13, kind);
  view.setUint32(14, payload.length);
  bytes.set(payload, 18);
  answers.push(bytes.buffer);
}

/** The frames in the body of a request: many of them, each with its length, if it says so. */
function framesIn(body: Uint8Array, batch: boolean): PageFrame[] {
  const decoder = new TextDecoder();
  if (!batch) return body.length ? [JSON.parse(decoder.decode(body)) as PageFrame] : [];
  const view = new DataView(body.buffer, body.byteOffset);
  const frames: PageFrame[] = [];
  for (let at = 4; at < body.length;) {
    const length = view.getUint32(at);
    frames.push(JSON.parse(decoder.decode(body.subarray(at + 4, at + 4 + length))) as PageFrame);
    at += 4 + length;
  }
  return frames;
}

beforeEach(() => {
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const headers = new Headers(init.headers);
    const get = (name: string) => headers.get('x-wails-stream-' + name);
    if (url.endsWith('/wails/stream/poll')) return new Response(await answers.next());
    sent.push({
      connection: Number(get('conn')),
      kind: Number(get('kind')) as Kind,
      name: get('name'),
      frames: framesIn(init.body as Uint8Array, get('batch') !== null),
    });
    return new Response();
  });
  client = createEventsClient({ transports: [wails()] });
});
afterEach(() => {
  client.close();
  vi.unstubAllGlobals();
});

const welcome = '{"welcome":{"peer":"p","session":"s","ticket":"t","epoch":"e","at":0}}';

test('a stream of the page: hello, welcome, events, emits, close', async () => {
  const got = new Inbox<number>();
  const off = listen(tick, (n) => void got.push(n), { client });
  const { connection, kind, name } = await sent.next();
  expect([kind, name]).toEqual([Kind.Open, 'eventgen']);
  answer(connection, Kind.Open);
  expect((await sent.next()).frames).toEqual([{ hello: { listen: { tick: { contract: '00000004' } } } }]);
  answer(connection, Kind.Data, welcome);
  await off.ready;
  answer(connection, Kind.Data, '[{"event":"tick","seq":1,"payload":1},{"event":"tick","seq":2,"payload":2}]');
  expect([await got.next(), await got.next()]).toEqual([1, 2]);
  const done = emit(action, { kind: 'ä' }, { client });
  const [frame] = (await sent.next()).frames;
  expect(frame).toMatchObject({ emit: 'user:action', payload: { kind: 'ä' } });
  answer(connection, Kind.Data, JSON.stringify({ ack: frame?.id }));
  await done;
  client.close();
  expect((await sent.next()).kind).toBe(Kind.Close);
});

test('a stream that the backend ends is a lost connection, and another resumes', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  const off = listen(tick, () => undefined, { client });
  const { connection } = await sent.next();
  answer(connection, Kind.Open);
  await sent.next();
  answer(connection, Kind.Data, welcome);
  await off.ready;
  answer(connection, Kind.Close);
  const next = await sent.next();
  expect(next.connection).not.toBe(connection);
  answer(next.connection, Kind.Open);
  expect((await sent.next()).frames[0]?.hello?.resume).toEqual({ ticket: 't', epoch: 'e', seq: 0 });
  vi.restoreAllMocks();
});

test('the last message says why, since the stream cannot', async () => {
  const off = listen(tick, () => undefined, { client });
  off.ready.catch(() => undefined);
  client.onError(() => undefined);
  const { connection } = await sent.next();
  answer(connection, Kind.Open);
  await sent.next();
  answer(connection, Kind.Data, '{"close":{"code":4403,"reason":"forbidden"}}');
  await expect(off.ready).rejects.toMatchObject({ code: 'forbidden' });
  expect(client.status).toBe('refused');
});
