import { expect } from 'vitest';
import type { Connection, Link, ServerFrame } from '../src/index.ts';
import type { PageFrame } from './wire.ts';

export interface Entry {
  readonly event: string;
  readonly seq: number;
  readonly payload: unknown;
}

/** What the model knows of an event that keeps values: how many, or of each key the last. */
export interface Kept {
  readonly sticky?: true;
  readonly replay?: number;
}

type Interest = PageFrame['listen'] & object;

function keyOf({ payload }: Entry): unknown {
  return (payload as { id?: unknown } | null)?.id;
}

function wants(interest: Interest[string] | undefined, entry: Entry): boolean {
  return !!interest && (interest.keys?.includes(keyOf(entry)) ?? true);
}

/**
 * A backend with a log and one session, whose connections are cut anywhere: in what the page
 * sends, and in what it gets. It handles frames, and gives them out, when the test says so.
 */
export class Model {
  readonly name = 'model';
  readonly log: Entry[] = [];
  readonly ran: string[] = [];
  cuts = 0;
  readonly #kept: Readonly<Record<string, Kept>>;
  readonly #outcomes = new Set<number>();
  #listening: Interest = {};
  #link: Link | undefined;
  #fromPage: string[] = [];
  #toPage: ServerFrame[] = [];
  #sent = 0;
  /** The position that the page has reached. */
  #reached = 0;
  #welcomed = false;

  constructor(kept: Readonly<Record<string, Kept>> = {}) {
    this.#kept = kept;
  }

  connect(link: Link): Connection {
    this.#link = link;
    this.#fromPage = [link.hello()];
    this.#toPage = [];
    return {
      send: (frame) => void this.#fromPage.push(frame),
      close: () => {
        if (this.#link === link) this.#link = undefined;
      },
    };
  }

  emit(event: string, payload: unknown): void {
    this.log.push({ event, payload, seq: this.log.length + 1 });
    if (this.#welcomed) this.#follow();
  }

  /** What the last value of each key, or the last few, are to a page that had `old` and has `interest` now. */
  #keptFor(event: string, interest: Interest[string], old: Interest[string] | undefined): Entry[] {
    const { sticky, replay = 0 } = this.#kept[event] ?? {};
    const entries = this.log.filter((entry) => entry.event === event);
    const kept = sticky
      ? entries.filter((entry, i) => !entries.slice(i + 1).some((later) => keyOf(later) === keyOf(entry)))
      : entries.slice(entries.length - replay);
    return kept.filter((entry) => wants(interest, entry) && !wants(old, entry));
  }

  #follow(): void {
    for (const entry of this.log.slice(this.#sent))
      if (wants(this.#listening[entry.event], entry)) this.#toPage.push(entry);
    this.#sent = this.log.length;
  }

  /** Handles what the page has sent, up to `count` frames. */
  handle(count: number): void {
    for (const text of this.#fromPage.splice(0, count)) {
      const { hello, listen, unlisten, emit, id = 0, payload } = JSON.parse(text) as PageFrame;
      if (hello) {
        if (hello.resume) {
          expect(hello.resume.seq).toBe(this.#reached);
          // What it holds is unbroken: of each event no more than the session has listened to.
          for (const [name, { keys }] of Object.entries(hello.listen)) {
            expect(Object.keys(this.#listening)).toContain(name);
            const had = this.#listening[name]?.keys;
            if (had) expect(had).toEqual(expect.arrayContaining([...(keys ?? ['all'])]));
          }
        }
        const at = hello.resume ? hello.resume.seq : this.log.length;
        const values = hello.resume
          ? []
          : Object.entries(hello.listen).flatMap(([name, interest]) => this.#keptFor(name, interest, undefined));
        this.#listening = { ...hello.listen };
        this.#toPage.push({
          welcome: { peer: 'p', session: 's', ticket: 't', epoch: 'e', at, resumed: !!hello.resume },
        });
        this.#toPage.push(...values.sort((a, b) => a.seq - b.seq));
        // Some of what was there before comes again.
        this.#sent = hello.resume ? Math.max(0, at - 2) : at;
        this.#welcomed = true;
        this.#follow();
      } else if (emit) {
        if (!this.#outcomes.has(id)) this.ran.push((payload as { kind: string }).kind);
        this.#outcomes.add(id);
        this.#toPage.push({ ack: id });
      } else {
        for (const [name, interest] of Object.entries(listen ?? {})) {
          this.#toPage.push(...this.#keptFor(name, interest, this.#listening[name]));
          this.#listening[name] = interest;
        }
        for (const name of unlisten ?? []) {
          expect(Object.keys(this.#listening)).toContain(name);
          this.#listening = Object.fromEntries(Object.entries(this.#listening).filter(([other]) => other !== name));
        }
        this.#toPage.push({ ack: id });
      }
    }
  }

  /** Gives the page what is on its way, up to `count` frames, in one message. */
  deliver(count: number): void {
    const frames = this.#toPage.splice(0, count);
    if (!this.#link || !frames.length) return;
    for (const { seq = 0, welcome } of frames) this.#reached = Math.max(this.#reached, seq, welcome?.at ?? 0);
    this.#link.receive(JSON.stringify(frames));
  }

  cut(): void {
    this.cuts++;
    const link = this.#link;
    this.#link = undefined;
    this.#welcomed = false;
    this.#sent = 0;
    const late = this.#toPage;
    this.#fromPage = [];
    this.#toPage = [];
    link?.closed();
    // Nobody hears what a dead connection says.
    link?.receive(JSON.stringify(late));
  }
}
