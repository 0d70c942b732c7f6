import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import {
  type EventsClient,
  type ServerEvent,
  type Unlisten,
  createEventsClient,
  listen,
  plainEvent,
  serverEvent,
} from '../src/index.ts';
import { type Progress, progress, state, tick } from './events.ts';
import { type Entry, Model } from './model.ts';

// Listeners come and go all the time, within round trips and over cuts.

const plain = plainEvent<'plain', Progress>('plain', '000000ee');
const recent = serverEvent<'recent', Progress, string>('recent', '000000ef', { key: ['id'], replay: 3 });
const events: Readonly<Record<string, ServerEvent<string, Progress, string>>> = {
  plain,
  progress,
  recent,
  state,
};

const eventOf = (name: string) => events[name] ?? plain;

/** A listener that comes, and may leave. */
class Guest {
  readonly #event: ServerEvent<string, Progress, string>;
  readonly key: string | undefined;
  readonly #got: number[] = [];
  readonly #off: Unlisten;
  readonly #log: readonly Entry[];
  #left = false;
  /** The position of the log when it was told that it misses nothing from then on. */
  #from = Infinity;
  /** The connection has been cut before that. */
  #cut = false;
  /** Notes whether that is so. */
  readonly #note: () => void;

  constructor(client: EventsClient, model: Model, name: string, key: string | undefined) {
    this.#log = model.log;
    this.#event = eventOf(name);
    this.key = name === 'plain' ? undefined : key;
    this.#off = listen(this.#event, (_, { seq }) => this.#got.push(seq), {
      client,
      key: this.key,
    });
    // A value that was kept may be of a connection before.
    const keeps = this.#event === state || this.#event === recent;
    const cuts = keeps ? 0 : client.status === 'open' ? model.cuts : -1;
    this.#note = () => {
      this.#cut = cuts !== model.cuts;
    };
    this.#off.ready.then(
      () => {
        this.#from = model.log.length;
        this.#note();
      },
      () => undefined,
    );
  }

  leave(): void {
    this.#left = true;
    if (this.#from === Infinity) this.#note();
    this.#off();
  }

  /** Of each key it got what there was, once, in order and without a hole, from its beginning to its end. */
  check(): void {
    const mine = this.#log.filter(({ event }) => event === this.#event.name);
    for (const key of this.key === undefined ? ['a', 'b'] : [this.key]) {
      const due = mine.filter(({ payload }) => (payload as Progress).id === key).map(({ seq }) => seq);
      const got = this.#got.filter((seq) => due.includes(seq));
      const start = got.length ? due.indexOf(got[0] as number) : due.length;
      const rest = due.slice(start, this.#left ? start + got.length : undefined);
      if (this.#cut) {
        // What was not confirmed when the connection was cut began anew, and may have missed something until then.
        expect(got).toEqual([...new Set(got)].sort((a, b) => a - b));
        expect(got.filter((seq) => seq > this.#from)).toEqual(rest.filter((seq) => seq > this.#from));
      } else expect(got).toEqual(rest);
      if (this.#left) continue;
      // It begins with the value that was kept when it came, or with the first after its confirmation.
      expect(this.#from).toBeLessThan(Infinity);
      const confirmed = due.filter((seq) => seq <= this.#from).length;
      expect(start).toBeLessThanOrEqual(this.#event === state ? Math.max(0, confirmed - 1) : confirmed);
    }
    const seqs = mine.map(({ seq }) => seq);
    expect(seqs).toEqual(expect.arrayContaining(this.#got));
  }
}

const key = fc.constantFrom('a', 'b');
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('join' as const), key: fc.option(key, { nil: undefined }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('leave' as const), index: fc.nat(9) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('return' as const), index: fc.nat(9) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('emit' as const), key }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('handle' as const), count: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('deliver' as const), count: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 6, arbitrary: fc.constant({ do: 'task' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'cut' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'wait' as const }) },
);
const script = fc.array(step, { minLength: 20, maxLength: 100, size: 'max' });
const task = () => vi.advanceTimersByTimeAsync(0);

async function run(name: string, steps: typeof script extends fc.Arbitrary<infer T> ? T : never): Promise<void> {
  const model = new Model({ [state.name]: { sticky: true }, [recent.name]: { replay: 3 } });
  const client = createEventsClient({ transports: [model] });
  const guests: Guest[] = [];
  const present: Guest[] = [];
  const join = (key: string | undefined) => {
    const guest = new Guest(client, model, name, key);
    guests.push(guest);
    present.push(guest);
  };
  const leave = (index: number) => {
    const [guest] = present.splice(index % (present.length || 1), 1);
    guest?.leave();
    return guest;
  };
  listen(tick, () => undefined, { client });
  model.handle(1);
  model.deliver(1);
  for (const at of steps)
    switch (at.do) {
      case 'join':
        join(at.key);
        break;
      case 'leave':
        leave(at.index);
        break;
      case 'return': {
        const guest = leave(at.index);
        await task();
        if (guest) join(guest.key);
        await task();
        break;
      }
      case 'emit':
        model.emit(eventOf(name).name, { id: at.key, current: 0 });
        break;
      case 'task':
        await task();
        break;
      case 'wait':
        await vi.advanceTimersByTimeAsync(1000);
        break;
      case 'cut':
        model.cut();
        break;
      default:
        model[at.do](at.count);
    }
  // At last the network is good.
  for (let second = 0; second < 45; second++) {
    await vi.advanceTimersByTimeAsync(1000);
    model.handle(Infinity);
    model.deliver(Infinity);
  }
  for (const guest of guests) guest.check();
  client.close();
}

test.each(Object.keys(events))(
  'whoever comes and goes gets nothing of those before, nothing twice, and misses nothing: %s',
  async (name) => {
    vi.useFakeTimers();
    try {
      await fc.assert(
        fc.asyncProperty(script, (steps) => run(name, steps)),
        { numRuns: 200 },
      );
    } finally {
      vi.useRealTimers();
    }
  },
  60_000,
);
