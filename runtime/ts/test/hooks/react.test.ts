import {
  type ReactNode,
  StrictMode,
  Suspense,
  act,
  createElement as h,
  startTransition,
  useLayoutEffect,
  useState,
} from 'react';
import { flushSync } from 'react-dom';
import { type Root, createRoot } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  actionEvent as action,
  logLineEvent as logLine,
  progressEvent as progress,
  themeEvent as theme,
} from '../../../../testdata/golden/output_hooks/ts/events.gen.ts';
import * as generated from '../../../../testdata/golden/output_hooks/ts/react.gen.ts';
import { type EventsClient, listen } from '../../src/index.ts';
import * as runtime from '../../src/react.ts';
import { type Backend, backend, settle } from './backend.ts';

const generic = {
  useProgress: (options?: runtime.HookOptions<string>) => runtime.useEvent(progress, options),
  useProgressHistory: (limit: number, options?: runtime.HookOptions<string>) =>
    runtime.useEventHistory(progress, limit, options),
  useProgressByKey: (options?: runtime.ByKeyOptions) => runtime.useEventByKey(progress, options),
  useOnProgress: (
    listener: Parameters<typeof generated.useOnProgress>[0],
    options?: runtime.OnHookOptions<string>,
  ): void => {
    runtime.useOnEvent(progress, listener, options);
  },
  useTheme: (options?: runtime.HookOptions) => runtime.useEvent(theme, options),
  useLogLineHistory: (limit: number, options?: runtime.HookOptions) => runtime.useEventHistory(logLine, limit, options),
  useEmitAction: (options?: { readonly client?: EventsClient }) => runtime.useEmit(action, options),
  useConnection: runtime.useConnection,
  EventsProvider: runtime.EventsProvider,
};

let back: Backend;
let root: Root;
let page: HTMLElement;

const render = (node: ReactNode) => act(() => Promise.resolve(root.render(node)));
const change = (run: () => void) => act(() => Promise.resolve(run()));
const text = () => page.textContent;

beforeEach(() => {
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  back = backend();
  page = document.createElement('div');
  root = createRoot(page);
});
afterEach(async () => {
  await change(() => {
    root.unmount();
  });
  await settle();
  expect(back.live).toBe(0);
  back.client.close();
});

