import type { ListenOptions } from './core/api.ts';
import type { Unlisten } from './core/unlisten.ts';
import type { ServerEvent } from './core/descriptor.ts';
import { clientOf } from './listen.ts';

/** Options of an {@link EventQueue}. */
export interface QueueOptions<K = never> extends Omit<ListenOptions<K>, 'signal'> {
  /** How many payloads it holds; default 1024. */
  readonly capacity?: number | undefined;
  /** What a full queue loses: its oldest payload (the default), the newest, or all but the newest. */
  readonly overflow?: 'drop-oldest' | 'drop-newest' | 'latest' | undefined;
}

/** Collects payloads for those who come for them at their own pace: once a frame, for instance. */
export class EventQueue<P, K = never> {
  readonly #event: ServerEvent<string, P, K>;
  readonly #options: QueueOptions<K>;
  #items: P[] = [];
  #dropped = 0;
  #unlisten: Unlisten | undefined;

  constructor(event: ServerEvent<string, P, K>, options: QueueOptions<K> = {}) {
    this.#event = event;
    this.#options = options;
  }

  /** How many payloads wait. */
  get length(): number {
    return this.#items.length;
  }

  /** How many payloads were lost since the queue was made or cleared. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Starts to collect. Does nothing if it has been started. */
  start(): void {
    const { capacity = 1024, overflow = 'drop-oldest' } = this.#options;
    this.#unlisten ??= clientOf(this.#options).subscribe(this.#event, {
      ...this.#options,
      next: (payload) => {
        const items = this.#items;
        if (items.length < capacity) items.push(payload);
        else if (overflow === 'drop-newest') this.#dropped++;
        else {
          this.#dropped += items.splice(0, overflow === 'latest' ? items.length : 1).length;
          items.push(payload);
        }
      },
    });
  }

  /** Takes the oldest payload; undefined if none waits. */
  dequeue(): P | undefined {
    return this.#items.shift();
  }

  /** Forgets what waits and what was lost. */
  clear(): void {
    this.#items = [];
    this.#dropped = 0;
  }

  /** Stops to collect. What waits stays; it may be started again. */
  stop(): void {
    this.#unlisten?.();
    this.#unlisten = undefined;
  }
}
