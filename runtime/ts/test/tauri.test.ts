// @vitest-environment jsdom
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { clearMocks, mockIPC } from '@tauri-apps/api/mocks';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { PageSocket, buildBeside, surviveRestart } from './beside.ts';

// The glue of docs/desktop.md for Tauri, in a page whose calls to the shell plugin run a real program.

interface Spawn {
  readonly program: string;
  readonly options: { readonly sidecar?: boolean };
  readonly onEvent: { onmessage: (event: unknown) => void };
}

let path: string;
let children: ChildProcess[];

beforeAll(() => {
  const built = buildBeside();
  ({ path } = built);
  return built.remove;
}, 120_000);
beforeEach(() => {
  children = [];
  sessionStorage.clear();
  vi.resetModules();
  vi.stubEnv('ORIGINS', location.origin);
  vi.stubGlobal('WebSocket', PageSocket);
  PageSocket.from = location.origin;
  mockIPC((command, payload) => {
    if (command !== 'plugin:shell|spawn') throw new Error(`the page has no permission for ${command}`);
    const { program, options, onEvent } = payload as unknown as Spawn;
    expect([program, options.sidecar]).toEqual(['binaries/app', true]);
    const child = spawn(path, { stdio: ['pipe', 'pipe', 'inherit'] });
    children.push(child);
    createInterface(child.stdout).on('line', (line) => {
      onEvent.onmessage({ event: 'Stdout', payload: line });
    });
    child.on('close', (code) => {
      onEvent.onmessage({ event: 'Terminated', payload: { code, signal: null } });
    });
    return child.pid;
  });
});
afterEach(() => {
  for (const child of children) child.stdin?.end();
  clearMocks();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test('a program that dies in mid-stream is started again', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  const { handshake } = await import('./glue/tauri.ts');
  await surviveRestart(handshake);
  expect(children.length).toBe(2);
});

test('a page that is loaded again finds the program that runs', async () => {
  const first = await (await import('./glue/tauri.ts')).handshake();
  vi.resetModules();
  expect(await (await import('./glue/tauri.ts')).handshake()).toEqual(first);
  expect(children.length).toBe(1);
});
