import { element } from './page';

/**
 * Counts the chunks since this window began to listen: they are numbered, so that whatever is
 * missing or comes twice shows.
 */
export function ledger() {
  let before: number | undefined; // the number of the last chunk that is none of ours
  let last = 0;
  let emitted = 0;
  let received = 0;
  let duplicated = 0;
  let told = 0;

  const show = (id: string, count: number, hint = '') => {
    const cell = element(id);
    cell.textContent = count.toLocaleString('en') + hint;
    cell.toggleAttribute('data-none', count === 0);
  };
  let due = false;
  const refresh = () => {
    if (due || before === undefined) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      if (before === undefined) return;
      const lost = last - before - (received - duplicated);
      show('sent', Math.max(last, emitted) - before);
      show('received', received);
      show('lost', lost, lost ? ` (${told} told)` : '');
      show('duplicated', duplicated);
    });
  };

  return {
    received(number: number) {
      before ??= number - 1;
      received++;
      if (number > last) last = number;
      else duplicated++;
      refresh();
    },
    sent(chunks: number) {
      emitted = chunks;
      refresh();
    },
    /** Another server, or one that was away for longer than its log reaches, counts from somewhere else. */
    gap(missed: number | null) {
      if (missed === null) {
        before = undefined;
        last = emitted = received = duplicated = told = 0;
        element('anew').textContent = 'What the server emitted before is unknown: it is counted anew.';
      } else {
        told += missed;
        refresh();
      }
    },
  };
}
