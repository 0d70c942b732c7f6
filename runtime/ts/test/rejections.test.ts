import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type EventsClient, EventQueue, createEventsClient, createEvents, listen, once, stream } from '../src/index.ts';
import { chat, tick } from './events.ts';
import { Wire } from './wire.ts';

/** Nobody looks at what a subscription's `ready` rejects with here, so that nothing may be unhandled. */
const unhandled = vi.fn();
const events = createEvents<{ tick: number; chat: string }, object>([tick, chat]);
let wire: Wire;
let client: EventsClient;

beforeEach(() => {
  unhandled.mockClear();
  process.on('unhandledRejection', unhandled);
  wire = new Wire();
  client = createEventsClient({ transports: [wire] });
  client.onError(() => undefined);
});
afterEach(() => {
  process.off('unhandledRejection', unhandled);
  client.close();
});

/** Node reports what is unhandled when all microtasks have run, before it goes on to the next phase of its loop. */
const reported = () => new Promise(setImmediate);

/** Each returns what ends it. */
const subscriptions: Record<string, (signal: AbortSignal) => () => void> = {
  listen: (signal) => listen(tick, vi.fn(), { client, signal }),
  'once with a listener': (signal) => once(tick, vi.fn(), { client, signal }),
  listenAny: (signal) => events.listenAny(vi.fn(), { client, signal }),
  stream(signal) {
    const made = stream(tick, { client, signal });
    return () => {
      made.close();
    };
  },
  EventQueue() {
    const queue = new EventQueue(tick, { client });
    queue.start();
    return () => {
      queue.stop();
    };
  },
};
const refused = { tick: { code: 'forbidden' }, chat: { code: 'forbidden' } };
const orders: Record<string, (end: () => void, controller: AbortController) => void> = {
  'ended before anything connects': (end) => {
    end();
  },
  'ended while connected, unconfirmed': (end) => {
    wire.receive({ welcome: { peer: 'p', session: 's', ticket: 't', epoch: 'e', at: 0 } });
    end();
  },
  'ended when confirmed': (end) => {
    wire.accept();
    end();
  },
  'ended twice, after a refusal': (end) => {
    wire.accept({ refused });
    end();
    end();
  },
  'refused after the end': (end) => {
    end();
    wire.accept({ refused });
  },
  aborted: (_, controller) => {
    wire.accept();
    controller.abort();
  },
  'closed before anything connects': () => {
    client.close();
  },
  'closed, then ended': (end) => {
    wire.accept();
    client.close();
    end();
  },
  'credentials refused': () => {
    wire.close(4401);
    wire.close(4401);
  },
};

for (const [name, subscribe] of Object.entries(subscriptions)) {
  test.each(Object.entries(orders))(`${name}: %s`, async (_, run) => {
    const controller = new AbortController();
    run(subscribe(controller.signal), controller);
    await reported();
    expect(unhandled).not.toHaveBeenCalled();
  });

  test(`${name}: aborted from the start`, async () => {
    subscribe(AbortSignal.abort());
    await reported();
    expect(unhandled).not.toHaveBeenCalled();
  });

  test(`${name}: on a closed client`, async () => {
    client.close();
    subscribe(new AbortController().signal)();
    await reported();
    expect(unhandled).not.toHaveBeenCalled();
  });
}

test('who asks for ready is told', async () => {
  const any = events.listenAny(vi.fn(), { client });
  any();
  await expect(any.ready).rejects.toMatchObject({ code: 'aborted' });
});
