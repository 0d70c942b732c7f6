import { make } from '../../internal/page/ts/window';
import { emitCancel, emitStart, type Progress } from '../ts/events.gen';

interface Row {
  readonly root: HTMLElement;
  readonly bar: HTMLElement;
  readonly percent: HTMLElement;
  readonly speed: HTMLElement;
  readonly button: HTMLButtonElement;
}

/** The list of downloads, a row for each key that has been heard of. */
export function downloads(root: HTMLElement) {
  const rows = new Map<string, Row>();

  const row = (id: string): Row => {
    const found = rows.get(id);
    if (found) return found;
    const bar = make('div', 'bar');
    const percent = make('span', 'percent number');
    const speed = make('span', 'speed number quiet');
    const button = make('button', '') as HTMLButtonElement;
    const made: Row = {
      root: make('div', 'download', make('span', 'name', id), make('div', 'track', bar), percent, speed, button),
      bar,
      percent,
      speed,
      button,
    };
    made.root.dataset['id'] = id;
    button.onclick = () => {
      const running = made.root.dataset['state'] === 'running';
      // The backend may say no: another window may have been first.
      (running ? emitCancel({ id }) : emitStart({ id })).catch((error: unknown) => {
        made.speed.textContent = error instanceof Error ? error.message : String(error);
      });
    };
    rows.set(id, made);
    root.append(made.root);
    [...root.children]
      .sort((a, b) => ((a as HTMLElement).dataset['id'] ?? '').localeCompare((b as HTMLElement).dataset['id'] ?? ''))
      .forEach((child) => root.append(child));
    return made;
  };

  const state = (to: Row, value: 'running' | 'completed' | 'cancelled') => {
    to.root.dataset['state'] = value;
    to.button.textContent = value === 'running' ? 'Cancel' : 'Start';
  };

  return {
    progress({ id, current, total, speed_mbps }: Progress) {
      const to = row(id);
      const percent = (100 * current) / total;
      to.bar.style.width = `${percent}%`;
      to.percent.textContent = `${Math.floor(percent)}%`;
      to.speed.textContent = speed_mbps === undefined ? '' : `${speed_mbps.toFixed(0)} Mbit/s`;
      state(to, 'running');
    },
    end(id: string, how: 'completed' | 'cancelled', by?: string) {
      const to = row(id);
      to.speed.textContent = by === undefined ? 'done' : `by ${by}`;
      state(to, how);
    },
  };
}
