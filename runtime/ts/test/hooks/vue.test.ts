import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type App, createApp, defineComponent, effectScope, h, isReadonly, nextTick, ref } from 'vue';
import {
  actionEvent as action,
  logLineEvent as logLine,
  progressEvent as progress,
  themeEvent as theme,
} from '../../../../testdata/golden/output_hooks/ts/events.gen.ts';
import * as generated from '../../../../testdata/golden/output_hooks/ts/vue.gen.ts';
import { listen } from '../../src/index.ts';
import * as runtime from '../../src/vue.ts';
import { type Backend, backend, settle } from './backend.ts';

const generic = {
  useProgress: (options?: runtime.HookOptions<string>) => runtime.useEvent(progress, options),
  useProgressByKey: (options?: runtime.ByKeyOptions) => runtime.useEventByKey(progress, options),
  useOnProgress: (
    listener: Parameters<typeof generated.useOnProgress>[0],
    options?: runtime.OnHookOptions<string>,
  ): void => {
    runtime.useOnEvent(progress, listener, options);
  },
  useTheme: (options?: runtime.HookOptions) => runtime.useEvent(theme, options),
  useLogLineHistory: (limit: number, options?: runtime.HookOptions) => runtime.useEventHistory(logLine, limit, options),
  useEmitAction: () => runtime.useEmit(action),
  useConnection: runtime.useConnection,
  EventsProvider: runtime.EventsProvider,
};

let back: Backend;
let app: App | undefined;
let page: HTMLElement;

/** Mounts a component below a provider; its setup returns what it shows. */
async function mount(provider: typeof runtime.EventsProvider, setup: () => () => unknown): Promise<void> {
  app?.unmount();
  const Child = defineComponent(() => {
    const show = setup();
    return () => h('i', String(show()));
  });
  app = createApp(() => h(provider, { client: back.client }, { default: () => [h(Child)] }));
  app.mount(page);
  await settle();
}

beforeEach(() => {
  back = backend();
  page = document.createElement('div');
});
afterEach(async () => {
  app?.unmount();
  app = undefined;
  await settle();
  expect(back.live).toBe(0);
  back.client.close();
});

describe.each([
  ['the generic composables', generic],
  ['generated composables', generated],
])('%s', (_, hooks) => {
  const show = (setup: () => () => unknown) => mount(hooks.EventsProvider, setup);

  test('the latest value, readonly, shared by those who show the same', async () => {
    await show(() => {
      const [one, two] = [hooks.useProgress(), hooks.useProgress()];
      expect(isReadonly(one)).toBe(true);
      return () => `${String(one.value?.current)} ${String(two.value?.current)}`;
    });
    expect(page.textContent).toBe('undefined undefined');
    expect(back.total).toBe(1);
    back.wire.inject(progress, { id: 'a', current: 1 });
    back.wire.inject(progress, { id: 'b', current: 2 });
    await nextTick();
    expect(page.textContent).toBe('2 2');
  });

  test('payloads are not made reactive', async () => {
    let value: { readonly value: unknown } = { value: undefined };
    await show(() => {
      value = hooks.useProgress();
      return () => '';
    });
    const payload = { id: 'a', current: 1 };
    back.wire.inject(progress, payload);
    expect(value.value).toBe(payload);
  });

  test('follows its key', async () => {
    const key = ref('a');
    await show(() => {
      const value = hooks.useProgress({ key });
      return () => value.value?.current;
    });
    back.wire.inject(progress, { id: 'a', current: 1 });
    await nextTick();
    expect(page.textContent).toBe('1');
    key.value = 'b';
    await settle();
    expect(page.textContent).toBe('undefined');
    expect(back.wire.listening).toMatchObject({ 'download:progress': { keys: ['b'] } });
    back.wire.inject(progress, { id: 'a', current: 2 });
    back.wire.inject(progress, { id: 'b', current: 3 });
    await nextTick();
    expect(page.textContent).toBe('3');
  });

  test('a component that is replaced at once, as by hot reload, keeps value and subscription', async () => {
    const setup = () => {
      const value = hooks.useProgress();
      return () => value.value?.current;
    };
    await show(setup);
    back.wire.inject(progress, { id: 'a', current: 4 });
    await show(setup);
    expect(page.textContent).toBe('4');
    expect([back.live, back.total]).toEqual([1, 1]);
  });

  test('a listener that reads the newest state, and none after the scope has ended', async () => {
    const word = ref('old');
    const seen: string[] = [];
    const scope = effectScope();
    await show(() => {
      const { client } = back;
      scope.run(() => {
        hooks.useOnProgress(() => seen.push(word.value), { client });
      });
      return () => '';
    });
    word.value = 'new';
    back.wire.inject(progress, { id: 'a', current: 1 });
    scope.stop();
    back.wire.inject(progress, { id: 'a', current: 2 });
    expect(seen).toEqual(['new']);
    expect(back.live).toBe(0);
  });

  test('a scope that ends during a dispatch hears no more of it', async () => {
    const second = effectScope();
    const heard = vi.fn();
    await show(() => {
      hooks.useOnProgress(() => {
        second.stop();
      });
      second.run(() => {
        hooks.useOnProgress(heard);
      });
      return () => '';
    });
    back.wire.inject(progress, { id: 'a', current: 1 });
    expect(heard).not.toHaveBeenCalled();
  });

  test('a sticky value is there on mount', async () => {
    const off = listen(theme, () => undefined, { client: back.client });
    await settle();
    back.wire.inject(theme, { name: 'dark' });
    await show(() => {
      const value = hooks.useTheme();
      return () => value.value?.name;
    });
    expect(page.textContent).toBe('dark');
    let first: string | undefined;
    const scope = effectScope();
    scope.run(() => (first = hooks.useTheme({ client: back.client }).value?.name));
    expect(first).toBe('dark');
    scope.stop();
    off();
  });

  test('history and by key are bounded', async () => {
    await show(() => {
      const history = hooks.useLogLineHistory(3);
      const byKey = hooks.useProgressByKey({ limit: 2 });
      return () => `${history.value.join()} ${[...byKey.value.keys()].join()}`;
    });
    back.wire.injectBatch(logLine, ['a', 'b']);
    back.wire.injectBatch(logLine, ['c', 'd']);
    for (const id of ['a', 'b', 'a', 'c']) back.wire.inject(progress, { id, current: 1 });
    await settle();
    expect(page.textContent).toBe('b,c,d a,c');
  });

  test('the same primitive twice is news twice', async () => {
    let renders = 0;
    await show(() => {
      const line = runtime.useEvent(logLine);
      return () => (renders++, line.value);
    });
    back.wire.injectBatch(logLine, ['x']);
    await nextTick();
    back.wire.injectBatch(logLine, ['x']);
    await nextTick();
    expect(renders).toBe(3);
  });

  test('emits, and tells the status', async () => {
    let emit = (_: { kind: string }): Promise<void> => Promise.reject(new Error('not set up'));
    await show(() => {
      hooks.useProgress();
      emit = hooks.useEmitAction();
      const status = hooks.useConnection();
      return () => status.value;
    });
    expect(page.textContent).toBe('open');
    await emit({ kind: 'save' });
    expect(back.wire.emits).toMatchObject([{ event: 'user:action', payload: { kind: 'save' } }]);
    back.wire.disconnect();
    await nextTick();
    expect(page.textContent).toBe('offline');
  });
});
