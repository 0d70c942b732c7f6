import { make } from './page';
import { EmitError } from '../ts/client/index';
import { emitCancel, emitStart, type Progress } from '../ts/events.gen';

type State = 'running' | 'completed' | 'cancelled';

/** The list of downloads, a row for each key that has been heard of. */
export function downloads(root: HTMLElement) {
  const rows = new Map<string, ReturnType<typeof createRow>>();

  const row = (id: string) => {
    const found = rows.get(id);
    if (found) return found;
    const made = createRow(id);
    const after = [...rows].filter(([other]) => other > id).sort(([a], [b]) => (a < b ? -1 : 1))[0];
    rows.set(id, made);
    root.insertBefore(made.element, after?.[1].element ?? null);
    return made;
  };

  return {
    progress({ id, current, total, speed_mbps: speed }: Progress) {
      const { bar, percent, note, show } = row(id);
      bar.max = total;
      bar.value = current;
      percent.textContent = `${Math.floor((100 * current) / total)}%`;
      note.textContent = speed === undefined ? '' : `${speed.toFixed(0)} Mbit/s`;
      show('running');
    },
    end(id: string, how: 'completed' | 'cancelled', by?: string) {
      const { note, show } = row(id);
      note.textContent = by === undefined ? 'done' : `by ${by}`;
      show(how);
    },
  };
}

function createRow(id: string) {
  const bar = document.createElement('progress');
  const percent = make('span', 'percent number');
  const note = make('span', 'note number quiet');
  const button = document.createElement('button');
  const element = make('div', 'download', make('span', 'name', id), bar, percent, note, button);
  let state: State | undefined;

  bar.ariaLabel = id;
  element.dataset['id'] = id;
  button.onclick = async () => {
    button.disabled = true;
    try {
      await (state === 'running' ? emitCancel({ id }) : emitStart({ id }));
    } catch (error) {
      // Another window may have been first, or there may be no connection.
      note.textContent = error instanceof EmitError ? error.code.replaceAll('_', ' ') : String(error);
    }
    button.disabled = false;
  };
  return {
    element,
    bar,
    percent,
    note,
    show(next: State) {
      if (next === state) return;
      element.dataset['state'] = state = next;
      button.textContent = next === 'running' ? 'Cancel' : 'Start';
      button.ariaLabel = `${button.textContent} ${id}`;
    },
  };
}
