import { Stream } from '@wailsio/runtime';
import type { Transport } from './core/transport.ts';

/** Options of {@link wails}. */
export interface WailsOptions {
  /** The name that the Go side gave to `app.HandleStream`; default `eventgen`. */
  readonly stream?: string | undefined;
}

/**
 * Connects through a Wails application, over a stream of this page's own: ordered, and private to
 * the window, as Wails' events are not.
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
        if (live) link.receive(typeof data === 'string' ? data : decoder.decode(data));
      };
      socket.onclose = ({ code, reason }) => {
        if (live) link.closed(code, reason);
        live = false;
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
