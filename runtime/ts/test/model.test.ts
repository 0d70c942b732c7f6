import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { type EventsClient, type Unlisten, createEventsClient, emit, listen, plainEvent } from '../src/index.ts';
import { action, progress, tick } from './events.ts';
import { Model } from './model.ts';

const extra = plainEvent<'extra', number>('extra', '000000ee');

/** A listener that comes while all this goes on, and may leave before its end. */
class Guest {
  readonly #got: number[] = [];
  readonly #off: Unlisten;
  #left = false;
  /** How many there were when it was told that it misses none from then on. */
  #from: number | undefined;

  constructor(client: EventsClient, sent: readonly number[]) {
    this.#off = listen(extra, (n) => this.#got.push(n), { client });
    this.#off.ready.then(
      () => (this.#from = sent.length),
      () => undefined,
    );
  }

  leave(): void {
    this.#left = true;
    this.#off();
  }

  check(sent: readonly number[]): void {
    const [first] = this.#got;
    const start = first === undefined ? sent.length : sent.indexOf(first);
    const due = this.#from ?? sent.length;
    // Once, in order, and without a hole, from its beginning to its end.
    expect(this.#got).toEqual(sent.slice(start, this.#left ? start + this.#got.length : undefined));
    if (!this.#left || first !== undefined) expect(start).toBeLessThanOrEqual(due);
    if (!this.#left) expect(this.#from).toBeDefined();
  }
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ do: 'tick' as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('progress' as const), key: fc.constantFrom('a', 'b') }) },
  { weight: 3, arbitrary: fc.constant({ do: 'emit' as const }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('handle' as const), count: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('deliver' as const), count: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 4, arbitrary: fc.constant({ do: 'extra' as const }) },
  { weight: 2, arbitrary: fc.constant({ do: 'join' as const }) },
  { weight: 2, arbitrary: fc.constant({ do: 'leave' as const }) },
  { weight: 2, arbitrary: fc.constant({ do: 'cut' as const }) },
  { weight: 2, arbitrary: fc.constant({ do: 'wait' as const }) },
);

test('whatever is cut, every listener gets each delivery once and in order, and every emit runs once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      vi.useFakeTimers();
      const model = new Model();
      const client = createEventsClient({ transports: [model] });
      try {
        const ticks: unknown[] = [];
        const all: unknown[] = [];
        const ofA: unknown[] = [];
        const acks: Promise<void>[] = [];
        const extras: number[] = [];
        const guests: Guest[] = [];
        const present: Guest[] = [];
        let n = 0;
        const note = (payload: unknown) => all.push(payload);
        listen(tick, (payload) => ticks.push(payload), { client });
        listen(tick, note, { client });
        listen(progress, note, { client });
        listen(progress, ({ current }) => ofA.push(current), { client, key: 'a' });
        for (let i = 0; i < 2; i++) {
          await vi.advanceTimersByTimeAsync(0);
          model.handle(Infinity);
          model.deliver(Infinity);
        }
        for (const at of steps) {
          switch (at.do) {
            case 'tick':
              model.emit('tick', ++n);
              break;
            case 'progress':
              model.emit('download:progress', { id: at.key, current: ++n });
              break;
            case 'emit':
              acks.push(emit(action, { kind: String(++n) }, { client, timeout: 0 }));
              break;
            case 'extra':
              extras.push(++n);
              model.emit('extra', n);
              break;
            case 'join':
              guests.push(new Guest(client, extras));
              present.push(...guests.slice(-1));
              break;
            case 'leave':
              present.shift()?.leave();
              break;
            case 'cut':
              model.cut();
              break;
            case 'wait':
              await vi.advanceTimersByTimeAsync(1000);
              break;
            default:
              model[at.do](at.count);
          }
          await vi.advanceTimersByTimeAsync(0);
        }
        // At last the network is good.
        for (let second = 0; second < 45; second++) {
          await vi.advanceTimersByTimeAsync(1000);
          model.handle(Infinity);
          model.deliver(Infinity);
        }
        await Promise.all(acks);
        const payloads = (name?: string) =>
          model.log.filter(({ event }) => !name || event === name).map(({ payload }) => payload);
        expect(ticks).toEqual(payloads('tick'));
        expect(all).toEqual(model.log.filter(({ event }) => event !== extra.name).map(({ payload }) => payload));
        for (const guest of guests) guest.check(extras);
        expect(ofA).toEqual(
          (payloads('download:progress') as { id: string; current: number }[])
            .filter(({ id }) => id === 'a')
            .map(({ current }) => current),
        );
        expect(model.ran).toEqual([...model.ran].sort((a, b) => Number(a) - Number(b)));
        expect(model.ran).toHaveLength(acks.length);
      } finally {
        client.close();
        vi.useRealTimers();
      }
    }),
    { numRuns: 300 },
  );
}, 60_000);
