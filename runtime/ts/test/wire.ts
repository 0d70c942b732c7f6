import type { Connection, Link, ServerFrame, Transport, Welcome } from '../src/index.ts';

/** A frame from the page, parsed. */
export interface PageFrame {
  hello?: {
    window?: string;
    listen: Record<string, { contract: string; keys?: unknown[]; since?: number }>;
    resume?: { ticket: string; epoch: string; seq: number; sent?: number; failed?: true };
  };
  listen?: Record<string, { contract: string; keys?: unknown[] }>;
  unlisten?: string[];
  emit?: string;
  id?: number;
  payload?: unknown;
  to?: unknown;
  auth?: string;
}

/** One connection of a {@link Wire}, as the backend sees it. */
export interface Line {
  readonly link: Link;
  readonly frames: PageFrame[];
  readonly closed: boolean;
}

/** A transport whose other end is the test. */
export class Wire implements Transport {
  readonly name = 'wire';
  readonly lines: Line[] = [];
  /** What connect does, to fail for instance. */
  onConnect: (link: Link) => void = () => undefined;

  connect(link: Link): Connection {
    const frames: PageFrame[] = [];
    const line = { link, frames, closed: false };
    this.lines.push(line);
    this.onConnect(link);
    return {
      send: (frame) => {
        frames.push(JSON.parse(frame) as PageFrame);
      },
      close: () => {
        line.closed = true;
      },
    };
  }

  /** The newest connection. */
  get line(): Line {
    const line = this.lines.at(-1);
    if (!line) throw new Error('nothing has connected');
    return line;
  }

  /** The frames that the page has sent on the newest connection. */
  get frames(): PageFrame[] {
    return this.line.frames;
  }

  /** Takes the hello and answers it. */
  accept(welcome: Partial<Welcome> = {}): PageFrame {
    const hello = JSON.parse(this.line.link.hello()) as PageFrame;
    this.frames.push(hello);
    this.receive({ welcome: { peer: 'p', session: 's1', ticket: 't1', epoch: 'e1', at: 0, ...welcome } });
    return hello;
  }

  receive(...frames: ServerFrame[]): void {
    this.line.link.receive(JSON.stringify(frames.length === 1 ? frames[0] : frames));
  }

  /** Acks everything with an id that has not been acked. */
  ackAll(): void {
    for (const { id } of this.frames.splice(0)) if (id !== undefined) this.receive({ ack: id });
  }

  close(code?: number, reason?: string): void {
    this.line.link.closed(code, reason);
  }
}
