import { cutsCable, element, label, make, showStatus, tail, url } from './page';
import { connect } from '../ts/client/index';
import { webSocket } from '../ts/client/ws';
import { onChunk, onEmitted, onEnd, onLogLineBatch, onProgress, matchEnd } from '../ts/events.gen';
import { downloads } from './downloads';
import { ledger } from './ledger';
import { rates } from './rates';
import { tapped } from './tap';

const frame = tail(element('frames'), 80, ({ direction, text }: { direction: 'in' | 'out'; text: string }) =>
  make('div', direction, text.length > 400 ? text.slice(0, 400) + '…' : text),
);
const seen = (direction: 'in' | 'out', text: string) => {
  frame({ direction, text });
};

const client = connect({ url, window: label, transports: [tapped(webSocket(), seen)] });

document.title = element('label').textContent = `${label} window`;
showStatus(element('status'), client);
cutsCable(element<HTMLButtonElement>('cable'));

const list = downloads(element('downloads'));
const rate = rates(element<HTMLCanvasElement>('rates'));
const count = ledger();
const log = tail(element('log'), 100, (line: string) => make('div', '', line));

onProgress((progress) => {
  rate.throttled();
  list.progress(progress);
});
onChunk(
  (chunk) => {
    rate.raw();
    count.received(chunk.n);
  },
  { onGap: count.gap },
);
onEmitted(({ chunks }) => count.sent(chunks));
onEnd((end) => {
  matchEnd(end, {
    Completed: ({ id }) => list.end(id, 'completed'),
    Cancelled: ({ id, by }) => list.end(id, 'cancelled', by),
  });
});
onLogLineBatch((lines) => lines.forEach(log));
