import type { Transport } from './core/transport.ts';
import type { ServerFrame } from './core/wire.ts';

/** A page that is hidden for this many milliseconds gives its connection back to the browser. */
const hiddenAfter = 30_000;
/** Frames that wait go together up to this many characters. */
const mostTogether = 32_768;

/** The page was hidden for long. As `closeCode.idle`, which would cost every page a shared chunk. */
const idle = 4000;
/** Close codes that answers to requests stand for. */
const codes: Readonly<Record<number, number>> = {
  400: 4400,
  401: 4401,
  403: 4403,
  423: 4423,
  429: 4429,
};

// What may be wrong where no connection comes to be.
const addProxy = 'This is not the Go server: a dev server needs a proxy entry for this path, with ws: true.';
const startServer = 'Does the Go server run, at this address or the one that the proxy has?';
const allowOrigin = 'If the page is of another origin, httptransport.WithAllowOrigins has to name it.';

/** The peer that a welcome names. What is no JSON is the receiver's to report. */
function peerOf(message: string): string | undefined {
  try {
    return [JSON.parse(message) as ServerFrame | ServerFrame[]].flat()[0]?.welcome?.peer;
  } catch {
    return undefined;
  }
}

/**
 * Connects over an event stream, with emits by POST: for networks that WebSockets do not get
 * through. The stream is fetched, so that it can carry a token and be resumed exactly. While the
 * page is hidden for long there is no connection.
 */
export function sse(): Transport {
  return {
    name: 'sse',
    connect(link) {
      const control = new AbortController();
      const { signal } = control;
      let token = link.token;
      let peer: string | undefined;
      let queue: string[] = [];
      let sending = false;
      let hiddenTimer: ReturnType<typeof setTimeout> | undefined;

      const page = typeof document === 'undefined' ? undefined : document;

      const stop = () => {
        control.abort();
        clearTimeout(hiddenTimer);
        page?.removeEventListener('visibilitychange', seen);
      };
      const end = (code?: number, reason?: string) => {
        if (signal.aborted) return;
        stop();
        link.closed(code, reason);
      };
      const seen = () => {
        clearTimeout(hiddenTimer);
        if (page?.visibilityState === 'hidden')
          hiddenTimer = setTimeout(() => {
            end(idle);
          }, hiddenAfter);
      };

      const post = (body: string, headers: Record<string, string>) =>
        fetch(link.url, {
          method: 'POST',
          body,
          headers: {
            'Content-Type': 'application/json',
            ...headers,
            ...(token !== undefined && { Authorization: 'Bearer ' + token }),
          },
          // As a WebSocket would.
          credentials: 'include',
          cache: 'no-store',
          signal,
        });

      /** Ends the connection as an answer says; what does not come from our backend says nothing. */
      const refused = async (response: Response) => {
        const { status, headers } = response;
        const { error } = (await response.json().catch(() => ({}))) as { error?: { message?: string } };
        if (error) end(codes[status], error.message);
        else {
          const type = headers.get('Content-Type')?.split(';')[0] ?? 'nothing';
          end(undefined, `it answered ${String(status)} with ${type}. ${status < 500 ? addProxy : startServer}`);
        }
      };

      const take = (block: string) => {
        let data = '';
        let type = '';
        for (const line of block.split('\n'))
          if (line.startsWith('data:')) data += line.slice(5);
          else if (line.startsWith('event:')) type = line.slice(6).trim();
        if (type === 'close') {
          const { code, reason } = JSON.parse(data) as { code?: number; reason?: string };
          end(code, reason);
        } else if (data) {
          peer ??= peerOf(data);
          link.receive(data);
        }
      };

      const read = async () => {
        const response = await post(link.hello(), { Accept: 'text/event-stream' });
        const { body } = response;
        if (!body || !response.headers.get('Content-Type')?.startsWith('text/event-stream')) {
          await refused(response);
          return;
        }
        const decoder = new TextDecoder();
        let buffer = '';
        for (const reader = body.getReader(); ;) {
          const { done, value } = await reader.read();
          if (done) break;
          buffer += decoder.decode(value, { stream: true }).replaceAll('\r', '');
          const blocks = buffer.split('\n\n');
          buffer = blocks.pop() ?? '';
          for (const block of blocks) if (!signal.aborted) take(block);
        }
        end(undefined, 'the stream ended');
      };

      /** One request at a time: two could overtake each other. */
      const flush = async () => {
        sending = true;
        while (queue.length && !signal.aborted) {
          let length = 0;
          const rest = queue.findIndex((frame, i) => (length += frame.length) > mostTogether && i > 0);
          const frames = queue.splice(0, rest < 0 ? queue.length : rest);
          const response = await post(frames.length > 1 ? `[${frames.join()}]` : (frames[0] ?? ''), {
            'Eventgen-Peer': peer ?? '',
          });
          if (!response.ok) await refused(response);
        }
        sending = false;
      };

      const failed = (error: unknown) => {
        end(undefined, `${String(error)}. ${startServer} ${allowOrigin}`);
      };
      page?.addEventListener('visibilitychange', seen);
      seen();
      read().catch(failed);

      return {
        send(frame) {
          queue.push(frame);
          if (frame.startsWith('{"auth":')) ({ auth: token } = JSON.parse(frame) as { auth: string });
          if (!sending) flush().catch(failed);
        },
        close() {
          queue = [];
          stop();
        },
      };
    },
  };
}
