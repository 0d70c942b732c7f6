import { flushSync, mount } from 'svelte';
import { expect, test } from 'vitest';
import App from './App.svelte';
import { connect } from './events/client';
import { memory } from './events/client/memory';
import { progressEvent } from './events/events.gen';

test('shows a job and starts it', async () => {
  const backend = memory();
  connect({ transports: [backend] });
  const page = document.createElement('div');
  mount(App, { target: page });
  flushSync();

  backend.inject(progressEvent, { id: 'a', title: 'Test', state: 'waiting', percent: 40 });
  await expect.poll(() => page.querySelector('.job')?.textContent).toContain('waiting, 40 %');

  page.querySelector('button')?.click();
  await expect.poll(() => backend.emits.length).toBe(1);
  expect(backend.emits[0]).toMatchObject({ event: 'job:start', payload: { id: 'a' } });
});
