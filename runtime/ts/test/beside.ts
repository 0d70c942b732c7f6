import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { Handshake } from '../src/sidecar.ts';
import { sidecar } from '../src/sidecar.ts';
import { createEventsClient, emit, listen } from '../src/index.ts';
import { action, tick } from './events.ts';
import { Inbox } from './transport.ts';

/** As in a page, where an error that nobody listens to is nothing. */
export class PageSocket extends WebSocket {
  static from: string;
  constructor(address: string, protocols: string[]) {
    super(address, protocols, { origin: PageSocket.from });
    this.on('error', () => undefined);
  }
}

/** Builds the program that the tests run beside a shell, and returns what removes it. */
export function buildBeside(): { path: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'beside-'));
  const path = join(folder, 'beside');
  execFileSync('go', ['build', '-o', path, './runtime/desktop/sidecar/testdata/beside'], {
    cwd: join(import.meta.dirname, '../../..'),
  });
  return {
    path,
    remove: () => {
      rmSync(folder, { recursive: true });
    },
  };
}

/** A program that dies in mid-stream and is started again: what was in flight is told, and the page goes on. */
export async function surviveRestart(handshake: () => Promise<Handshake>): Promise<void> {
  const asked = vi.fn(handshake);
  const client = createEventsClient({ transports: [sidecar(asked)] });
  try {
    const got = new Inbox<number>();
    const onGap = vi.fn();
    const off = listen(tick, (n) => void got.push(n), { client, onGap });
    await off.ready;
    await emit(action, { kind: 'count' }, { client });
    for (let n = 1; n <= 100; n++) expect(await got.next()).toBe(n);
    await expect(emit(action, { kind: 'die' }, { client })).rejects.toMatchObject({ code: 'outcome_unknown' });
    expect(onGap).toHaveBeenCalled();
    expect(asked.mock.calls.length).toBeGreaterThan(1);
    const [before, after] = [await asked.mock.results[0]?.value, await asked.mock.results.at(-1)?.value] as Handshake[];
    expect(after?.token).not.toBe(before?.token);
    // Another life: it counts from the start.
    const again = new Inbox<number>();
    off();
    await listen(tick, (n) => void again.push(n), { client }).ready;
    await emit(action, { kind: 'count' }, { client });
    for (let n = 1; n <= 100; n++) expect(await again.next()).toBe(n);
  } finally {
    client.close();
  }
}
