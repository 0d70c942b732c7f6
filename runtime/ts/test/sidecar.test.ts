import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createEventsClient, once } from '../src/index.ts';
import { sidecar } from '../src/sidecar.ts';
import { PageSocket, buildBeside, surviveRestart } from './beside.ts';
import { tick } from './events.ts';
import { backend } from './glue/electron.ts';

// With a Go program beside a Node parent, as Electron's main process is one.

let path: string;
beforeAll(() => {
  const built = buildBeside();
  ({ path } = built);
  return built.remove;
}, 120_000);
beforeEach(() => {
  vi.stubGlobal('WebSocket', PageSocket);
  vi.spyOn(Math, 'random').mockReturnValue(0.05);
  vi.stubEnv('ORIGINS', 'app://localhost null');
  PageSocket.from = 'app://localhost';
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test('a program that dies in mid-stream is started again', async () => {
  const { handshake, stop } = backend(path);
  await surviveRestart(handshake);
  stop();
});

test.each([
  ['app://localhost', true],
  ['null', true],
  ['https://evil.example', false],
  ['http://localhost:80', false],
])('a page of the origin %s gets in: %s', async (origin, open) => {
  const { handshake, stop } = backend(path);
  const warn = vi.spyOn(console, 'warn').mockReturnValue();
  PageSocket.from = origin;
  const client = createEventsClient({ transports: [sidecar(await handshake())] });
  void once(tick, { client }).catch(() => undefined);
  await vi.waitUntil(() => client.status === 'open' || warn.mock.calls.length, { timeout: 10_000 });
  expect(client.status === 'open').toBe(open);
  client.close();
  stop();
});

test('a page without the token does not get in', async () => {
  const { handshake, stop } = backend(path);
  const warn = vi.spyOn(console, 'warn').mockReturnValue();
  const { url } = await handshake();
  const client = createEventsClient({ transports: [sidecar({ url, token: 'guessed' })] });
  void once(tick, { client }).catch(() => undefined);
  await vi.waitUntil(() => warn.mock.calls.length, { timeout: 10_000 });
  expect(client.status).not.toBe('open');
  client.close();
  stop();
});

test('a token of the client has no place beside that of the handshake', async () => {
  const client = createEventsClient({
    token: () => 'mine',
    transports: [sidecar({ url: 'http://127.0.0.1:1', token: 't' })],
  });
  const errors: unknown[] = [];
  client.onError((error) => errors.push(error));
  vi.spyOn(console, 'warn').mockReturnValue();
  void once(tick, { client }).catch(() => undefined);
  await vi.waitUntil(() => errors.length);
  expect(String(errors[0])).toContain('remove the option token');
  client.close();
});

test('a program that cannot be started is reported, and asked for again', async () => {
  const asked = vi.fn(() => Promise.reject(new Error('no such program')));
  const client = createEventsClient({ transports: [sidecar(asked)] });
  const errors: unknown[] = [];
  client.onError((error) => errors.push(error));
  vi.spyOn(console, 'warn').mockReturnValue();
  void once(tick, { client }).catch(() => undefined);
  await vi.waitUntil(() => asked.mock.calls.length > 2);
  expect(String(errors[0])).toContain('no such program');
  client.close();
});
