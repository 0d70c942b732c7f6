// The page of the inspector. It is built on the bindings that eventgen generates for package wire.

import { connect } from '@eventgen/client';
import { sse } from '@eventgen/client/sse';
import { webSocket } from '@eventgen/client/ws';
import { emitEmit, onCatalog, onRecordBatch, onState } from './events/events.gen.ts';
import type { Catalog, Event, Record as Delivery, State } from './events/events.gen.ts';
import { asGo, asTypeScript } from './literal.ts';

/** What the timeline keeps: the heap does not grow beyond it. */
const KEPT = 20_000;
/** What a recording keeps, in deliveries and in bytes of payloads. */
const RECORDED = 200_000;
const RECORDED_BYTES = 256 << 20;
const ROW = 26;

function byId<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

function make(tag: string, className = '', text = ''): HTMLElement {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

const scroll = byId('scroll');
const rows = byId('rows');
const space = byId('space');
const search = byId<HTMLInputElement>('search');
const emitEventName = byId<HTMLSelectElement>('emit-event');
const emitPayload = byId<HTMLTextAreaElement>('emit-payload');
const emitTo = byId<HTMLInputElement>('emit-to');
const emitResult = byId<HTMLOutputElement>('emit-result');

let all: Delivery[] = []; // oldest first
let shown: Delivery[] = []; // those that pass the filter
let selected: Delivery | undefined;
let filter = ''; // an event's name
let words: string[] = [];
let paused = false;
let held: Delivery[] = []; // what came while paused
let lost = 0; // what the page could not be sent
let recording: Delivery[] | undefined;
let recordedBytes = 0;
let catalog: Catalog = { node: '', events: [] };
let state: State | undefined;
let before: State | undefined;
let dirty = true;
const texts = new WeakMap<Delivery, string>();
const rates: number[] = [];
let second = 0;

function textOf(d: Delivery): string {
  let text = texts.get(d);
  if (text === undefined) {
    if (d.hidden) text = 'hidden';
    else if (d.cut) text = 'too long to be shown';
    else text = d.payload === undefined ? '' : JSON.stringify(d.payload);
    texts.set(d, text);
  }
  return text;
}

function passes(d: Delivery): boolean {
  if (filter && d.event !== filter) return false;
  if (words.length === 0) return true;
  const text = `${d.event} ${d.from ?? ''} ${d.to ?? ''} ${textOf(d)}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

function trim(list: Delivery[], most: number): Delivery[] {
  return list.length > most + most / 4 ? list.slice(-most) : list;
}

function take(list: readonly Delivery[]): void {
  for (const d of list) {
    second++;
    if (recording) record(d);
    if (paused) held.push(d);
    else {
      all.push(d);
      if (passes(d)) shown.push(d);
    }
  }
  held = trim(held, KEPT);
  all = trim(all, KEPT);
  shown = trim(shown, KEPT);
  dirty = true;
}

function refilter(): void {
  shown = all.filter(passes);
  scroll.scrollTop = 0;
  dirty = true;
}

// The timeline: only the rows that are seen exist.

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 });

function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function rowOf(d: Delivery): HTMLElement {
  const row = make('div', 'row');
  row.setAttribute('role', 'option');
  row.setAttribute('aria-selected', String(d === selected));
  row.id = `d${d.n}`;
  const name = make('span', 'name');
  name.append(make('span', '', d.event));
  if (d.batch) name.append(make('span', 'tag', `×${d.batch}`));
  if (d.coalesced) {
    const fold = make('span', 'tag fold', `+${d.coalesced}`);
    fold.title = `${d.coalesced} earlier emits were coalesced into this one`;
    name.append(fold);
  }
  const delay = d.delay ? (d.delay < 10 ? d.delay.toFixed(1) : d.delay.toFixed(0)) + ' ms' : '';
  row.append(
    make('span', 'time', clock.format(d.time)),
    name,
    make('span', d.client ? 'client' : 'soft', d.from ?? 'Go'),
    make('span', d.to ? '' : 'soft', d.to ?? 'all'),
    make('span', 'n soft', String(d.seq || '')),
    make('span', 'n', sizeOf(d.size)),
    make('span', 'n', delay),
    make('span', 'soft', textOf(d).slice(0, 300)),
  );
  row.addEventListener('click', () => select(d));
  return row;
}

function at(index: number): Delivery | undefined {
  return shown[shown.length - 1 - index]; // newest first
}

let top = -1;
let count = -1;
let last: Delivery | undefined;

function paint(): void {
  const first = Math.max(0, Math.floor(scroll.scrollTop / ROW) - 4);
  const n = Math.ceil(scroll.clientHeight / ROW) + 8;
  if (!dirty && first === top && n === count && selected === last) return;
  dirty = false;
  [top, count, last] = [first, n, selected];
  space.style.height = `${Math.max(1, shown.length) * ROW}px`;
  rows.style.transform = `translateY(${first * ROW}px)`;
  const fresh: HTMLElement[] = [];
  for (let i = first; i < Math.min(shown.length, first + n); i++) {
    const d = at(i);
    if (d) fresh.push(rowOf(d));
  }
  if (shown.length === 0) fresh.push(make('p', 'empty', all.length ? 'Nothing matches.' : 'Nothing was delivered yet.'));
  rows.replaceChildren(...fresh);
  scroll.setAttribute('aria-activedescendant', selected ? `d${selected.n}` : '');
  const said = [`${shown.length.toLocaleString('en')} of ${all.length.toLocaleString('en')} deliveries`];
  if (filter) said.push(`only ${filter}`);
  if (paused) said.push(`paused, ${held.length.toLocaleString('en')} more`);
  if (recording) said.push(`recording ${recording.length.toLocaleString('en')}`);
  byId('status').replaceChildren(said.join('  ·  '), ...(lost ? ['  ·  ', make('b', '', `${lost.toLocaleString('en')} were not sent to this page: it could not keep up`)] : []));
}

/** Where a reader stands stays in view while newer deliveries come above. */
function anchor(added: number): void {
  if (scroll.scrollTop > ROW / 2 && added > 0) scroll.scrollTop += added * ROW;
}

function frame(): void {
  paint();
  requestAnimationFrame(frame);
}

function select(d: Delivery | undefined): void {
  selected = d;
  show('payload');
  showPayload();
}

function move(by: number): void {
  const index = selected ? shown.length - 1 - shown.lastIndexOf(selected) : -1;
  const next = Math.min(shown.length - 1, Math.max(0, index + by));
  const d = at(next);
  if (!d) return;
  select(d);
  if (next * ROW < scroll.scrollTop) scroll.scrollTop = next * ROW;
  else if ((next + 1) * ROW > scroll.scrollTop + scroll.clientHeight) scroll.scrollTop = (next + 1) * ROW - scroll.clientHeight;
}

// Details.

const tabs = ['payload', 'emit', 'clients', 'event'] as const;
type Tab = (typeof tabs)[number];
let tab: Tab = 'payload';

function show(next: Tab): void {
  tab = next;
  for (const name of tabs) {
    byId(`pane-${name}`).hidden = name !== next;
    byId(`tab-${name}`).setAttribute('aria-selected', String(name === next));
    byId(`tab-${name}`).tabIndex = name === next ? 0 : -1;
  }
  if (next === 'clients') showClients();
  if (next === 'event') showEvent();
}

function facts(list: [string, string | undefined][]): HTMLElement {
  const dl = make('dl', 'facts');
  for (const [name, value] of list) if (value) dl.append(make('dt', '', name), make('dd', '', value));
  return dl;
}

function coloured(value: unknown): HTMLElement {
  const pre = make('pre');
  const text = JSON.stringify(value, null, 2) ?? '';
  let end = 0;
  for (const m of text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g)) {
    pre.append(text.slice(end, m.index), make('span', m[1] ? (m[2] ? 'k' : 's') : 'v', m[1] ?? m[0]), m[2] ?? '');
    end = m.index + m[0].length;
  }
  pre.append(text.slice(end));
  return pre;
}

function showPayload(): void {
  const pane = byId('pane-payload');
  if (!selected) {
    pane.replaceChildren(make('p', 'empty', 'Select a delivery to see its payload.'));
    return;
  }
  const d = selected;
  const copy = (label: string, text: () => string): HTMLElement => {
    const button = make('button', '', label);
    button.addEventListener('click', () => {
      void navigator.clipboard.writeText(text()).then(() => {
        button.textContent = 'Copied';
        setTimeout(() => (button.textContent = label), 1200);
      });
    });
    return button;
  };
  const line = make('div', 'line');
  if (d.payload !== undefined) {
    line.append(
      copy('Copy JSON', () => JSON.stringify(d.payload, null, 2)),
      copy('Copy Go', () => asGo(d.payload)),
      copy('Copy TypeScript', () => asTypeScript(d.payload)),
    );
  }
  const again = make('button', '', 'Emit again');
  again.addEventListener('click', () => edit(d));
  line.append(again);
  let body: HTMLElement = make('p', 'empty', d.hidden ? 'Payloads of this event are hidden.' : d.cut ? `The payload has ${sizeOf(d.size)}, too long to be shown.` : 'The event has no payload.');
  if (d.payload !== undefined) body = coloured(d.payload);
  pane.replaceChildren(
    make('h2', '', d.event),
    facts([
      ['time', clock.format(d.time)],
      ['position', d.seq ? String(d.seq) : undefined],
      ['from', d.from ?? 'Go code'],
      ['to', d.to ?? 'everyone'],
      ['key', d.key],
      ['size', `${d.size.toLocaleString('en')} bytes`],
      ['batch', d.batch ? `${d.batch} payloads` : undefined],
      ['held back', d.delay ? `${d.delay.toFixed(1)} ms` : undefined],
      ['coalesced', d.coalesced ? `${d.coalesced} earlier` : undefined],
    ]),
    line,
    body,
  );
}

function showClients(): void {
  const pane = byId('pane-clients');
  const clients = state?.clients ?? [];
  if (clients.length === 0) {
    pane.replaceChildren(make('p', 'empty', 'No client is connected.'));
    return;
  }
  const table = make('table');
  const head = make('tr');
  for (const [name, kind] of [['Window', ''], ['State', ''], ['Lag', 'n'], ['Back', 'n'], ['Sent', 'n']] as const) head.append(make('th', kind, name));
  table.append(head);
  for (const c of clients) {
    const row = make('tr');
    const who = make('td', '', c.window ?? '(no label)');
    who.title = `${c.id}\nlistens to ${(c.listens ?? []).join(', ')}`;
    who.append(make('div', 'soft', [c.identity, c.format].filter(Boolean).join(' · ')));
    const back = make('td', 'n', String(c.resumes));
    if (c.gaps) back.append(make('div', 'state behind', `${c.gaps} with a gap`));
    row.append(who, make('td', `state ${c.state}`, c.state), make('td', 'n', c.lag.toLocaleString('en')), back, make('td', 'n', sizeOf(c.sent)));
    table.append(row);
  }
  pane.replaceChildren(table);
}

function known(name: string): Event | undefined {
  return (catalog.events ?? []).find((e) => e.name === name);
}

function showEvent(): void {
  const pane = byId('pane-event');
  const name = filter || selected?.event || catalog.events?.[0]?.name || '';
  const e = known(name);
  if (!e) {
    pane.replaceChildren(make('p', 'empty', 'Select an event.'));
    return;
  }
  const c = state?.counts?.find((one) => one.event === name);
  const n = (value: number | undefined): string | undefined => (value ? value.toLocaleString('en') : undefined);
  pane.replaceChildren(
    make('h2', '', e.name),
    ...(e.doc ? [make('p', 'doc', e.doc)] : []),
    facts([
      ['emitted by', e.from],
      ['to', e.to],
      ['options', (e.options ?? []).join('  ')],
      ['emitted', n(c?.emitted) ?? '0'],
      ['delivered', n(c?.delivered) ?? '0'],
      ['coalesced', n(c?.coalesced)],
      ['waiting', n(c?.waiting)],
      ['queued', n(c?.queued)],
      ['dropped', n(c?.dropped)],
      ['refused', n(c?.refused)],
      ['failed', n(c?.failed)],
      ['logged', c?.bytes ? sizeOf(c.bytes) : undefined],
    ]),
    make('h2', '', 'Payload'),
    make('pre', '', e.empty ? 'none' : e.type || 'Give the inspector a contract to see the type: inspect.WithContract.'),
  );
}

// Emitting.

function edit(d: Delivery): void {
  emitEventName.value = d.event;
  const payload = d.batch && Array.isArray(d.payload) ? d.payload[0] : d.payload;
  emitPayload.value = payload === undefined ? '' : JSON.stringify(payload, null, 2);
  emitTo.value = '';
  emitResult.textContent = '';
  show('emit');
  emitPayload.focus();
}

function example(): void {
  const e = known(emitEventName.value);
  const recent = all.findLast((d) => d.event === e?.name && d.payload !== undefined);
  const fallback = recent?.batch && Array.isArray(recent.payload) ? recent.payload[0] : recent?.payload;
  const value = e?.example ?? fallback;
  emitPayload.value = e?.empty ? '' : JSON.stringify(value ?? {}, null, 2);
  emitPayload.disabled = e?.empty ?? false;
  emitResult.textContent = '';
}

function targetOf(text: string): unknown {
  const m = /^(window|group):(.+)$/.exec(text.trim());
  return m ? { [m[1] as string]: m[2] } : undefined;
}

function say(text: string, good: boolean): void {
  emitResult.textContent = text;
  emitResult.className = good ? 'good' : 'bad';
}

/** Selects the value at a JSON pointer, as far as it is there. */
function point(path: string): void {
  const text = emitPayload.value;
  let from = 0;
  for (const part of path.split('/').slice(1)) {
    const name = JSON.stringify(part.replaceAll('~1', '/').replaceAll('~0', '~'));
    const found = text.indexOf(name, from);
    if (found < 0) break;
    from = found;
  }
  const end = text.indexOf('\n', from);
  emitPayload.focus();
  emitPayload.setSelectionRange(from, end < 0 ? text.length : end);
}

async function send(): Promise<void> {
  let payload: unknown;
  const text = emitPayload.value.trim();
  try {
    if (text) payload = JSON.parse(text);
  } catch (err) {
    say(`not JSON: ${(err as Error).message}`, false);
    return;
  }
  if (emitTo.value.trim() && targetOf(emitTo.value) === undefined) {
    say('write window:LABEL or group:NAME', false);
    return;
  }
  const began = performance.now();
  try {
    await emitEmit({ event: emitEventName.value, ...(text ? { payload } : {}), ...(emitTo.value.trim() ? { to: targetOf(emitTo.value) } : {}) });
    say(`emitted in ${(performance.now() - began).toFixed(1)} ms`, true);
  } catch (err) {
    const { code, message } = err as { code?: string; message: string };
    say(`${code ?? 'failed'}: ${message}`, false);
    const path = /(?:^|\s)(\/[^\s:]*):/.exec(message);
    if (path?.[1]) point(path[1]);
  }
}

// Recording.

function record(d: Delivery): void {
  if (!recording) return;
  recordedBytes += d.size;
  recording.push(d);
  if (recording.length >= RECORDED || recordedBytes > RECORDED_BYTES) save();
}

function save(): void {
  const lines = (recording ?? []).map((d) => JSON.stringify(d) + '\n');
  recording = undefined;
  recordedBytes = 0;
  byId('record').setAttribute('aria-pressed', 'false');
  byId('record').textContent = 'Record';
  dirty = true;
  if (lines.length === 0) return;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob(lines, { type: 'application/x-ndjson' }));
  link.download = `eventgen-${new Date().toISOString().replaceAll(':', '-').slice(0, 19)}.ndjson`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function toggleRecord(): void {
  if (recording) {
    save();
    return;
  }
  recording = [];
  byId('record').setAttribute('aria-pressed', 'true');
  byId('record').textContent = 'Save';
  dirty = true;
}

function togglePause(): void {
  paused = !paused;
  byId('pause').setAttribute('aria-pressed', String(paused));
  byId('pause').textContent = paused ? 'Go on' : 'Pause';
  if (!paused) {
    const came = held;
    held = [];
    second -= came.length;
    const was = recording;
    recording = undefined; // they are in it already
    take(came);
    recording = was;
  }
  dirty = true;
}

function clearAll(): void {
  all = [];
  shown = [];
  held = [];
  lost = 0;
  selected = undefined;
  scroll.scrollTop = 0;
  dirty = true;
  showPayload();
}

// The catalogue and the figures.

const entries = new Map<string, { button: HTMLElement; rate: HTMLElement; bar: HTMLElement; loss: HTMLElement }>();

function choose(name: string): void {
  filter = filter === name ? '' : name;
  for (const [other, { button }] of entries) button.setAttribute('aria-pressed', String(other === filter));
  refilter();
  if (filter) {
    emitEventName.value = filter;
    example();
    showEvent();
    if (tab === 'payload' && !selected) show('event');
  }
}

function showCatalog(): void {
  byId('node').textContent = catalog.node;
  entries.clear();
  emitEventName.replaceChildren();
  const list: HTMLElement[] = [];
  for (const e of catalog.events ?? []) {
    const button = make('button', 'event');
    button.setAttribute('aria-pressed', 'false');
    button.title = e.doc ?? '';
    const rate = make('span', 'rate none', '0/s');
    const about = make('span', 'about', [e.from === 'server' ? '' : `from ${e.from}`, ...(e.options ?? []), e.doc].filter(Boolean).join(' · '));
    const loss = make('span', 'about loss');
    const bar = make('span', 'bar');
    bar.style.transform = 'scaleX(0)';
    button.append(make('span', 'name', e.name), rate, about, loss, bar);
    button.addEventListener('click', () => choose(e.name));
    entries.set(e.name, { button, rate, bar, loss });
    list.push(button);
    const option = document.createElement('option');
    option.value = option.textContent = e.name;
    emitEventName.append(option);
  }
  byId('catalog').replaceChildren(...list);
  example();
}

function showState(): void {
  if (!state) return;
  const seconds = before ? Math.max(0.1, (state.time - before.time) / 1000) : 0;
  const was = new Map((before?.counts ?? []).map((c) => [c.event, c]));
  const perSecond = (state.counts ?? []).map((c) => (seconds ? (c.emitted - (was.get(c.event)?.emitted ?? c.emitted)) / seconds : 0));
  const most = Math.max(1, ...perSecond);
  (state.counts ?? []).forEach((c, i) => {
    const entry = entries.get(c.event);
    if (!entry) return;
    const r = perSecond[i] ?? 0;
    entry.rate.textContent = `${r < 10 && r > 0 ? r.toFixed(1) : Math.round(r).toLocaleString('en')}/s`;
    entry.rate.classList.toggle('none', r === 0);
    entry.bar.style.transform = `scaleX(${(r / most).toFixed(3)})`;
    const losses = [c.dropped && `${c.dropped} dropped`, c.refused && `${c.refused} refused`, c.failed && `${c.failed} failed`].filter(Boolean);
    entry.loss.textContent = losses.join(' · ');
    entry.loss.hidden = losses.length === 0;
  });
  const t = state.totals;
  const total = perSecond.reduce((a, b) => a + b, 0);
  const figure = (value: string, name: string, kind = ''): HTMLElement => {
    const element = make('div', `figure ${kind}`);
    element.append(make('b', '', value), make('span', '', name));
    return element;
  };
  byId('figures').replaceChildren(
    figure(Math.round(total).toLocaleString('en'), 'emits a second'),
    figure(String(t.connected), `${t.connected === 1 ? 'window' : 'windows'}${t.away ? `, ${t.away} away` : ''}`),
    figure(t.behind ? `${t.behind}` : '0', t.behind ? `behind, by ${t.lag.toLocaleString('en')}` : 'behind', t.behind ? 'bad' : ''),
    figure(t.gapped.toLocaleString('en'), 'gaps told', t.gapped ? 'warn' : ''),
    figure((t.refused + t.closed).toLocaleString('en'), 'refused, closed', t.refused ? 'warn' : ''),
  );
  byId('client-count').textContent = String(t.connected + t.away);
  rates.push(total);
  if (rates.length > 120) rates.shift();
  spark();
  if (tab === 'clients') showClients();
  if (tab === 'event') showEvent();
}

function spark(): void {
  const canvas = byId<HTMLCanvasElement>('spark');
  const g = canvas.getContext('2d');
  if (!g) return;
  const { width, height } = canvas;
  g.clearRect(0, 0, width, height);
  const most = Math.max(1, ...rates);
  g.beginPath();
  rates.forEach((rate, i) => {
    const x = width - (rates.length - 1 - i) * (width / 119);
    const y = height - 2 - (rate / most) * (height - 4);
    if (i === 0) g.moveTo(x, y);
    else g.lineTo(x, y);
  });
  g.strokeStyle = getComputedStyle(canvas).color;
  g.lineWidth = 1.5;
  g.stroke();
  g.lineTo(width, height);
  g.lineTo(width - (rates.length - 1) * (width / 119), height);
  g.globalAlpha = 0.15;
  g.fillStyle = g.strokeStyle;
  g.fill();
  g.globalAlpha = 1;
}

// Wiring.

const client = connect({ url: 'events', transports: [webSocket(), sse()] });
client.onStatus((status) => {
  byId('dot').className = `dot ${status}`;
  byId('dot').title = status;
});

onCatalog((next) => {
  catalog = next;
  showCatalog();
});
onState((next) => {
  before = state;
  state = next;
  showState();
});
onRecordBatch(
  (list) => {
    const length = shown.length;
    take(list);
    anchor(shown.length - length);
  },
  {
    onGap: (n) => {
      lost += n ?? 0;
      dirty = true;
    },
  },
);

search.addEventListener('input', () => {
  words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  refilter();
});
byId('pause').addEventListener('click', togglePause);
byId('record').addEventListener('click', toggleRecord);
byId('clear').addEventListener('click', clearAll);
byId('help').addEventListener('click', () => byId<HTMLDialogElement>('keys').showModal());
byId('emit-example').addEventListener('click', example);
emitEventName.addEventListener('change', example);
byId('pane-emit').addEventListener('submit', (e) => {
  e.preventDefault();
  void send();
});
emitPayload.addEventListener('keydown', (e) => {
  if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) void send();
});
for (const name of tabs) {
  byId(`tab-${name}`).addEventListener('click', () => show(name));
  byId(`tab-${name}`).addEventListener('keydown', (e) => {
    const by = e.key === 'ArrowRight' ? 1 : e.key === 'ArrowLeft' ? -1 : 0;
    if (!by) return;
    const next = tabs[(tabs.indexOf(name) + by + tabs.length) % tabs.length] as Tab;
    show(next);
    byId(`tab-${next}`).focus();
  });
}

const keys: Record<string, () => void> = {
  '/': () => search.focus(),
  ' ': togglePause,
  j: () => move(1),
  k: () => move(-1),
  ArrowDown: () => move(1),
  ArrowUp: () => move(-1),
  c: clearAll,
  r: toggleRecord,
  e: () => (selected ? edit(selected) : show('emit')),
  '1': () => show('payload'),
  '2': () => show('emit'),
  '3': () => show('clients'),
  '4': () => show('event'),
  '?': () => byId<HTMLDialogElement>('keys').showModal(),
};

document.addEventListener('keydown', (e) => {
  const field = e.target as HTMLElement;
  const typing = ['INPUT', 'TEXTAREA', 'SELECT'].includes(field.tagName);
  if (e.key === 'Escape') {
    if (typing) field.blur();
    if (search.value || filter) {
      search.value = '';
      words = [];
      if (filter) choose(filter);
      else refilter();
    }
    return;
  }
  if (typing || e.ctrlKey || e.metaKey || e.altKey) return;
  if (e.key === ' ' && field.tagName === 'BUTTON') return;
  const act = keys[e.key];
  if (act) {
    e.preventDefault();
    act();
  }
});

showPayload();
frame();

/** What tests look at. */
Object.assign(globalThis, { inspector: { kept: () => all.length, lost: () => lost } });
