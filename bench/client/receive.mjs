// The whole path from text, for one listener: messages as they come from a socket, through each client's own code;
// and through JSON.parse and an emitter, the least that a page could write by hand.
//
// An operation is 64 deliveries of 120 bytes, together where the protocol can.
import { Centrifuge } from 'centrifuge';
import { decodePacket } from 'engine.io-parser';
import { EventEmitter } from 'eventemitter3';
import { createNanoEvents } from 'nanoevents';
import { Manager } from 'socket.io-client';
import { createEventsClient, listen, plainEvent } from '../../runtime/ts/dist/index.js';
import { table } from './rounds.mjs';

const size = 64;
/** How many different messages there are. */
const laps = 32;
const payloads = Array.from({ length: size }, (_, current) => ({
  id: '7f9c24e8-3b12-4f6a-9d55-0c1be0a4d3f1',
  current,
  total: 1024,
  note: 'x'.repeat(24),
}));
const total = payloads.reduce((sum, { current }) => sum + current, 0);
const settle = () => new Promise((resolve) => setTimeout(resolve, 10));

/** A case that hands messages to a client n times; `heard` tells what has come out of it. */
const made = (name, ours, run, heard) => ({
  name,
  ours,
  run,
  check() {
    if (!heard() || heard() % total) throw new Error(`${name} lost some`);
  },
});

async function eventgen(name, messages) {
  let link;
  const transport = {
    name: 'bench',
    connect(given) {
      link = given;
      return { send: () => undefined, close: () => undefined };
    },
  };
  const client = createEventsClient({ transports: [transport] });
  let sum = 0;
  listen(plainEvent('progress', '00000000'), ({ current }) => (sum += current), { client });
  link.hello();
  let epoch = 0;
  const welcome = () => {
    epoch++;
    link.receive(
      `{"welcome":{"peer":"p","session":"s","ticket":"t","epoch":"e${String(epoch)}","at":0,"heartbeat":1000000}}`,
    );
  };
  welcome();
  await settle();
  return made(
    name,
    true,
    (n) => {
      // The same positions again are no news: another log is.
      for (let i = 0; i < n; i++) {
        if (i % laps === 0) welcome();
        for (const message of messages[i % laps]) link.receive(message);
      }
    },
    () => sum,
  );
}

/** By hand: no positions, no gaps, and an error of a listener ends the rest. */
function byHand(name, bus, messages) {
  let sum = 0;
  bus.on('progress', ({ current }) => (sum += current));
  return made(
    name,
    false,
    (n) => {
      for (let i = 0; i < n; i++)
        for (const message of messages[i % laps])
          for (const { event, seq, payload } of [].concat(JSON.parse(message)))
            bus.emit(event, payload, { event, seq });
    },
    () => sum,
  );
}

async function centrifuge() {
  let socket;
  class Socket {
    constructor() {
      socket = this;
      setTimeout(() => this.onopen());
    }
    send(text) {
      const replies = text.split('\n').map((line) => {
        const { id, connect } = JSON.parse(line);
        return JSON.stringify(connect ? { id, connect: { client: 'c', version: '6' } } : { id, subscribe: {} });
      });
      setTimeout(() => this.onmessage({ data: replies.join('\n') }));
    }
    close() {}
  }
  const client = new Centrifuge('ws://localhost/', { websocket: Socket });
  let sum = 0;
  const subscription = client.newSubscription('progress');
  subscription.on('publication', ({ data }) => (sum += data.current));
  const ready = new Promise((resolve) => subscription.once('subscribed', resolve));
  subscription.subscribe();
  client.connect();
  await ready;
  const data = payloads.map((data) => JSON.stringify({ push: { channel: 'progress', pub: { data } } })).join('\n');
  return made(
    'centrifuge-js, in one message',
    false,
    async (n) => {
      // It hands replies over in microtasks.
      for (let i = 0; i < n; i++) socket.onmessage({ data });
      await client._dispatchPromise;
    },
    () => sum,
  );
}

function socketIo() {
  const manager = new Manager('http://localhost', { autoConnect: false });
  const socket = manager.socket('/');
  let sum = 0;
  socket.on('progress', ({ current }) => (sum += current));
  manager.on('packet', (packet) => socket.onpacket(packet));
  manager.decoder.on('decoded', (packet) => manager.ondecoded(packet));
  socket.onconnect('id');
  const messages = payloads.map((payload) => '42' + JSON.stringify(['progress', payload]));
  return made(
    'socket.io-client, a message each',
    false,
    async (n) => {
      for (let i = 0; i < n; i++)
        for (const message of messages) manager.ondata(decodePacket(message, 'arraybuffer').data);
      await new Promise(setImmediate); // It hands packets over in microtasks.
    },
    () => sum,
  );
}

const frames = Array.from({ length: laps }, (_, lap) =>
  payloads.map((payload, i) => JSON.stringify({ event: 'progress', seq: lap * size + i + 1, payload })),
);
const together = frames.map((lap) => [`[${lap.join()}]`]);
const cases = [
  await eventgen('eventgen, in one message', together),
  await eventgen('eventgen, a message each', frames),
  byHand('JSON.parse and nanoevents, in one message', createNanoEvents(), together),
  byHand('JSON.parse and nanoevents, a message each', createNanoEvents(), frames),
  byHand('JSON.parse and eventemitter3, a message each', new EventEmitter(), frames),
  await centrifuge(),
  socketIo(),
];
await table(`Decode and dispatch of ${String(size)} deliveries`, cases, laps);
process.exit();
