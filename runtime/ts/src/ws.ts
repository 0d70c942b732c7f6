import { environment } from './core/environment.ts';
import type { Transport } from './core/transport.ts';

function base64url(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** Connects over a WebSocket. The token, if there is one, goes along as a subprotocol, never in the URL. */
export function webSocket(): Transport {
  return {
    name: 'websocket',
    connect(link) {
      const protocol = 'eventgen.v1';
      const { token } = link;
      const socket = new WebSocket(
        new URL(link.url, environment.location?.href).href.replace(/^http/, 'ws'),
        token === undefined ? [protocol] : [protocol, 'eventgen.bearer.' + base64url(token)],
      );
      socket.onopen = () => {
        socket.send(link.hello());
      };
      socket.onmessage = ({ data }) => {
        link.receive(data as string);
      };
      socket.onclose = ({ code, reason }) => {
        link.closed(code, reason);
      };
      return {
        send(frame) {
          socket.send(frame);
        },
        close() {
          socket.close();
        },
      };
    },
  };
}
