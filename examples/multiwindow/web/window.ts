import { cutsCable, element, label, make, showStatus, tail, url } from './page';
import { connect } from '../ts/client/index';
import { emitChange, emitKnock, emitNoteTo, onNote, onNotice, onSettings, onTick, type Theme } from '../ts/events.gen';

const other = label === 'main' ? 'settings' : 'main';
const client = connect({ url, window: label });

document.title = element('label').textContent = `${label} window`;
showStatus(element('status'), client);
cutsCable(element<HTMLButtonElement>('cable'));
element('reload').onclick = () => {
  location.reload();
};

/** Shows how an emit was answered. */
function answer(id: string, emit: Promise<void>, done: string): void {
  const line = element(id);
  line.textContent = '…';
  emit.then(
    () => {
      line.textContent = done;
      line.classList.remove('refused');
    },
    (error: unknown) => {
      line.textContent = error instanceof Error ? error.message : String(error);
      line.classList.add('refused');
    },
  );
}

// Broadcast: a window asks, Go decides, and every window follows.
const settings = element<HTMLFormElement>('settings');
const field = (name: string) => settings.elements.namedItem(name) as HTMLInputElement | HTMLSelectElement;

onSettings(({ theme, accent, zoom }) => {
  document.documentElement.dataset['theme'] = theme; // system leaves it to the browser
  document.documentElement.style.setProperty('--accent', accent);
  document.body.style.zoom = `${zoom}%`;
  field('theme').value = theme;
  field('accent').value = accent;
  field('zoom').value = String(zoom);
});
settings.onsubmit = (event) => {
  event.preventDefault();
  const wanted = {
    theme: field('theme').value as Theme,
    accent: field('accent').value,
    zoom: Number(field('zoom').value),
  };
  answer('settings-answer', emitChange({ settings: wanted }), 'applied');
};

// Targeted: what Go sends to one window reaches no other.
const lines = (id: string) =>
  tail(element(id), 50, (content: readonly (Node | string)[]) => make('div', '', ...content));
const notices = lines('notices');
onNotice(({ text }) => {
  notices([text]);
});
for (const window of ['main', 'settings'])
  element('knock-' + window).onclick = () => {
    emitKnock({ window }).catch((error: unknown) => {
      notices([make('span', 'refused', String(error))]);
    });
  };

// Relayed: from this window to the other, if Go lets it pass.
const notes = lines('notes');
onNote(({ from, text }) => {
  notes([make('b', '', from), ': ', text]);
});
const note = element<HTMLFormElement>('note');
note.onsubmit = (event) => {
  event.preventDefault();
  const input = note.elements.namedItem('text') as HTMLInputElement;
  answer('note-answer', emitNoteTo(other, { from: label, text: input.value }), `handed to ${other}`);
  input.value = '';
};

// The beat: numbered, so that a hole would show, however the network was.
let last: number | undefined;
let at = 0;
let missing = 0;
let twice = 0;
onTick(({ n }) => {
  if (last !== undefined && n > last + 1) missing += n - last - 1;
  if (last !== undefined && n <= last) twice++;
  last = Math.max(last ?? 0, n);
  element('tick').textContent = String(n);
  element('missing').textContent = String(missing);
  element('twice').textContent = String(twice);
  const now = performance.now();
  const beats = element('beats');
  beats.append(make('i', now - at < 100 ? 'late' : ''));
  at = now;
  while (beats.childElementCount > 200) beats.firstElementChild?.remove();
});
