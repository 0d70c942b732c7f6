import { connect } from '../ts/client/index';
import { wails2 } from '../ts/client/wails2';
import { webSocket } from '../ts/client/ws';
import type { Progress, Theme } from '../ts/events.gen';
import {
  emitCancel,
  emitChooseTheme,
  emitSeen,
  emitStart,
  matchTheme,
  onLineBatch,
  onProgress,
  onTheme,
} from '../ts/events.gen';

// The one difference between a window of Wails and a browser.
const transport = 'runtime' in window ? wails2() : webSocket();
const client = connect({ window: 'main', transports: [transport] });

const element = (id: string): HTMLElement => {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
};

element('transport').textContent = transport.name;
client.onStatus((status) => {
  element('status').textContent = status;
});
element('reload').onclick = () => {
  location.reload();
};

// Settings: a union that the program keeps.

const choose = (id: string, theme: Theme) => {
  element(id).onclick = () => emitChooseTheme(theme);
};
choose('light', { kind: 'Light' });
choose('dark', { kind: 'Dark', contrast: 0.9 });
choose('tinted', { kind: 'Tinted', hue: 200 });

onTheme((theme) => {
  const [paper, ink, line] = matchTheme(theme, {
    Light: () => ['#fff', '#1c1f23', '#d5d9de'],
    Dark: ({ contrast }) => ['#14161a', `hsl(0 0% ${String(contrast * 100)}%)`, '#343a42'],
    Tinted: ({ hue }) => [`hsl(${String(hue)} 60% 92%)`, '#1c1f23', `hsl(${String(hue)} 30% 75%)`],
  });
  const { style } = document.documentElement;
  style.setProperty('--paper', paper ?? '');
  style.setProperty('--ink', ink ?? '');
  style.setProperty('--line', line ?? '');
});

// Downloads, each with its progress, in the order of their names.

interface Row {
  readonly element: HTMLElement;
  show(progress: Progress): void;
}

const rows = new Map<string, Row>();

function makeRow(id: string): Row {
  const row = document.createElement('div');
  row.className = 'download';
  row.dataset['id'] = id;
  const button = document.createElement('button');
  const name = Object.assign(document.createElement('span'), { className: 'name', textContent: id });
  const bar = document.createElement('progress');
  const state = Object.assign(document.createElement('span'), { className: 'state' });
  row.append(button, name, bar, state);
  const next = [...element('downloads').children].find((other) => ((other as HTMLElement).dataset['id'] ?? '') > id);
  element('downloads').insertBefore(row, next ?? null);
  return {
    element: row,
    show({ current, total, state: now }) {
      bar.max = total;
      bar.value = current;
      // A button whose text is replaced while it is pressed is not clicked.
      if (row.dataset['state'] === now) return;
      row.dataset['state'] = state.textContent = now;
      const runs = now === 'running';
      button.textContent = runs ? 'Cancel' : 'Start';
      button.onclick = () => (runs ? emitCancel({ id }) : emitStart({ id }));
    },
  };
}

onProgress((progress) => {
  let row = rows.get(progress.id);
  if (!row) rows.set(progress.id, (row = makeRow(progress.id)));
  row.show(progress);
});

// The log: the last lines, and an account of all.

const shown: string[] = [];
let first = 0;
let last = 0;
let missing = 0;
let gaps = 0;
client.onGap(() => gaps++);

onLineBatch((lines) => {
  for (const { n, text } of lines) {
    if (first === 0) first = n;
    else missing += n - last - 1;
    last = n;
    shown.push(`${String(n).padStart(6)}  ${text}`);
  }
  shown.splice(0, shown.length - 200);
  const log = element('log');
  log.textContent = shown.join('\n');
  log.scrollTop = log.scrollHeight;
  element('seen').textContent =
    `lines ${String(first)} to ${String(last)}, ${String(missing)} missing, ${String(gaps)} gaps`;
});

let told = 0;
const loaded = Math.round(performance.timeOrigin);
setInterval(() => {
  if (last === told) return;
  told = last;
  // A page that is offline tells it the next time.
  void emitSeen({ first, last, missing, gaps, loaded }, { offline: 'reject' }).catch(() => undefined);
}, 250);
