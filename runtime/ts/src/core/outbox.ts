import type { EmitOptions, RelayOptions } from './api.ts';
import type { ClientEvent } from './descriptor.ts';
import { EmitError, type WireError } from './errors.ts';

const mostEntries = 256;
const mostCharacters = 1 << 20;
const defaultTimeout = 10_000;

interface Pending {
  readonly text: string;
  sent: boolean;
  settle(error?: WireError): void;
}

/** The emits of a client that have no answer yet. */
export interface Outbox {
  emit(event: ClientEvent, payload: unknown, options: EmitOptions | RelayOptions): Promise<void>;
  /** Takes the answer to an emit; false if the id is of no emit that waits. */
  ack(id: number, error?: WireError): boolean;
  /** Sends what waits. What another session may have run already ends with `outcome_unknown`. */
  open(sameSession: boolean): void;
  /** Ends all with an error. */
  fail(error: WireError): void;
}

/**
 * Makes the outbox of a client. `send` sends a frame if the client is connected, and tells
 * whether it did; `buffered` tells how much of what was sent has not left yet.
 */
export function createOutbox(nextId: () => number, send: (frame: string) => boolean, buffered: () => number): Outbox {
  const pending = new Map<number, Pending>();

  return {
    emit: (event, payload, options) =>
      new Promise((resolve, reject) => {
        const { name } = event;
        const { signal, timeout = defaultTimeout } = options;
        const fail = (error: WireError) => {
          reject(new EmitError(error, name));
        };
        if (signal?.aborted) {
          fail({ code: 'aborted' });
          return;
        }

        const id = nextId();
        let text: string;
        try {
          const to = 'to' in options ? options.to : undefined;
          text = JSON.stringify({
            emit: name,
            id,
            payload: event.write ? event.write(payload as never) : payload,
            to: typeof to === 'string' ? { window: to } : to,
          });
        } catch (error) {
          fail({ code: 'invalid_payload', message: String(error) });
          return;
        }

        const abort = () => {
          settle({ code: 'aborted' });
        };
        const timer =
          timeout && timeout < Infinity
            ? setTimeout(() => {
                settle({ code: 'timeout', message: `no answer in ${String(timeout)} ms` });
              }, timeout)
            : undefined;
        const settle = (error?: WireError) => {
          pending.delete(id);
          clearTimeout(timer);
          signal?.removeEventListener('abort', abort);
          if (error) fail(error);
          else resolve();
        };
        signal?.addEventListener('abort', abort);

        const entry: Pending = { text, sent: false, settle };
        pending.set(id, entry);
        if (buffered() + text.length > mostCharacters) settle({ code: 'queue_full' });
        else if (!(entry.sent = send(text))) {
          const unsent = [...pending.values()].filter((other) => !other.sent);
          const characters = unsent.reduce((sum, other) => sum + other.text.length, 0);
          if (options.offline === 'reject') settle({ code: 'closed', message: 'not connected' });
          else if (unsent.length > mostEntries || characters > mostCharacters) settle({ code: 'queue_full' });
        }
      }),

    ack(id, error) {
      const entry = pending.get(id);
      entry?.settle(error);
      return !!entry;
    },

    open(sameSession) {
      for (const entry of [...pending.values()]) {
        if (entry.sent && !sameSession) entry.settle({ code: 'outcome_unknown' });
        else entry.sent = send(entry.text) || entry.sent;
      }
    },

    fail(error) {
      for (const entry of [...pending.values()]) entry.settle(error);
    },
  };
}
