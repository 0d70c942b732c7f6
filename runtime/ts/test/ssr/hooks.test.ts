import { createElement } from 'react';
import { renderToString as reactToString } from 'react-dom/server';
import { createComponent } from 'solid-js';
import { renderToString as solidToString } from 'solid-js/web';
import { render as svelteRender } from 'svelte/server';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createSSRApp, h } from 'vue';
import { renderToString as vueToString } from '@vue/server-renderer';
import {
  onProgress,
  onceProgress,
  progressEvent as progress,
} from '../../../../testdata/golden/output_hooks/ts/events.gen.ts';
import * as react from '../../../../testdata/golden/output_hooks/ts/react.gen.ts';
import * as solid from '../../../../testdata/golden/output_hooks/ts/solid.gen.ts';
import * as svelte from '../../../../testdata/golden/output_hooks/ts/svelte.gen.ts';
import * as vue from '../../../../testdata/golden/output_hooks/ts/vue.gen.ts';
import { type EventsClient, connect, createEventsClient, emit } from '../../src/index.ts';
import { memory } from '../../src/memory.ts';
import { action } from '../events.ts';
import Show from '../hooks/Show.svelte';

// A server that renders pages: nothing connects, nothing subscribes, nothing stays behind.

let client: EventsClient;
let subscribe: ReturnType<typeof vi.spyOn>;

beforeEach(() => {
  vi.useFakeTimers();
  client = createEventsClient({ transports: [memory()] });
  subscribe = vi.spyOn(client, 'subscribe');
});
afterEach(() => {
  vi.runOnlyPendingTimers();
  expect(subscribe).not.toHaveBeenCalled();
  expect(client.status).toBe('idle');
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

test('React', () => {
  const Page = () => {
    react.useOnProgress(() => undefined);
    react.useEmitAction();
    const shown = [react.useProgress(), react.useProgressHistory(3).length, react.useProgressByKey().size];
    return createElement('i', null, [...shown, react.useConnection()].map(String).join(' '));
  };
  const html = reactToString(createElement(react.EventsProvider, { client }, createElement(Page)));
  expect(html).toBe('<i>undefined 0 0 idle</i>');
  expect(reactToString(createElement(Page))).toBe(html);
});

test('Vue', async () => {
  const Page = {
    setup() {
      vue.useOnProgress(() => undefined);
      const shown = [vue.useProgress(), vue.useProgressHistory(3), vue.useConnection()];
      return () => h('i', shown.map((value) => String(value.value)).join(' '));
    },
  };
  const app = createSSRApp(() => h(vue.EventsProvider, { client }, { default: () => [h(Page)] }));
  expect(await vueToString(app)).toContain('<i>undefined  idle</i>');
});

test('Svelte', () => {
  const setup = () => {
    svelte.useOnProgress(() => undefined);
    const shown = [svelte.useProgress(), svelte.useProgressHistory(3), svelte.useConnection()];
    return () => shown.map((value) => String(value.current)).join(' ');
  };
  expect(svelteRender(Show, { props: { client, setup } }).body).toContain('undefined  idle');
});

test('Solid', () => {
  const Page = () => {
    solid.createOnProgress(() => undefined);
    const shown = [solid.createProgress(), solid.createProgressHistory(3), solid.createConnection()];
    return shown.map((value) => String(value())).join(' ');
  };
  const html = solidToString(() =>
    createComponent(solid.EventsProvider, {
      client,
      get children() {
        return createComponent(Page, {});
      },
    }),
  );
  expect(html).toBe('undefined  idle');
});

test("the page's own client does nothing on a server", async () => {
  const socket = vi.fn();
  vi.stubGlobal('WebSocket', socket);
  const own = connect({ url: 'https://example.com/events' });
  const off = onProgress(() => undefined);
  await off.ready;
  off();
  void onceProgress();
  await expect(emit(action, { kind: 'x' })).rejects.toMatchObject({ code: 'closed' });
  vi.runAllTimers();
  expect(own.status).toBe('idle');
  expect(socket).not.toHaveBeenCalled();
  expect(Object.getOwnPropertySymbols(globalThis)).not.toContain(Symbol.for('eventgen'));
  expect(progress.name).toBe('download:progress');
  vi.unstubAllGlobals();
});
