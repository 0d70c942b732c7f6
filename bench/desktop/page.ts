// The page of the measurement. It counts what comes, both ways, and answers by an event of Wails.
import { createEventsClient, listen, plainEvent, serverEvent } from '../../runtime/ts/src/index.ts';
import { wails2 } from '../../runtime/ts/src/wails2.ts';

interface Line {
  n: number;
  text: string;
}

declare const runtime: {
  EventsOn(name: string, listener: (line: Line) => void): () => void;
  EventsEmit(name: string, ...data: unknown[]): void;
};

/** Answers each of them, or the last alone. */
const answers =
  (name: string) =>
  ({ n }: Line) => {
    if (n > 0) runtime.EventsEmit(name, n);
  };

runtime.EventsOn('wails', answers('answer'));
const client = createEventsClient({ transports: [wails2()] });
const line = plainEvent<'line', Line>('line', '');
const lines = serverEvent<'lines', Line>('lines', '', { batch: true });
const ready = [line, lines].map((event) => listen(event, answers('answer'), { client }).ready);
void Promise.all(ready).then(() => {
  runtime.EventsEmit('answer', 0);
});
