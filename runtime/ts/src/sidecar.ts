import type { Transport } from './core/transport.ts';
import { webSocket } from './ws.ts';

/** The line that `sidecar.Run` prints in the Go program, parsed. */
export interface Handshake {
  /** Where the program listens. */
  readonly url: string;
  /** What lets the page in. */
  readonly token: string;
}

/**
 * Connects to a Go program that runs beside a desktop shell, over a WebSocket on the loopback interface. Give a
 * function if the program may be started again: it is called before each attempt to connect, since port and token
 * change, and may wait for the program. The path of the client's `url` is that of the events; the client's option
 * `token` has no place beside the handshake's, and is an error.
 */
export function sidecar(handshake: Handshake | (() => Handshake | Promise<Handshake>)): Transport {
  const socket = webSocket();
  return {
    name: 'sidecar',
    async connect(link) {
      if (link.token !== undefined) throw new Error('sidecar() has a token of its own: remove the option token');
      const { url, token } = typeof handshake === 'function' ? await handshake() : handshake;
      return socket.connect({ ...link, url: new URL(link.url, url).href, token });
    },
  };
}