describe.each([
  ['the generic hooks', generic],
  ['generated hooks', generated],
])('%s', (_, hooks) => {
  const provided = (...children: ReactNode[]) => h(hooks.EventsProvider, { client: back.client }, ...children);
  const Latest = ({ of }: { of?: string }) => h('i', null, String(hooks.useProgress({ key: of })?.current));

  test('the latest value', async () => {
    await render(provided(h(Latest)));
    expect(text()).toBe('undefined');
    await change(() => {
      back.wire.inject(progress, { id: 'a', current: 1 });
      back.wire.inject(progress, { id: 'b', current: 2 });
    });
    expect(text()).toBe('2');
  });

  test('of one key, which may change', async () => {
    await render(provided(h(Latest, { of: 'a' })));
    await change(() => {
      back.wire.inject(progress, { id: 'a', current: 1 });
      back.wire.inject(progress, { id: 'b', current: 2 });
    });
    expect(text()).toBe('1');
    expect(back.wire.listening).toMatchObject({ 'download:progress': { keys: ['a'] } });
    await render(provided(h(Latest, { of: 'b' })));
    expect(text()).toBe('undefined');
    await settle();
    expect(back.wire.listening).toMatchObject({ 'download:progress': { keys: ['b'] } });
    await change(() => {
      back.wire.inject(progress, { id: 'b', current: 3 });
    });
    expect(text()).toBe('3');
  });

  test('StrictMode subscribes once, however many show the same', async () => {
    const Listener = () => {
      hooks.useOnProgress(() => undefined);
      return null;
    };
    await render(h(StrictMode, null, provided(h(Latest), h(Latest), h(Listener))));
    await settle();
    expect(back.live).toBe(2);
    await change(() => {
      back.wire.inject(progress, { id: 'a', current: 7 });
    });
    expect(text()).toBe('77');
  });

  test('a component that is replaced at once, as by hot reload, keeps the value and the subscription', async () => {
    await render(provided(h(Latest, { key: 'before' })));
    await change(() => {
      back.wire.inject(progress, { id: 'a', current: 4 });
    });
    await render(provided(h(Latest, { key: 'after' })));
    await settle();
    expect(text()).toBe('4');
    expect([back.live, back.total]).toEqual([1, 1]);
  });

  test('the newest closure is called, without another subscription', async () => {
    const seen: string[] = [];
    const Listener = ({ word }: { word: string }) => {
      hooks.useOnProgress(({ id }) => seen.push(word + id));
      return null;
    };
    await render(provided(h(Listener, { word: 'old ' })));
    await render(provided(h(Listener, { word: 'new ' })));
    await change(() => {
      back.wire.inject(progress, { id: 'a', current: 1 });
    });
    expect(seen).toEqual(['new a']);
    expect(back.total).toBe(1);
  });

  test('an error goes to the newest onError, or to the client', async () => {
    const failed = vi.fn();
    const heard = vi.fn();
    back.client.onError(failed);
    const Listener = ({ onError }: { onError?: (error: unknown) => void }) => {
      hooks.useOnProgress(
        () => {
          throw new Error('bad');
        },
        { onError },
      );
      return null;
    };
    await render(provided(h(Listener)));
    await change(() => {
      back.wire.inject(progress, { id: 'a', current: 1 });
    });
    expect([failed.mock.calls.length, heard.mock.calls.length]).toEqual([1, 0]);
    await render(provided(h(Listener, { onError: heard })));
    await change(() => {
      back.wire.inject(progress, { id: 'a', current: 2 });
    });
    expect([failed.mock.calls.length, heard.mock.calls.length]).toEqual([1, 1]);
  });

  test('a sticky value is there on mount', async () => {
    const Themed = () => h('i', null, hooks.useTheme()?.name ?? 'none');
    const off = listen(theme, () => undefined, { client: back.client });
    await settle();
    back.wire.inject(theme, { name: 'dark' });
    await render(provided(h(Themed)));
    expect(text()).toBe('dark');
    const first: string[] = [];
    const Second = () => {
      first.push(hooks.useTheme()?.name ?? 'none');
      return null;
    };
    await render(provided(h(Themed), h(Second)));
    expect(first).toEqual(['dark']);
    off();
  });

  test('a component that is unmounted during a dispatch hears no more of it', async () => {
    const heard = vi.fn();
    let hide: (value: boolean) => void = () => undefined;
    const First = () => {
      hooks.useOnProgress(() => {
        flushSync(() => {
          hide(true);
        });
      });
      return null;
    };
    const Second = () => {
      hooks.useOnProgress(heard);
      return null;
    };
    const Both = () => {
      const [hidden, set] = useState(false);
      hide = set;
      return [h(First, { key: 1 }), hidden ? null : h(Second, { key: 2 })];
    };
    await render(provided(h(Both)));
    await change(() => {
      back.wire.inject(progress, { id: 'a', current: 1 });
    });
    expect(heard).not.toHaveBeenCalled();
  });

  test('history is bounded, and the same array until it changes', async () => {
    const seen = new Set<readonly unknown[]>();
    const History = () => {
      const history = hooks.useLogLineHistory(3);
      seen.add(history);
      return h('i', null, history.join());
    };
    await render(provided(h(History)));
    await change(() => {
      back.wire.injectBatch(logLine, ['a', 'b']);
      back.wire.injectBatch(logLine, ['c', 'd']);
    });
    expect(text()).toBe('b,c,d');
    await render(provided(h(History), 'x'));
    expect(seen.size).toBe(2);
  });

  test('a history of nothing keeps nothing', async () => {
    const Nothing = () => h('i', null, hooks.useLogLineHistory(0).length);
    await render(provided(h(Nothing)));
    for (const batch of [['a'], ['b', 'c']])
      await change(() => {
        back.wire.injectBatch(logLine, batch);
      });
    expect(text()).toBe('0');
  });

  test('by key, bounded: the one that is out of date longest goes', async () => {
    const ByKey = () =>
      h('i', null, [...hooks.useProgressByKey({ limit: 2 })].map(([id, { current }]) => id + String(current)).join());
    await render(provided(h(ByKey)));
    await change(() => {
      for (const [current, id] of ['a', 'b', 'a', 'c'].entries()) back.wire.inject(progress, { id, current });
    });
    expect(text()).toBe('a2,c3');
  });

  test('emits, with the same function for as long as the client is', async () => {
    const made = new Set<unknown>();
    let emit: ReturnType<typeof hooks.useEmitAction> = () => Promise.reject(new Error('not rendered'));
    const Button = () => {
      made.add((emit = hooks.useEmitAction()));
      return null;
    };
    await render(provided(h(Button)));
    await render(provided(h(Button), 'x'));
    await emit({ kind: 'save' });
    expect(back.wire.emits).toMatchObject([{ event: 'user:action', payload: { kind: 'save' } }]);
    expect(made.size).toBe(1);
  });

  test('the status', async () => {
    const State = () => h('i', null, hooks.useConnection());
    await render(provided(h(State)));
    expect(text()).toBe('idle');
    await render(provided(h(State), h(Latest)));
    await change(() => {
      back.wire.disconnect();
    });
    expect(text()).toBe('offline' + 'undefined');
  });

  test('no tearing: what is committed at once shows one value', async () => {
    (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = false;
    const rendered: number[] = [];
    const commits: string[][] = [];
    let n = 0;
    let show: (value: boolean) => void = () => undefined;
    let done: () => void = () => undefined;
    const last = new Promise<void>((resolve) => (done = resolve));
    /** Takes longer to render than a slice of a transition, so that events come in between. */
    const Slow = ({ at }: { at: number }) => {
      const value = hooks.useProgress()?.current;
      rendered.push(at);
      if (n < 5)
        queueMicrotask(() => {
          back.wire.inject(progress, { id: 'a', current: ++n });
        });
      for (const start = performance.now(); performance.now() - start < 8;);
      return h('i', null, String(value));
    };
    const Tree = () => {
      const [shown, set] = useState(false);
      show = set;
      hooks.useProgress(); // so that it commits with each value
      useLayoutEffect(() => {
        if (shown) commits.push([...page.querySelectorAll('i')].map((element) => element.textContent));
        if (page.textContent === '5555') done();
      });
      return shown ? [0, 1, 2, 3].map((at) => h(Slow, { key: at, at })) : null;
    };
    const Keep = () => (hooks.useProgress(), null);
    flushSync(() => {
      root.render(provided(h(Suspense, null, h(Keep), h(Tree))));
    });
    await settle();
    startTransition(() => {
      show(true);
    });
    await last;
    (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
    for (const commit of commits) expect(new Set(commit).size).toBe(1);
    expect(rendered.length).toBeGreaterThan(4);
  });
});

test('without a provider hooks use the client they are given', async () => {
  const Latest = () => h('i', null, generated.useProgress({ client: back.client })?.id ?? 'none');
  await render(h(Latest));
  await change(() => {
    back.wire.inject(progress, { id: 'x', current: 1 });
  });
  expect(text()).toBe('x');
});
