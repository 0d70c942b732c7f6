import { Channel, invoke } from '@tauri-apps/api/core';
import type { Link, Transport } from './core/transport.ts';
import type { ServerFrame } from './core/wire.ts';

/** Options of {@link tauri}. */
export interface TauriOptions {
  /** What the names of the commands begin with; default `plugin:eventgen|`. */
  readonly commands?: string | undefined;
}

/** Ends the connection. */
interface Closing {
  readonly close: { readonly code?: number; readonly reason?: string };
}

/**
 * Connects through a Tauri application, over a channel of this page's own: nothing that is meant
 * for other windows passes here, and a reload leaves nothing behind.
 */
export function tauri(options: TauriOptions = {}): Transport {
  const { commands = 'plugin:eventgen|' } = options;
  return {
    name: 'tauri',
    connect(link: Link) {
      let connection: number | undefined;
      let closed = false;
      let queue: string[] = [];
      let sending = false;

      const end = (code?: number, reason?: string) => {
        if (closed) return;
        closed = true;
        link.closed(code, reason);
      };
      const failed = (error: unknown) => {
        end(undefined, String(error));
      };
      const leave = () => {
        if (connection !== undefined) invoke(commands + 'close', { connection }).catch(() => undefined);
      };

      const channel = new Channel<string | Closing | ServerFrame | readonly ServerFrame[]>((value) => {
        if (closed) return;
        const closing = typeof value === 'string' && value.startsWith('{"close"');
        const message = closing ? (JSON.parse(value) as Closing) : value;
        if (typeof message === 'object' && 'close' in message) end(message.close.code, message.close.reason);
        else link.receive(message);
      });
      invoke<number>(commands + 'open', { hello: link.hello(), token: link.token, channel }).then((opened) => {
        connection = opened;
        if (closed) leave();
        else flush().catch(failed);
      }, failed);

      /** One at a time: commands run concurrently. */
      const flush = async () => {
        if (sending || connection === undefined) return;
        sending = true;
        while (queue.length && !closed) {
          const message = queue.length > 1 ? `[${queue.join()}]` : queue[0];
          queue = [];
          await invoke(commands + 'send', { connection, message });
        }
        sending = false;
      };

      return {
        send(frame) {
          queue.push(frame);
          flush().catch(failed);
        },
        close() {
          if (closed) return;
          closed = true;
          leave();
        },
      };
    },
  };
}
