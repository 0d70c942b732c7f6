import type { Target } from './core/api.ts';
import type { ServerEvent } from './core/descriptor.ts';
import type { WireError } from './core/errors.ts';
import type { Link, Transport } from './core/transport.ts';
import type { Refusals, ServerFrame, WireInterest, WireInterests } from './core/wire.ts';

/** An emit that has left the page. The payload is in its wire form. */
export interface MemoryEmit {
  readonly event: string;
  readonly payload: unknown;
  readonly to: Exclude<Target, string> | undefined;
}

/** What the pretended backend answers to an emit: an error, or nothing for success. */
export type MemoryReply = WireError | undefined | void;

/** Options of {@link memory}. */
export interface MemoryOptions {
  /** Answers emits; default: each is accepted. A promise that stays pending is no answer, one that rejects is `internal`. */
  readonly onEmit?: ((emit: MemoryEmit) => MemoryReply | Promise<MemoryReply>) | undefined;
  /** Answers listens: events with an error here are refused. */
  readonly refused?: Refusals | undefined;
}

/** A backend in memory, for tests: the page's code runs as it does with a real one. */
export interface MemoryTransport extends Transport {
  /** Delivers a payload as if the backend had emitted it. Listeners have run when it returns. */
  inject<P>(event: ServerEvent<string, P, unknown>, payload: P): void;
  /** Delivers payloads as one batch; one by one if the event is not batched. */
  injectBatch<P>(event: ServerEvent<string, P, unknown>, payloads: readonly P[]): void;
  /** Everything that the page has emitted, in order. */
  readonly emits: readonly MemoryEmit[];
  /** What the page listens to now. Listens of one task arrive together after it. */
  readonly listening: Readonly<WireInterests>;
  /** The page is connected. */
  readonly connected: boolean;
  /** Tells the page what it has missed. */
  gap(events: Readonly<Record<string, number | null>>): void;
  /** Tells the page that these contracts have changed. */
  stale(events: Readonly<Record<string, string>>): void;
  /** Takes events away from the page. */
  refuse(events: Refusals): void;
  /** Cuts the connection, with a close code if one is given. The page connects again in its time. */
  disconnect(code?: number, reason?: string): void;
  /** Starts over as another backend would that knows nothing of the page: a new epoch and session. */
  restart(): void;
}

interface PageFrame {
  hello?: { listen: WireInterests; resume?: { epoch: string; seq: number } };
  listen?: WireInterests;
  unlisten?: string[];
  emit?: string;
  id?: number;
  payload?: unknown;
  to?: Exclude<Target, string>;
}

/** Makes a backend in memory: `createEventsClient({ transports: [memory()] })`. */
export function memory(options: MemoryOptions = {}): MemoryTransport {
  const emits: MemoryEmit[] = [];
  const listening = new Map<string, WireInterest>();
  let link: Link | undefined;
  let connected = false;
  let seq = 0;
  let life = 1;

  const refusedOf = (interests: WireInterests): Refusals =>
    Object.fromEntries(Object.entries(options.refused ?? {}).filter(([name]) => Object.hasOwn(interests, name)));

  const listen = (interests: WireInterests) => {
    for (const [name, interest] of Object.entries(interests))
      if (!Object.hasOwn(options.refused ?? {}, name)) listening.set(name, interest);
  };

  const open = () => {
    if (!link || connected) return;
    connected = true;
    const { hello } = JSON.parse(link.hello()) as PageFrame;
    const interests = hello?.listen ?? {};
    const epoch = `memory-${String(life)}`;
    const resumed = hello?.resume?.epoch === epoch;
    listen(interests);
    link.receive({
      welcome: {
        peer: 'memory',
        session: `session-${String(life)}`,
        ticket: 'memory',
        epoch,
        at: resumed ? (hello?.resume?.seq ?? 0) : seq,
        resumed,
        refused: refusedOf(interests),
      },
    });
  };

  /** The connection, which opens now if it was about to. */
  const page = (): Link => {
    open();
    if (!link) throw new Error('memory(): no client is connected: nothing has listened, or its token is on the way');
    return link;
  };

  const receive = (frame: ServerFrame) => {
    page().receive(frame);
  };

  const inject: MemoryTransport['inject'] = ({ name }, payload) => {
    receive({ event: name, seq: ++seq, payload, decoded: true });
  };

  const close = () => {
    link = undefined;
    connected = false;
    listening.clear();
  };

  const take = async ({ listen: interests, unlisten, emit, id = 0, payload, to }: PageFrame) => {
    const from = link;
    if (interests) {
      listen(interests);
      from?.receive({ ack: id, refused: refusedOf(interests) });
    } else if (unlisten) {
      for (const name of unlisten) listening.delete(name);
      from?.receive({ ack: id });
    } else if (emit !== undefined) {
      const made: MemoryEmit = { event: emit, payload, to };
      emits.push(made);
      let error: MemoryReply;
      try {
        error = await options.onEmit?.(made);
      } catch (cause) {
        error = { code: 'internal', message: String(cause) };
      }
      from?.receive({ ack: id, ...(error && { error }) });
    }
  };

  return {
    name: 'memory',
    emits,
    get connected() {
      return connected;
    },
    get listening() {
      return Object.fromEntries(listening);
    },
    connect(next) {
      link = next;
      queueMicrotask(open);
      return {
        send(frame) {
          void take(JSON.parse(frame) as PageFrame);
        },
        close,
      };
    },
    inject,
    injectBatch(event, payloads) {
      if (event.batch) receive({ event: event.name, seq: ++seq, batch: payloads, decoded: true });
      else for (const payload of payloads) inject(event, payload);
    },
    gap(events) {
      receive({ gap: { events } });
    },
    stale(events) {
      receive({ stale: events });
    },
    refuse(events) {
      receive({ refused: events });
    },
    disconnect(code, reason) {
      const from = page();
      close();
      from.closed(code, reason);
    },
    restart() {
      life++;
      seq = 0;
      if (connected) this.disconnect();
    },
  };
}
