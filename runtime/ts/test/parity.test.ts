import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createEventsClient } from '../src/index.ts';
import { sidecar } from '../src/sidecar.ts';
import { webSocket } from '../src/ws.ts';
import { PageSocket, buildBeside } from './beside.ts';
import { backend } from './glue/electron.ts';
import { parity, rows } from './parity.ts';

// The same runs in a window of Wails v2: runtime/desktop/wails2.

let path: string;
beforeAll(() => {
  const built = buildBeside();
  ({ path } = built);
  return built.remove;
}, 120_000);
beforeEach(() => {
  vi.stubGlobal('WebSocket', PageSocket);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

test('sidecar', async () => {
  PageSocket.from = 'app://localhost';
  vi.stubEnv('ORIGINS', 'app://localhost');
  const { handshake, stop } = backend(path);
  expect(await parity((window) => createEventsClient({ window, transports: [sidecar(handshake)] }))).toEqual(rows);
  stop();
});

test('web', async () => {
  vi.stubEnv('WEB', '1');
  const { handshake, stop } = backend(path);
  const { url } = await handshake();
  PageSocket.from = url;
  expect(await parity((window) => createEventsClient({ url, window, transports: [webSocket()] }))).toEqual(rows);
  stop();
});
