import type { Transport } from '../ts/client/index';

/** A transport that shows every message to `see`, both ways, and else does what `inner` does. */
export function tapped(inner: Transport, see: (direction: 'in' | 'out', text: string) => void): Transport {
  return {
    name: inner.name,
    async connect(link) {
      const connection = await inner.connect({
        url: link.url,
        token: link.token,
        hello() {
          const text = link.hello();
          see('out', text);
          return text;
        },
        receive(message) {
          see('in', typeof message === 'string' ? message : JSON.stringify(message));
          link.receive(message);
        },
        closed(code, reason) {
          see('in', `(closed ${[code, reason].filter(Boolean).join(' ')})`);
          link.closed(code, reason);
        },
      });
      return {
        send(frame) {
          see('out', frame);
          connection.send(frame);
        },
        close() {
          connection.close();
        },
      };
    },
  };
}
