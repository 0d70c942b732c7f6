import { clearMocks, mockIPC } from '@tauri-apps/api/mocks';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type EventsClient, createEventsClient, emit, listen, once } from '../../src/index.ts';
import { tauri } from '../../src/tauri.ts';
import { action, tick } from '../events.ts';
import { Inbox } from '../transport.ts';
import type { PageFrame } from '../wire.ts';

// Against Tauri's own mocks: the real Channel and invoke, with the host's side played by the test.

interface Call {
  readonly command: string;
  readonly args: { hello: string; message: string; connection: number; channel: { id: number }; token?: string };
  readonly answer: (value?: unknown) => void;
  readonly fail: (error: unknown) => void;
}

let calls: Inbox<Call>;
let client: EventsClient;
let index: number;

const internals = () =>
  (window as unknown as { __TAURI_INTERNALS__: { runCallback: (id: number, data: unknown) => void } })
    .__TAURI_INTERNALS__;
const say = ({ args }: Call, message: unknown) => {
  internals().runCallback(args.channel.id, { index: index++, message });
};
const welcome = { welcome: { peer: 'p', session: 's', epoch: 'e', at: 0 } };

beforeEach(() => {
  calls = new Inbox();
  index = 0;
  mockIPC(
    (command, args) =>
      new Promise((answer, fail) => {
        calls.push({ command, args: args as unknown as Call['args'], answer, fail });
      }),
  );
  client = createEventsClient({ transports: [tauri()], window: 'main', token: () => 'secret' });
});
afterEach(() => {
  client.close();
  clearMocks();
});

test('opens with the hello and a channel, and gets text and values', async () => {
  const got = new Inbox<number>();
  const off = listen(tick, (n) => void got.push(n), { client });
  const opened = await calls.next();
  expect(opened.command).toBe('plugin:eventgen|open');
  expect(opened.args.token).toBe('secret');
  expect(JSON.parse(opened.args.hello)).toEqual({
    hello: { window: 'main', listen: { tick: { contract: '00000004' } } },
  });
  opened.answer(7);
  say(opened, welcome);
  await off.ready;
  say(opened, '{"event":"tick","seq":1,"payload":1}');
  say(opened, [{ event: 'tick', seq: 2, payload: 2 }]);
  expect([await got.next(), await got.next()]).toEqual([1, 2]);
});

test('messages of the channel are in order, however they come', async () => {
  const got = new Inbox<number>();
  listen(tick, (n) => void got.push(n), { client });
  const opened = await calls.next();
  opened.answer(7);
  say(opened, welcome);
  const { runCallback } = internals();
  runCallback(opened.args.channel.id, { index: 2, message: { event: 'tick', seq: 2, payload: 2 } });
  runCallback(opened.args.channel.id, { index: 1, message: { event: 'tick', seq: 1, payload: 1 } });
  expect([await got.next(), await got.next()]).toEqual([1, 2]);
});

test('sends one at a time, what waits together', async () => {
  const off = listen(tick, () => undefined, { client });
  const opened = await calls.next();
  opened.answer(7);
  say(opened, welcome);
  await off.ready;
  await new Promise((resolve) => setTimeout(resolve)); // the answer to open has arrived
  const sent = ['a', 'b', 'c'].map((kind) => emit(action, { kind }, { client }));
  const first = await calls.next();
  expect([first.command, first.args.connection]).toEqual(['plugin:eventgen|send', 7]);
  await Promise.resolve();
  expect(calls.size).toBe(0);
  first.answer();
  const second = await calls.next();
  const frames = [first, second].flatMap(({ args }) => JSON.parse(args.message) as PageFrame[]);
  expect(frames.map(({ payload }) => (payload as { kind: string }).kind)).toEqual(['a', 'b', 'c']);
  for (const { id } of frames) say(opened, { ack: id });
  await Promise.all(sent);
});

test.each([
  ['a value', { close: { code: 4409, reason: 'replaced' } }],
  ['text', '{"close":{"code":4409,"reason":"replaced"}}'],
])('a close message has a code: %s', async (_, message) => {
  client.onError(() => undefined);
  const waiting = once(tick, { client });
  const opened = await calls.next();
  opened.answer(7);
  say(opened, welcome);
  say(opened, message);
  await expect(waiting).rejects.toMatchObject({ code: 'replaced' });
});

test('closing the client closes the connection, also one that is still opening', async () => {
  listen(tick, () => undefined, { client });
  const opened = await calls.next();
  client.close();
  opened.answer(7);
  const { command, args } = await calls.next();
  expect([command, args]).toEqual(['plugin:eventgen|close', { connection: 7 }]);
});
