import type { EmitOptions, RelayOptions } from './api.ts';
import type { ClientEvent } from './descriptor.ts';
import { EmitError, type WireError } from './errors.ts';

interface Pending {
  readonly id: number;
  readonly text: string;
  /** It has left on some connection of the session, so that it may have run. */
  sent: boolean;
  settle(error?: WireError): void;
}

/** The way out, as an outbox sees it. */
export interface Outlet {
  nextId(): number;
  /** Sends the frame of an emit if there is a connection, and returns whether there was one. */
  send(frame: string, id: number): boolean;
  /** How many bytes the backend takes in one message, if it has said so. */
  limit(): number | undefined;
  /** Why nothing can be sent, while that is so. */
  refusal(): WireError | undefined;
}

/** The emits of a client that have no answer yet. */
export interface Outbox {
  emit(event: ClientEvent, payload: unknown, options: EmitOptions | RelayOptions): Promise<void>;
  /** Takes the answer to an emit, if it is the id of one. */
  ack(id: number, error?: WireError): void;
  /** Sends what waits. What another session may have run already ends with `outcome_unknown`. */
  open(sameSession: boolean): void;
  /** Ends all with an error. */
  fail(error: WireError): void;
}

/** Makes the outbox of a client. A page that only listens has none. */
export function createOutbox(outlet: Outlet): Outbox {
  /** How many emits may wait for a connection, and how much text for an answer. */
  const mostWaiting = 256;
  const mostCharacters = 1 << 20;
  /** Milliseconds. */
  const defaultTimeout = 10_000;
  /** In the order of the calls, which is the order of ids. */
  const pending = new Map<number, Pending>();
  let characters = 0;

  /** Sends an entry, or refuses it if the backend would not take it; false if it has to wait. */
  const transmit = (entry: Pending): boolean => {
    const { id, text } = entry;
    const limit = outlet.limit() ?? Infinity;
    // A character has three bytes at most.
    if (text.length * 3 > limit && new TextEncoder().encode(text).length > limit) entry.settle({ code: 'too_large' });
    else if (!outlet.send(text, id)) return false;
    return (entry.sent = true);
  };

  return {
    emit: (event, payload, options) =>
      new Promise((resolve, reject) => {
        const { signal, timeout = defaultTimeout, offline } = options;
        const id = outlet.nextId();
        let text = '';
        let timer: ReturnType<typeof setTimeout> | undefined;
        const settle = (error?: WireError) => {
          if (pending.delete(id)) characters -= text.length;
          clearTimeout(timer);
          signal?.removeEventListener('abort', abort);
          if (error) reject(new EmitError(error, event.name));
          else resolve();
        };
        const abort = () => {
          settle({ code: 'aborted' });
        };

        try {
          const to = 'to' in options ? options.to : undefined;
          text = JSON.stringify({
            emit: event.name,
            id,
            payload: event.write ? event.write(payload as never) : payload,
            to: typeof to === 'string' ? { window: to } : to,
          });
        } catch (error) {
          settle({ code: 'invalid_payload', message: String(error) });
          return;
        }
        const entry: Pending = { id, text, sent: false, settle };
        pending.set(id, entry);
        characters += text.length;
        // setTimeout fires immediately where it cannot count as far.
        if (timeout && timeout < 2 ** 31)
          timer = setTimeout(() => {
            settle({ code: 'timeout' });
          }, timeout);
        signal?.addEventListener('abort', abort);

        const refusal = outlet.refusal();
        if (signal?.aborted) abort();
        else if (refusal) settle(refusal);
        else if (characters > mostCharacters) settle({ code: 'queue_full' });
        else if (!transmit(entry)) {
          if (offline === 'reject') settle({ code: 'closed', message: 'not connected' });
          else if ([...pending.values()].filter((other) => !other.sent).length > mostWaiting)
            settle({ code: 'queue_full' });
        }
      }),

    ack(id, error) {
      pending.get(id)?.settle(error);
    },

    open(sameSession) {
      for (const entry of [...pending.values()])
        if (entry.sent && !sameSession) entry.settle({ code: 'outcome_unknown' });
        else transmit(entry);
    },

    fail(error) {
      for (const entry of [...pending.values()]) entry.settle(error);
    },
  };
}
