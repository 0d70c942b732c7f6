import type { Transport } from './core/transport.ts';
import type { ServerFrame } from './core/wire.ts';

/** What is used of `window.runtime`, which Wails v2 gives to the pages of its window. */
interface Runtime {
  EventsOn(name: string, listener: (...data: Frame) => void): () => void;
  EventsEmit(name: string, ...data: unknown[]): void;
}

/** Kind; number; how far the other end is; messages, a part of one, or a reason; a close code. */
type Frame = [kind: string, n: number, theirs: number, text?: (ServerFrame | ServerFrame[])[] | string, code?: number];

/** How many characters are on their way at most, and in one frame. */
const credit = 262_144;
const chunk = 65_536;
/** Milliseconds between two signs of life. A number that is missing for three of them was lost. */
const beat = 1000;
/** Messages are answered together, up to so many, and none waits longer than so many milliseconds. */
const mostUnanswered = 8;
const answerAfter = 5;
const patience = 3;

/**
 * Connects through the window of a Wails v2 application whose Go side has called `wails2.Bind`. The frames travel as
 * Wails' events, numbered both ways; runtime/desktop/wails2 says how. The client's `url` and `token` mean nothing here.
 */
export function wails2(): Transport {
  return {
    name: 'wails2',
    connect(link) {
      const { runtime } = globalThis as { runtime?: Runtime };
      if (!runtime)
        throw new Error('wails2() works in the window of a Wails v2 application: there is no window.runtime');
      const nonce = crypto.getRandomValues(new Uint32Array(4)).join('-');
      let live = true;
      let opened = false;
      /** To Go: what waits for credit, the number of the last frame, and the lengths of those that are on their way. */
      const queue: [kind: string, text: string][] = [];
      let sent = 0;
      const lengths: number[] = [];
      let onTheWay = 0;
      /** From Go: the last number in order, what came before its turn, and the beginning of a message. */
      let got = 0;
      const early = new Map<number, Frame>();
      let partial = '';
      let behind = 0;
      let unanswered = 0;
      let answerTimer: ReturnType<typeof setTimeout> | undefined;

      const say = (...frame: [kind: string, text?: string]) => {
        clearTimeout(answerTimer);
        answerTimer = undefined;
        unanswered = 0;
        runtime.EventsEmit('eventgen:up', nonce, frame[0], sent, got, ...frame.slice(1));
      };

      const flush = () => {
        for (let next; live && opened && (next = queue[0]); queue.shift()) {
          const { length } = next[1];
          if (onTheWay && onTheWay + length > credit) return;
          onTheWay += length;
          lengths.push(length);
          sent++;
          say(...next);
        }
      };

      const send = (text: string) => {
        let from = 0;
        while (text.length - from > chunk) {
          // A character is not cut in two.
          const to = from + chunk - Number(/[\udc00-\udfff]/.test(text.charAt(from + chunk)));
          queue.push(['part', text.slice(from, to)]);
          from = to;
        }
        queue.push(['text', text.slice(from)]);
        flush();
      };

      const stop = () => {
        live = false;
        clearInterval(timer);
        clearTimeout(answerTimer);
        off();
      };
      const end = (code?: number, reason?: string) => {
        stop();
        link.closed(code, reason);
      };

      const deliver = ([kind, , , text]: Frame) => {
        if (kind === 'part') partial += text as string;
        else if (kind === 'last') {
          link.receive(partial + (text as string));
          partial = '';
        } else for (const message of text as ServerFrame[]) if (live) link.receive(message);
      };

      const take = (...frame: Frame) => {
        if (!live) return;
        const [kind, n, theirs, text, code] = frame;
        while (sent - lengths.length < Math.min(theirs, sent)) onTheWay -= lengths.shift() ?? 0;
        if (kind === 'close') {
          end(code || undefined, text as string);
          return;
        }
        if (!opened) {
          opened = true;
          send(link.hello());
        }
        if (kind !== 'beat' && n > got) early.set(n, frame);
        for (let next; live && (next = early.get(got + 1));) {
          early.delete(++got);
          deliver(next);
        }
        if (!live) return;
        if (kind === 'beat') behind = n > got ? behind + 1 : 0;
        if (behind > patience) {
          say('close');
          end(undefined, 'frames were lost');
          return;
        }
        // Parts and many messages are long, and Go waits for room.
        unanswered += kind === 'text' ? (text as unknown[]).length : mostUnanswered;
        if (unanswered >= mostUnanswered) say('beat');
        else answerTimer ??= setTimeout(say, answerAfter, 'beat');
        flush();
      };

      const name = 'eventgen:down:' + nonce;
      let off = runtime.EventsOn(name, take);
      // Somebody may have called EventsOffAll.
      const timer = setInterval(() => {
        const before = off;
        off = runtime.EventsOn(name, take);
        before();
        say(opened ? 'beat' : 'open');
      }, beat);
      say('open');
      return {
        send,
        close() {
          if (live) say('close');
          stop();
        },
      };
    },
  };
}
