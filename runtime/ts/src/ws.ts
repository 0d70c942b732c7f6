import type { Transport } from './core/transport.ts';

/** The name of the protocol, as a subprotocol of WebSocket. */
const protocol = 'eventgen.v1';

function base64url(text: string): string {
  const bytes = String.fromCharCode(...new TextEncoder().encode(text));
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Connects over a WebSocket. The token, if there is one, goes along as a subprotocol, never in the URL. */
export function webSocket(): Transport {
  return {
    name: 'websocket',
    connect(link) {
      const url = new URL(link.url, globalThis.location?.href);
      url.protocol = url.protocol.replace('http', 'ws');
      const protocols = [protocol];
      if (link.token !== undefined) protocols.push('eventgen.bearer.' + base64url(link.token));
      const socket = new WebSocket(url, protocols);
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
          socket.onopen = socket.onmessage = socket.onclose = null;
          socket.close();
        },
        buffered: () => socket.bufferedAmount,
      };
    },
  };
}
