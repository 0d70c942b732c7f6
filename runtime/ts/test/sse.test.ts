import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type EventsClient, type Status, createEventsClient, emit, listen, once } from '../src/index.ts';
import { sse } from '../src/sse.ts';
import { action, tick } from './events.ts';
import { Inbox, close, createServer, open } from './transport.ts';
import type { PageFrame } from './wire.ts';

// Over real HTTP.

interface Exchange {
  readonly request: IncomingMessage;
  readonly body: unknown;
  readonly response: ServerResponse;
}

let server: Server;
let streams: Inbox<Exchange>;
let posts: Inbox<Exchange>;
let client: EventsClient;
let url: string;

beforeEach(async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  streams = new Inbox();
  posts = new Inbox();
  server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      const exchange = { request, response, body: JSON.parse(text) as unknown };
      (request.headers['eventgen-peer'] === undefined ? streams : posts).push(exchange);
    });
  });
  url = await open(server);
});
afterEach(async () => {
  client.close();
  await close(server);
  vi.unstubAllGlobals();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const start = (options = {}) => (client = createEventsClient({ url, transports: [sse()], ...options }));
const accept = ({ response }: Exchange, more = {}) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
  write(response, { welcome: { peer: 'p1', session: 's', ticket: 't', epoch: 'e', at: 0, ...more } });
};
const write = (response: ServerResponse, frame: unknown) =>
  response.write(`id: e:1\ndata: ${JSON.stringify(frame)}\n\n`);
const refuse = ({ response }: Exchange, status: number, code = 'x') => {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ error: { code, message: 'because' } }));
};
const status = (wanted: Status) =>
  new Promise<void>((resolve) => {
    const off = client.onStatus((now) => {
      if (now !== wanted) return;
      off();
      resolve();
    });
  });

test('the stream is a POST with the hello', async () => {
  start({ window: 'main', token: () => 'secret' });
  const off = listen(tick, () => undefined, { client });
  const stream = await streams.next();
  expect(stream.request.method).toBe('POST');
  expect(stream.request.url).toBe('/events');
  expect(stream.request.headers).toMatchObject({
    accept: 'text/event-stream',
    'content-type': 'application/json',
    authorization: 'Bearer secret',
  });
  expect(stream.body).toEqual({ hello: { window: 'main', listen: { tick: { contract: '00000004' } } } });
  accept(stream);
  await off.ready;
});

test('events come whole, however the bytes are cut', async () => {
  start();
  const got = new Inbox<number>();
  const seen = new Inbox<unknown>();
  listen(tick, (n) => void got.push(n), { client });
  client.onGap((gap) => void seen.push(gap));
  const stream = await streams.next();
  accept(stream);
  const bytes = Buffer.from(
    ': a comment\r\n\r\nid: e:1\r\ndata: {"event":"tick","seq":1,"payload":1}\r\n\r\ndata: {"gap":{"events":{"täck€":null}}}\n\n' +
      'data: [{"event":"tick","seq":2,\ndata: "payload":2}]\n\n',
  );
  for (const byte of bytes) {
    stream.response.write(Buffer.of(byte));
    await new Promise(setImmediate);
  }
  expect([await got.next(), await got.next()]).toEqual([1, 2]);
  expect(await seen.next()).toEqual({ 'täck€': null });
});

test('frames go by POST with the peer, one request at a time, what waits together', async () => {
  start();
  const off = listen(tick, () => undefined, { client });
  const stream = await streams.next();
  accept(stream);
  await off.ready;
  const sent = ['a', 'b', 'c'].map((kind) => emit(action, { kind }, { client }));
  const first = await posts.next();
  expect(first.request.headers['eventgen-peer']).toBe('p1');
  expect(first.body).toMatchObject({ emit: 'user:action', payload: { kind: 'a' } });
  await new Promise(setImmediate);
  expect(posts.size).toBe(0);
  first.response.writeHead(202).end();
  const second = await posts.next();
  expect(second.body).toMatchObject([{ payload: { kind: 'b' } }, { payload: { kind: 'c' } }]);
  second.response.writeHead(202).end();
  for (const { id } of [first.body, second.body].flat() as PageFrame[]) write(stream.response, { ack: id });
  await Promise.all(sent);
});

test.each([409, 500])('status %i of a POST opens another stream, which resumes, and emits again', async (code) => {
  start();
  const off = listen(tick, () => undefined, { client });
  const stream = await streams.next();
  accept(stream);
  await off.ready;
  write(stream.response, { event: 'tick', seq: 5, payload: 1 });
  await once(tick, { client, where: (n) => n === 1 });
  const sent = emit(action, { kind: 'x' }, { client });
  const post = await posts.next();
  refuse(post, code, 'unknown_peer');
  const next = await streams.next();
  expect((next.body as PageFrame).hello?.resume).toEqual({ ticket: 't', epoch: 'e', seq: 5, sent: 1 });
  accept(next, { peer: 'p2', at: 5, resumed: true });
  const again = await posts.next();
  expect(again.request.headers['eventgen-peer']).toBe('p2');
  expect(again.body).toEqual(post.body);
  again.response.writeHead(202).end();
  write(next.response, { ack: (again.body as PageFrame).id });
  await sent;
});

test.each([
  [401, 'unauthenticated'],
  [403, 'forbidden'],
])('status %i is final', async (code, word) => {
  start();
  client.onError(() => undefined);
  const waiting = once(tick, { client });
  refuse(await streams.next(), code);
  await expect(waiting).rejects.toMatchObject({ code: word, message: expect.stringContaining('because') as string });
  expect(client.status).toBe('refused');
});

