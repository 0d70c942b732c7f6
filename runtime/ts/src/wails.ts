import { Stream } from '@wailsio/runtime';
import type { Transport } from './core/transport.ts';

/** Options of {@link wails}. */
export interface WailsOptions {
  /** The name that the Go side gave to `app.HandleStream`; default `eventgen`. */
  readonly stream?: string | undefined;
}

/**
 * Connects through a Wails v3 application that has `wails3.Handler` for the stream. Each page has a stream of its own:
 * ordered and private, as Wails' events are not. The client's options `window`, `url` and `token` mean nothing here: the
 * label is the name that the window has in Wails.
 */
export function wails(options: WailsOptions = {}): Transport {
  const { stream = 'eventgen' } = options;
  return {
    name: 'wails',
    connect(link) {
      const socket = Stream(stream);
      const decoder = new TextDecoder();
      let live = true;
      // Each frame of a stream is a message; a build that serves browsers has text for bytes.
      socket.binaryType = 'arraybuffer';
      socket.onopen = () => {
        if (live) socket.send(link.hello());
      };
      socket.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) => {
        if (!live) return;
        const message = typeof data === 'string' ? data : decoder.decode(data);
        // Wails has no close codes for Go: the last message says why.
        if (message.startsWith('{"close":')) {
          const { code, reason } = (JSON.parse(message) as { close: { code: number; reason?: string } }).close;
          socket.close();
          end(code, reason);
        } else link.receive(message);
      };
      const end = (code: number, reason?: string) => {
        if (live) link.closed(code, reason);
        live = false;
      };
      socket.onclose = ({ code, reason }) => {
        end(code, reason);
      };
      return {
        send(frame) {
          socket.send(frame);
        },
        close() {
          live = false;
          socket.close();
        },
      };
    },
  };
}
