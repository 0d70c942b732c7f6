import { type EventsClient, createEventsClient } from '../../src/index.ts';
import { type MemoryTransport, memory } from '../../src/memory.ts';

/** A backend in memory with a client whose subscriptions are counted. */
export interface Backend {
  readonly wire: MemoryTransport;
  readonly client: EventsClient;
  /** Subscriptions that there are now. */
  readonly live: number;
  /** Subscriptions that there ever were. */
  readonly total: number;
}

export function backend(): Backend {
  const wire = memory();
  const client = createEventsClient({ transports: [wire] });
  let live = 0;
  let total = 0;
  const subscribe = client.subscribe.bind(client);
  client.subscribe = (event, sink) => {
    const unlisten = subscribe(event, sink);
    let ended = false;
    live++;
    total++;
    const off = () => {
      if (!ended) live--;
      ended = true;
      unlisten();
    };
    return Object.assign(off, { ready: unlisten.ready, [Symbol.dispose]: off });
  };
  return {
    wire,
    client,
    get live() {
      return live;
    },
    get total() {
      return total;
    },
  };
}

/** Lets microtasks and timers of no delay run. */
export const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
