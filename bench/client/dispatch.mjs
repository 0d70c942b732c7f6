// Deliveries to their listeners, from frames that have been parsed: the client's own dispatch, beside emitters that
// are given the frame's event, its payload and the same metadata. (mitt hands on one argument: its listeners get the
// payload alone.)
//
// All get frames that are fresh from JSON.parse, as each is in a page, and the same listeners, in one loop of the same
// form; parsing is not measured here. There are four events, and four functions that listen, so that no emitter is
// compiled for one listener alone; each adds to a sum that is checked. Only the client knows positions, and drops
// what comes twice, keeps a listener that throws from the others, and lets listeners leave in the middle.
import { EventEmitter } from 'eventemitter3';
import mitt from 'mitt';
import { createNanoEvents } from 'nanoevents';
import { createSubscriptions } from '../../runtime/ts/dist/core/subscriptions.js';
import { plainEvent, serverEvent } from '../../runtime/ts/dist/index.js';
import { table } from './rounds.mjs';

const names = ['download:progress', 'download:complete', 'user:current', 'log:line'];
const texts = Array.from({ length: 64 }, (_, i) =>
  JSON.stringify({ event: names[i % 4], seq: 0, payload: { id: 'abcd'[(i >> 2) & 3], current: i, total: 64 } }),
);

/** Makes listeners that add what they hear to one sum, each in a way of its own. */
function listeners(count) {
  const heard = { sum: 0, calls: 0 };
  const kinds = [
    () => (payload) => {
      heard.sum += payload.current;
      heard.calls++;
    },
    () =>
      ({ current }) => {
        heard.sum = heard.sum + current;
        heard.calls++;
      },
    () => (payload) => {
      const { current, total } = payload;
      if (current < total) heard.sum += current;
      heard.calls++;
    },
    () => (payload) => {
      heard.calls += 1;
      heard.sum += payload.current;
    },
  ];
  return { heard, made: Array.from({ length: count }, (_, i) => kinds[i % kinds.length]()) };
}

/** A case: `on` adds a listener, `emit` hands on a frame. */
function makeCase(name, ours, count, on, emit) {
  const { heard, made } = listeners(count + names.length);
  for (const [at, event] of names.entries()) for (const listener of made.slice(at, at + count)) on(event, listener);
  let frames = [];
  let seq = 0;
  return {
    name,
    ours,
    prepare(n) {
      frames = [];
      for (let i = 0; i < n; i++) {
        const frame = JSON.parse(texts[i & 63]);
        frame.seq = ++seq;
        frames.push(frame);
      }
    },
    run(n) {
      for (let i = 0; i < n; i++) emit(frames[i]);
    },
    check() {
      if (!heard.sum || heard.calls !== seq * count) throw new Error(`${name} lost some`);
    },
  };
}

function eventgen(name, count, descriptor) {
  const subscriptions = createSubscriptions(
    () => undefined,
    (error) => {
      throw error;
    },
  );
  const events = new Map(names.map((event) => [event, descriptor(event)]));
  return makeCase(
    name,
    true,
    count,
    (event, next) => subscriptions.subscribe(events.get(event), { next }),
    (frame) => subscriptions.dispatch(frame.event, frame),
  );
}

function emitter(name, count, bus) {
  return makeCase(
    name,
    false,
    count,
    (event, listener) => bus.on(event, listener),
    (frame) => bus.emit(frame.event, frame.payload, { event: frame.event, seq: frame.seq }),
  );
}

for (const count of [1, 10, 100])
  await table(
    `Dispatch of a parsed frame to ${String(count)} listener${count > 1 ? 's' : ''}`,
    [
      eventgen('eventgen', count, (event) => plainEvent(event, '00000000')),
      eventgen('eventgen, keyed event', count, (event) => serverEvent(event, '00000000', { key: ['id'] })),
      emitter('mitt', count, mitt()),
      emitter('nanoevents', count, createNanoEvents()),
      emitter('eventemitter3', count, new EventEmitter()),
    ],
    count > 10 ? 1024 : 4096,
  );
