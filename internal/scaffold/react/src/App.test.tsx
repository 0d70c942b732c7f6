import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { expect, test } from 'vitest';
import { App } from './App';
import { connect } from './events/client';
import { memory } from './events/client/memory';
import { progressEvent } from './events/events.gen';

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

test('shows a job and starts it', async () => {
  const backend = memory();
  connect({ transports: [backend] });
  const page = document.createElement('div');
  await act(async () => createRoot(page).render(<App />));

  await act(async () => backend.inject(progressEvent, { id: 'a', title: 'Test', state: 'waiting', percent: 40 }));
  expect(page.querySelector('.job')?.textContent).toContain('waiting, 40 %');

  await act(async () => page.querySelector('button')?.click());
  expect(backend.emits.map(({ event, payload }) => ({ event, payload }))).toEqual([
    { event: 'job:start', payload: { id: 'a' } },
  ]);
});
