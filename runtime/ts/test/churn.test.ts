import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import {
  type EventsClient,
  type ServerEvent,
  type Unlisten,
  createEventsClient,
  listen,
  plainEvent,
} from '../src/index.ts';
import { type Progress, progress, state, tick } from './events.ts';
import { type Entry, Model } from './model.ts';

// Listeners come and go all the time, within round trips and over cuts.

const plain = plainEvent<'plain', Progress>('plain', '000000ee');
const events: Readonly<Record<string, ServerEvent<string, Progress, string>>> = { plain, progress, state };

const eventOf = (name: string) => events[name] ?? plain;

/** A listener that comes, and may leave. */
class Guest {
  readonly #event: ServerEvent<string, Progress, string>;
  readonly #key: string | undefined;
  readonly #got: number[] = [];
  readonly #off: Unlisten;
  readonly #log: readonly Entry[];
  #left = false;
  /** The position of the log when it was told that it misses nothing from then on. */
  #from = Infinity;
  /** The connection has been cut before that. */
  #cut = false;

  constructor(client: EventsClient, model: Model, name: string, key: string | undefined) {
    this.#log = model.log;
    this.#event = eventOf(name);
    this.#key = name === 'plain' ? undefined : key;
    this.#off = listen(this.#event, (_, { seq }) => this.#got.push(seq), {
      client,
      key: this.#key,
    });
    // A value that was kept may be of a connection before.
    const cuts = this.#event === state ? 0 : client.status === 'open' ? model.cuts : -1;
    this.#off.ready.then(
      () => {
        this.#from = model.log.length;
        this.#cut = cuts !== model.cuts;
      },
      () => undefined,
    );
  }

  leave(): void {
    this.#left = true;
    this.#off();
  }

  /** Of each key it got what there was, once, in order and without a hole, from its beginning to its end. */
  check(): void {
    const mine = this.#log.filter(({ event }) => event === this.#event.name);
    for (const key of this.#key === undefined ? ['a', 'b', 'c'] : [this.#key]) {
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

const key = fc.constantFrom('a', 'b', 'c');
const which = fc.constantFrom(...Object.keys(events));
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('join' as const), event: which, key: fc.option(key, { nil: undefined }) }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('leave' as const), index: fc.nat() }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('emit' as const), event: which, key }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('handle' as const), count: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('deliver' as const), count: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 6, arbitrary: fc.constant({ do: 'task' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'cut' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'wait' as const }) },
);

test('whoever comes and goes gets nothing of those before, nothing twice, and misses nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 120, size: 'max' }), async (steps) => {
      vi.useFakeTimers();
      const model = new Model({ [state.name]: { sticky: true } });
      const client = createEventsClient({ transports: [model] });
      try {
        const guests: Guest[] = [];
        const present: Guest[] = [];
        listen(tick, () => undefined, { client });
        model.handle(1);
        model.deliver(1);
        for (const at of steps)
          switch (at.do) {
            case 'join':
              present.push(new Guest(client, model, at.event, at.key));
              guests.push(...present.slice(-1));
              break;
            case 'leave':
              present.splice(at.index % (present.length || 1), 1)[0]?.leave();
              break;
            case 'emit':
              model.emit(eventOf(at.event).name, { id: at.key, current: 0 });
              break;
            case 'task':
              await vi.advanceTimersByTimeAsync(0);
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
      } finally {
        client.close();
        vi.useRealTimers();
      }
    }),
    { numRuns: 500 },
  );
}, 60_000);
