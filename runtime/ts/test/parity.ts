import {
  type ClientEvent,
  type EventsClient,
  type ServerEvent,
  clientEvent,
  emit,
  listen,
  listenBatch,
  once,
  plainEvent,
  serverEvent,
} from '../src/index.ts';

// What the events of a shell are expected to do, over whichever transport two clients have. The backend is
// internal/testing/parity. It runs in pages too, so that it needs nothing of a test runner.

const said: ServerEvent<'parity:said', number> = plainEvent('parity:said', '');
const whisper: ServerEvent<'parity:whisper', number> = plainEvent('parity:whisper', '');
const speed: ServerEvent<'parity:speed', number> = plainEvent('parity:speed', '');
const lines: ServerEvent<'parity:lines', number> = serverEvent('parity:lines', '', { batch: true });
const note: ServerEvent<'parity:note', string> & ClientEvent<'parity:note', string> = {
  ...plainEvent<'parity:note', string>('parity:note', ''),
  ...clientEvent<'parity:note', string>('parity:note', ''),
};
const orders: ClientEvent<'parity:order', { what: string; count?: number }> = clientEvent('parity:order', '');

const same = (row: string, got: unknown, want: unknown) => {
  if (JSON.stringify(got) !== JSON.stringify(want))
    throw new Error(`${row}: got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`);
};

/** Tries each row of the table in docs/desktop.md that a transport could break, and returns their names. */
export async function parity(open: (window: string) => EventsClient): Promise<string[]> {
  const a = open('a');
  const b = open('b');
  const done: string[] = [];
  const order = (what: string, count: number) => emit(orders, { what, count }, { client: a });
  try {
    const inA: number[] = [];
    const inB: number[] = [];
    const offA = listen(said, (n) => inA.push(n), { client: a });
    const offB = listen(said, (n) => inB.push(n), { client: b });
    await Promise.all([offA.ready, offB.ready]);
    /** What was emitted to b before an answer that b gets has arrived with that answer. */
    const settled = () => emit(orders, { what: 'nothing', count: 0 }, { client: b });

    await order('say', 3);
    await settled();
    same('listen', inA, [1, 2, 3]);
    done.push('emit', 'listen');
    same('broadcast', inB, [1, 2, 3]);
    done.push('broadcast');

    const next = once(said, { client: b, where: (n) => n === 2 });
    await settled();
    await order('say', 3);
    same('once', await next, 2);
    done.push('once');

    offA();
    inA.length = inB.length = 0;
    await order('say', 2);
    await settled();
    same('unlisten', [inA, inB], [[], [1, 2]]);
    done.push('unlisten');

    const whispered: string[] = [];
    const whispers = [a, b].map((client, i) =>
      listen(whisper, (n) => whispered.push('ab'.charAt(i) + String(n)), { client }),
    );
    await Promise.all(whispers.map(({ ready }) => ready));
    await order('whisper', 2);
    await settled();
    same('targeted', whispered, ['b1', 'b2']);
    done.push('targeted');

    const notes: string[] = [];
    const noted = [a, b].map((client, i) => listen(note, (text) => notes.push('ab'.charAt(i) + text), { client }));
    await Promise.all(noted.map(({ ready }) => ready));
    await emit(note, 'hello', { client: a, to: { window: 'b' } });
    await settled();
    same('window to window', notes, ['bhello']);
    done.push('window to window');

    const speeds: number[] = [];
    let last: () => void = () => undefined;
    const trailing = new Promise<void>((resolve) => (last = resolve));
    await listen(speed, (n) => (speeds.push(n), n === 1000 && last()), { client: b }).ready;
    await order('speed', 1000);
    await trailing;
    same('throttle', [speeds[0], speeds.at(-1), speeds.length < 500], [1, 1000, true]);
    done.push('throttle');

    const batches: number[][] = [];
    const full = new Promise<void>((resolve) => (last = resolve));
    await listenBatch(lines, (batch) => (batches.push([...batch]), batch.at(-1) === 1000 && last()), { client: b })
      .ready;
    await order('lines', 1000);
    await full;
    same(
      'batch',
      batches.flat(),
      [...Array(1000).keys()].map((i) => i + 1),
    );
    same('batch', batches.length < 500, true);
    done.push('batch');

    const refused = await order('refuse', 1).catch((error: unknown) => error as { code: string });
    same('acks', (refused as { code: string }).code, 'no');
    done.push('acks');
  } finally {
    a.close();
    b.close();
  }
  return done;
}

/** All of them. */
export const rows = [
  'emit',
  'listen',
  'broadcast',
  'once',
  'unlisten',
  'targeted',
  'window to window',
  'throttle',
  'batch',
  'acks',
];
