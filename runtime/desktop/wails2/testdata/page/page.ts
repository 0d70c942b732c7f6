// The page of the tests in a real window. They call what stands under `page`, and it reports by an event of Wails.
import { type EventsClient, clientEvent, createEventsClient, emit, listen, plainEvent } from '../../../../ts/src/index.ts';
import { parity, rows } from '../../../../ts/test/parity.ts';
import { wails2 } from '../../../../ts/src/wails2.ts';

declare const runtime: { EventsEmit(name: string, ...data: unknown[]): void; EventsOffAll(): void };

const report = (...data: unknown[]) => {
  runtime.EventsEmit('test:report', ...data);
};
addEventListener('error', ({ message }) => report('error', message));
addEventListener('unhandledrejection', ({ reason }) => report('error', String(reason)));

const tick = plainEvent<'tick', number>('tick', '');
const text = plainEvent<'text', string>('text', '');
const number = clientEvent<'number', number>('number', '');
const word = clientEvent<'word', string>('word', '');

const client: EventsClient = createEventsClient({ window: 'main', transports: [wails2()] });
client.onStatus((status, reason) => report('status', status, reason));

/** What the ticks were: the first, the last, how many, and whether each was one more than that before. */
let first = 0;
let last = 0;
let count = 0;
let ordered = true;
let gaps = 0;
client.onGap(() => gaps++);
listen(
  tick,
  (n) => {
    if (count++ === 0) first = n;
    else if (n !== last + 1) ordered = false;
    last = n;
  },
  { client },
).ready.then(() => report('ready', performance.timeOrigin));
listen(text, (value) => emit(word, value, { client }), { client });

Object.assign(globalThis, {
  page: {
    state: () => report('state', { first, last, count, ordered, gaps }),
    /** Emits numbers without waiting for answers, and reports when all are answered. */
    numbers: async (to: number) => {
      const all = [];
      for (let n = 1; n <= to; n++) {
        all.push(emit(number, n, { client, timeout: 60_000 }));
        if (n % 200 === 0) await Promise.all(all.splice(0));
      }
      await Promise.all(all);
      report('numbers', to);
    },
    /** Does nothing else for so many milliseconds. */
    freeze: (milliseconds: number) => {
      report('frozen');
      for (const until = Date.now() + milliseconds; Date.now() < until; );
      report('thawed');
    },
    parity: async () => {
      try {
        const done = await parity((window) => createEventsClient({ window, transports: [wails2()] }));
        report('parity', done.join() === rows.join(), done);
      } catch (error) {
        report('parity', false, String(error));
      }
    },
    offAll: () => {
      runtime.EventsOffAll();
      report('off');
    },
  },
});
