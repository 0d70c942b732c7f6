import { flushSync, mount, unmount } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  actionEvent as action,
  logLineEvent as logLine,
  progressEvent as progress,
  themeEvent as theme,
} from '../../../../testdata/golden/output_hooks/ts/events.gen.ts';
import * as generated from '../../../../testdata/golden/output_hooks/ts/svelte.gen.ts';
import { listen } from '../../src/index.ts';
import * as runtime from '../../src/svelte.ts';
import Show from './Show.svelte';
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
};

let back: Backend;
let page: HTMLElement;
let mounted: Set<object>;

const text = () => page.textContent.trim();

async function show(setup: () => () => unknown): Promise<() => void> {
  const component = mount(Show, { target: page, props: { client: back.client, setup } });
  mounted.add(component);
  flushSync();
  await settle();
  flushSync();
  return () => {
    if (mounted.delete(component)) void unmount(component);
  };
}

beforeEach(() => {
  back = backend();
  page = document.createElement('div');
  mounted = new Set();
});
afterEach(async () => {
  for (const component of mounted) await unmount(component);
  await settle();
  expect(back.live).toBe(0);
  back.client.close();
});

describe.each([
  ['the generic functions', generic],
  ['generated functions', generated],
])('%s', (_, hooks) => {
  test('the latest value, shared by those who show the same', async () => {
    await show(() => {
      const [one, two] = [hooks.useProgress(), hooks.useProgress()];
      return () => `${String(one.current?.current)} ${String(two.current?.current)}`;
    });
    expect(text()).toBe('undefined undefined');
    expect(back.total).toBe(1);
    back.wire.inject(progress, { id: 'a', current: 1 });
    back.wire.inject(progress, { id: 'b', current: 2 });
    flushSync();
    expect(text()).toBe('2 2');
  });

  test('follows its key', async () => {
    const state = new SvelteMap([['key', 'a']]);
    await show(() => {
      const value = hooks.useProgress({ key: () => state.get('key') });
      return () => value.current?.current;
    });
    back.wire.inject(progress, { id: 'a', current: 1 });
    flushSync();
    expect(text()).toBe('1');
    state.set('key', 'b');
    flushSync();
    await settle();
    await settle();
    expect(text()).toBe('undefined');
    expect(back.wire.listening).toMatchObject({ 'download:progress': { keys: ['b'] } });
    back.wire.inject(progress, { id: 'b', current: 3 });
    flushSync();
    expect(text()).toBe('3');
  });

  test('a component that is replaced at once, as by hot reload, keeps value and subscription', async () => {
    const setup = () => {
      const value = hooks.useProgress();
      return () => value.current?.current;
    };
    const leave = await show(setup);
    back.wire.inject(progress, { id: 'a', current: 4 });
    flushSync();
    leave();
    await show(setup);
    expect(text()).toBe('4');
    expect([back.live, back.total]).toEqual([1, 1]);
  });

  test('hot reload with another contract leaves one subscription, and is quiet', async () => {
    const errors = vi.fn();
    back.client.onError(errors);
    const leave = await show(() => {
      const value = hooks.useProgress();
      return () => value.current?.current;
    });
    leave();
    await show(() => {
      const value = runtime.useEvent({ ...progress, contract: 'ffffffff' });
      return () => value.current?.current;
    });
    expect(errors).not.toHaveBeenCalled();
    expect([back.live, back.total]).toEqual([1, 2]);
    back.wire.inject(progress, { id: 'a', current: 5 });
    flushSync();
    expect(text()).toBe('5');
  });

  test('a listener reads the newest state, without another subscription', async () => {
    const state = new SvelteMap([['word', 'old']]);
    const seen: unknown[] = [];
    await show(() => {
      hooks.useOnProgress(() => seen.push(state.get('word')));
      return () => '';
    });
    state.set('word', 'new');
    flushSync();
    back.wire.inject(progress, { id: 'a', current: 1 });
    expect(seen).toEqual(['new']);
    expect(back.total).toBe(1);
  });

  test('a component that is destroyed during a dispatch hears no more of it', async () => {
    const heard = vi.fn();
    let leave: () => void = () => undefined;
    await show(() => {
      hooks.useOnProgress(() => {
        leave();
      });
      return () => '';
    });
    leave = await show(() => {
      hooks.useOnProgress(heard);
      return () => '';
    });
    back.wire.inject(progress, { id: 'a', current: 1 });
    expect(heard).not.toHaveBeenCalled();
  });

  test('a sticky value is there on mount', async () => {
    const off = listen(theme, () => undefined, { client: back.client });
    await settle();
    back.wire.inject(theme, { name: 'dark' });
    const setup = () => {
      const value = hooks.useTheme();
      return () => value.current?.name;
    };
    await show(setup);
    expect(text()).toBe('dark');
    const first: unknown[] = [];
    await show(() => {
      const value = setup();
      first.push(value());
      return value;
    });
    expect(first).toEqual(['dark']);
    off();
  });

  test('history and by key are bounded', async () => {
    await show(() => {
      const history = hooks.useLogLineHistory(3);
      const byKey = hooks.useProgressByKey({ limit: 2 });
      return () => `${history.current.join()} ${[...byKey.current.keys()].join()}`;
    });
    back.wire.injectBatch(logLine, ['a', 'b']);
    back.wire.injectBatch(logLine, ['c', 'd']);
    for (const id of ['a', 'b', 'a', 'c']) back.wire.inject(progress, { id, current: 1 });
    await settle();
    flushSync();
    expect(text()).toBe('b,c,d a,c');
  });

  test('emits, and tells the status', async () => {
    let emit = (_: { kind: string }): Promise<void> => Promise.reject(new Error('not set up'));
    await show(() => {
      hooks.useOnProgress(() => undefined);
      emit = hooks.useEmitAction();
      const status = hooks.useConnection();
      return () => status.current;
    });
    expect(text()).toBe('open');
    await emit({ kind: 'save' });
    expect(back.wire.emits).toMatchObject([{ event: 'user:action', payload: { kind: 'save' } }]);
    back.wire.disconnect();
    flushSync();
    expect(text()).toBe('offline');
  });
});