test('a refusal by something between the page and the backend is not final', async () => {
  start();
  listen(tick, () => undefined, { client });
  const { response } = await streams.next();
  response.writeHead(403, { 'Content-Type': 'text/html' }).end('<h1>Welcome to the hotel</h1>');
  accept(await streams.next());
  await status('open');
});

test('a close event has a code', async () => {
  start();
  client.onError(() => undefined);
  const waiting = once(tick, { client });
  const stream = await streams.next();
  accept(stream);
  stream.response.end('event: close\ndata: {"code":4409,"reason":"replaced"}\n\n');
  await expect(waiting).rejects.toMatchObject({ code: 'replaced' });
});

test.each(['{', '[null]'])('a message that is not one ends the connection, loudly: %s', async (data) => {
  start();
  const error = new Promise((resolve) => client.onError(resolve));
  listen(tick, () => undefined, { client });
  const first = await streams.next();
  first.response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  first.response.write(`data: ${data}\n\n`);
  expect(await error).toBeInstanceOf(Error);
  accept(await streams.next());
  await status('open');
});

test('a stream that ends without is a lost connection', async () => {
  start();
  listen(tick, () => undefined, { client });
  const stream = await streams.next();
  accept(stream, { at: 3 });
  stream.response.end();
  expect(((await streams.next()).body as PageFrame).hello?.resume?.seq).toBe(3);
});

test('a renewed token goes along from then on', async () => {
  let token = 'one';
  start({ token: () => token });
  const off = listen(tick, () => undefined, { client });
  const stream = await streams.next();
  accept(stream);
  await off.ready;
  token = 'two';
  client.renew();
  const post = await posts.next();
  expect(post.body).toEqual({ auth: 'two' });
  expect(post.request.headers.authorization).toBe('Bearer two');
  post.response.writeHead(202).end();
});

test('closing the client ends the request', async () => {
  start();
  const off = listen(tick, () => undefined, { client });
  const stream = await streams.next();
  accept(stream);
  await off.ready;
  const ended = new Promise((resolve) => stream.response.once('close', resolve));
  client.close();
  await ended;
});

describe('a page that is hidden', () => {
  class Page extends EventTarget {
    visibilityState = 'visible';
  }
  let page: Page;
  const show = (state: string) => {
    page.visibilityState = state;
    page.dispatchEvent(new Event('visibilitychange'));
    globalThis.dispatchEvent?.(new Event('visibilitychange'));
  };

  beforeEach(async () => {
    page = new Page();
    const target = new EventTarget();
    vi.stubGlobal('document', page);
    vi.stubGlobal('addEventListener', target.addEventListener.bind(target));
    vi.stubGlobal('removeEventListener', target.removeEventListener.bind(target));
    vi.stubGlobal('dispatchEvent', target.dispatchEvent.bind(target));
    start();
    const off = listen(tick, () => undefined, { client });
    accept(await streams.next(), { at: 9 });
    await off.ready;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  });

  test('for 30 s closes its stream, and resumes when it is seen', async () => {
    show('hidden');
    vi.advanceTimersByTime(29_999);
    expect(client.status).toBe('open');
    vi.advanceTimersByTime(1);
    expect(client.status).toBe('offline');
    vi.advanceTimersByTime(60_000);
    expect(streams.size).toBe(0);
    show('visible');
    expect(((await streams.next()).body as PageFrame).hello?.resume?.seq).toBe(9);
  });

  test('for less keeps it', () => {
    show('hidden');
    vi.advanceTimersByTime(20_000);
    show('visible');
    vi.advanceTimersByTime(15_000);
    expect(client.status).toBe('open');
  });

  test('connects when it has something to send', async () => {
    show('hidden');
    vi.advanceTimersByTime(30_000);
    emit(action, { kind: 'x' }, { client }).catch(() => undefined);
    expect((await streams.next()).body).toMatchObject({ hello: {} });
  });
});

describe('where there is no event server', () => {
  const answers = (code: number, type: string, text: string) =>
    createServer((_, response) => response.writeHead(code, { 'Content-Type': type }).end(text));

  test.each([
    ['an HTML page', answers(200, 'text/html; charset=utf-8', '<p>'), /answered 200 with text\/html.* proxy entry/],
    ['a 404', answers(404, 'text/plain', 'no'), /answered 404 with text\/plain.* proxy entry/],
    ['a proxy without its target', answers(502, 'text/plain', 'no'), /answered 502 .*Does the Go server run/],
  ])('%s is named, with what to do', async (_, other, reason) => {
    start({ url: await open(other) });
    try {
      const offline = status('offline');
      listen(tick, () => undefined, { client });
      await offline;
      expect(client.reason).toMatch(reason);
    } finally {
      client.close();
      await close(other);
    }
  });

  test('nor anything else, that is said', async () => {
    const nobody = createServer();
    start({ url: await open(nobody) });
    await close(nobody);
    const offline = status('offline');
    listen(tick, () => undefined, { client });
    await offline;
    expect(client.reason).toMatch(/fetch failed.* Does the Go server run.*AllowOrigins/);
  });

  test('the page hears why its origin is refused', async () => {
    start();
    client.onError(() => undefined);
    const refused = status('refused');
    listen(tick, () => undefined, { client });
    refuse(await streams.next(), 403, 'forbidden');
    await refused;
    expect(client.reason).toBe('because');
  });
});
