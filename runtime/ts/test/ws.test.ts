import type { IncomingMessage, Server } from 'node:http';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { type EventsClient, createEventsClient, emit, listen, once } from '../src/index.ts';
import { sse } from '../src/sse.ts';
import { webSocket } from '../src/ws.ts';
import { action, tick } from './events.ts';
import { Inbox, close, createServer, open } from './transport.ts';
import type { PageFrame } from './wire.ts';

// Over real sockets.

/** As in a page, where an error that nobody listens to is nothing. */
class PageSocket extends WebSocket {
  constructor(address: string, protocols: string[]) {
    super(address, protocols);
    this.on('error', () => undefined);
  }
}

interface Peer {
  readonly request: IncomingMessage;
  readonly socket: WebSocket;
  readonly frames: Inbox<PageFrame>;
}

let server: Server;
let peers: Inbox<Peer>;
let url: string;
let client: EventsClient;

beforeEach(async () => {
  vi.stubGlobal('WebSocket', PageSocket);
  // Attempts follow each other at once.
  vi.spyOn(Math, 'random').mockReturnValue(0);
  server = createServer((_, response) => response.writeHead(404).end());
  peers = new Inbox();
  const sockets = new WebSocketServer({ server, handleProtocols: () => 'eventgen.v1' });
  sockets.on('connection', (socket, request) => {
    const frames = new Inbox<PageFrame>();
    socket.on('message', (data: Buffer) => {
      frames.push(JSON.parse(data.toString()) as PageFrame);
    });
    peers.push({ socket, request, frames });
  });
  url = await open(server);
});
afterEach(async () => {
  client.close();
  await close(server);
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const start = (options = {}) => (client = createEventsClient({ url, transports: [webSocket()], ...options }));
const welcome = (more = {}) =>
  JSON.stringify({ welcome: { peer: 'p', session: 's', ticket: 't', epoch: 'e', at: 0, ...more } });

test('hello, welcome, events, emits', async () => {
  start({ window: 'main' });
  const got = new Inbox<number>();
  const off = listen(tick, (n) => void got.push(n), { client });
  const { socket, request, frames } = await peers.next();
  expect(request.headers['sec-websocket-protocol']).toBe('eventgen.v1');
  expect(request.url).toBe('/events');
  expect(await frames.next()).toEqual({ hello: { window: 'main', listen: { tick: { contract: '00000004' } } } });
  socket.send(welcome());
  await off.ready;
  socket.send('[{"event":"tick","seq":1,"payload":1},{"event":"tick","seq":2,"payload":2}]');
  expect([await got.next(), await got.next()]).toEqual([1, 2]);
  const sent = emit(action, { kind: 'x' }, { client });
  const { id } = await frames.next();
  socket.send(JSON.stringify({ ack: id }));
  await sent;
});

test('the token is a subprotocol in base64url, never in the URL', async () => {
  start({ token: () => 'tökén/+?' });
  listen(tick, () => undefined, { client });
  const { request } = await peers.next();
  const [protocol, bearer] = (request.headers['sec-websocket-protocol'] ?? '').split(/, ?/);
  expect(protocol).toBe('eventgen.v1');
  expect(bearer).toMatch(/^eventgen\.bearer\.[\w-]+$/);
  expect(Buffer.from(bearer?.split('.')[2] ?? '', 'base64url').toString()).toBe('tökén/+?');
  expect(request.url).toBe('/events');
});

test('a cut resumes on another socket', async () => {
  start();
  const got = new Inbox<number>();
  listen(tick, (n) => void got.push(n), { client });
  const first = await peers.next();
  first.socket.send(welcome());
  first.socket.send('{"event":"tick","seq":7,"payload":7}');
  await got.next();
  first.socket.terminate();
  const second = await peers.next();
  expect((await second.frames.next()).hello?.resume).toEqual({ ticket: 't', epoch: 'e', seq: 7 });
});

test.each([
  [4401, 'unauthenticated'],
  [4403, 'forbidden'],
  [4409, 'replaced'],
])('close code %i arrives with its reason', async (code, word) => {
  start();
  client.onError(() => undefined);
  const waiting = once(tick, { client });
  (await peers.next()).socket.close(code, 'because');
  await expect(waiting).rejects.toMatchObject({ code: word, message: expect.stringContaining('because') as string });
  expect(client.status).toBe('refused');
});

test('closing the client closes the socket', async () => {
  start();
  listen(tick, () => undefined, { client });
  const { socket, frames } = await peers.next();
  await frames.next();
  const ended = new Promise((resolve) => socket.once('close', resolve));
  client.close();
  await ended;
});

test('where WebSockets do not get through, the event stream does', async () => {
  const got = new Inbox<number>();
  server.removeAllListeners('upgrade');
  server.on('upgrade', (_, socket) => socket.destroy());
  server.removeAllListeners('request');
  server.on('request', (_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write(`data: ${welcome()}\n\ndata: {"event":"tick","seq":1,"payload":1}\n\n`);
  });
  start({ transports: [webSocket(), sse()] });
  listen(tick, (n) => void got.push(n), { client });
  expect(await got.next()).toBe(1);
  expect(client.status).toBe('open');
});

test('a message that is no UTF-8 ends two connections, and is passed over with a gap on the third', async () => {
  start();
  const onGap = vi.fn();
  const got = new Inbox<number>();
  listen(tick, (n) => void got.push(n), { client, onGap });
  const hellos: PageFrame[] = [];
  for (let i = 0; i < 2; i++) {
    const { socket, frames } = await peers.next();
    hellos.push(await frames.next());
    socket.send(welcome({ at: 41, resumed: i > 0 }));
    socket.send(Buffer.from('{"event":"tick","seq":42,"payload":"\xff"}', 'latin1'), { binary: false });
  }
  const { socket, frames } = await peers.next();
  hellos.push(await frames.next());
  const plain = { ticket: 't', epoch: 'e', seq: 41 };
  expect(hellos.map(({ hello }) => hello?.resume)).toEqual([undefined, plain, { ...plain, failed: true }]);
  socket.send(`[${welcome({ at: 42 })},{"gap":{"events":{"tick":1}}}]`);
  socket.send('{"event":"tick","seq":43,"payload":43}');
  expect(await got.next()).toBe(43);
  expect(onGap).toHaveBeenCalledWith(1, expect.anything());
});

test('a page without its server is told once, with what the second transport has found', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const other = createServer((_, response) => response.writeHead(404, { 'Content-Type': 'text/html' }).end());
  other.on('upgrade', (_, socket) => socket.end('HTTP/1.1 404 Not Found\r\n\r\n'));
  const address = await open(other);
  start({ url: address, transports: [webSocket(), sse()] });
  const failed = new Promise<void>((resolve) => {
    let left = 3;
    client.onStatus((status) => {
      if (status === 'offline' && !--left) resolve();
    });
  });
  listen(tick, () => undefined, { client });
  await failed;
  expect(warn.mock.calls).toEqual([
    [
      expect.stringMatching(
        `^eventgen: cannot connect to ${address}: it answered 404 with text/html\\. .* proxy entry`,
      ),
    ],
  ]);
  client.close();
  await close(other);
});
