import { createComponent, createRenderEffect, createRoot, createSignal } from 'solid-js';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  actionEvent as action,
  logLineEvent as logLine,
  progressEvent as progress,
  themeEvent as theme,
} from '../../../../testdata/golden/output_hooks/ts/events.gen.ts';
import * as generated from '../../../../testdata/golden/output_hooks/ts/solid.gen.ts';
import { listen } from '../../src/index.ts';
import * as runtime from '../../src/solid.ts';
import { type Backend, backend, settle } from './backend.ts';

const generic = {
  createProgress: (options?: runtime.HookOptions<string>) => runtime.createEvent(progress, options),
  createProgressByKey: (options?: runtime.ByKeyOptions) => runtime.createEventByKey(progress, options),
  createOnProgress: (
    listener: Parameters<typeof generated.createOnProgress>[0],
    options?: runtime.OnHookOptions<string>,
  ): void => {
    runtime.createOnEvent(progress, listener, options);
  },
  createTheme: (options?: runtime.HookOptions) => runtime.createEvent(theme, options),
  createLogLineHistory: (limit: number, options?: runtime.HookOptions) =>
    runtime.createEventHistory(logLine, limit, options),
  createEmitAction: () => runtime.createEmit(action),
  createConnection: runtime.createConnection,
  EventsProvider: runtime.EventsProvider,
};

let back: Backend;
let disposers: (() => void)[];
let shown: string;

/** Runs a component below a provider, and shows what it returns. */
async function mount(provider: typeof runtime.EventsProvider, setup: () => () => unknown): Promise<() => void> {
  const dispose = createRoot((dispose) => {
    createComponent(provider, {
      client: back.client,
      get children() {
        return createComponent(() => {
          const value = setup();
          createRenderEffect(() => (shown = String(value())));
          return undefined;
        }, {});
      },
    } as runtime.EventsProviderProps);
    return dispose;
  });
  disposers.push(dispose);
  await settle();
  return dispose;
}

beforeEach(() => {
  back = backend();
  disposers = [];
});
afterEach(async () => {
  for (const dispose of disposers) dispose();
  await settle();
  expect(back.live).toBe(0);
  back.client.close();
});

describe.each([
  ['the generic primitives', generic],
  ['generated primitives', generated],
])('%s', (_, hooks) => {
  const show = (setup: () => () => unknown) => mount(hooks.EventsProvider, setup);

  test('the latest value, shared by those who show the same', async () => {
    await show(() => {
      const [one, two] = [hooks.createProgress(), hooks.createProgress()];
      return () => `${String(one()?.current)} ${String(two()?.current)}`;
    });
    expect(shown).toBe('undefined undefined');
    expect(back.total).toBe(1);
    back.wire.inject(progress, { id: 'a', current: 1 });
    back.wire.inject(progress, { id: 'b', current: 2 });
    expect(shown).toBe('2 2');
  });

  test('follows its key', async () => {
    const [key, setKey] = createSignal('a');
    await show(() => {
      const value = hooks.createProgress({ key });
      return () => value()?.current;
    });
    back.wire.inject(progress, { id: 'a', current: 1 });
    expect(shown).toBe('1');
    setKey('b');
    await settle();
    expect(shown).toBe('undefined');
    expect(back.wire.listening).toMatchObject({ 'download:progress': { keys: ['b'] } });
    back.wire.inject(progress, { id: 'b', current: 3 });
    expect(shown).toBe('3');
  });

  test('of a key there is nothing before it comes, whatever others show', async () => {
    const off = listen(progress, () => undefined, { client: back.client });
    await show(() => hooks.createProgress());
    back.wire.inject(progress, { id: 'a', current: 1 });
    const first: unknown[] = [];
    await show(() => {
      const value = hooks.createProgress({ key: 'b' });
      first.push(value());
      return value;
    });
    expect(first).toEqual([undefined]);
    off();
  });

  test('a component that is replaced at once, as by hot reload, keeps value and subscription', async () => {
    const setup = () => {
      const value = hooks.createProgress();
      return () => value()?.current;
    };
    const dispose = await show(setup);
    back.wire.inject(progress, { id: 'a', current: 4 });
    dispose();
    await show(setup);
    expect(shown).toBe('4');
    expect([back.live, back.total]).toEqual([1, 1]);
  });

  test('a listener reads the newest state, without another subscription', async () => {
    const [word, setWord] = createSignal('old');
    const seen: string[] = [];
    await show(() => {
      hooks.createOnProgress(() => seen.push(word()));
      return () => '';
    });
    setWord('new');
    back.wire.inject(progress, { id: 'a', current: 1 });
    expect(seen).toEqual(['new']);
    expect(back.total).toBe(1);
  });

  test('an owner that is disposed of during a dispatch hears no more of it', async () => {
    const heard = vi.fn();
    let dispose: () => void = () => undefined;
    await show(() => {
      hooks.createOnProgress(() => {
        dispose();
      });
      return () => '';
    });
    dispose = await show(() => {
      hooks.createOnProgress(heard);
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
      const value = hooks.createTheme();
      return () => value()?.name;
    };
    await show(setup);
    expect(shown).toBe('dark');
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
      const history = hooks.createLogLineHistory(3);
      const byKey = hooks.createProgressByKey({ limit: 2 });
      return () => `${history().join()} ${[...byKey().keys()].join()}`;
    });
    back.wire.injectBatch(logLine, ['a', 'b']);
    back.wire.injectBatch(logLine, ['c', 'd']);
    for (const id of ['a', 'b', 'a', 'c']) back.wire.inject(progress, { id, current: 1 });
    await settle();
    expect(shown).toBe('b,c,d a,c');
  });

  test('the same primitive twice is news twice', async () => {
    let runs = 0;
    await show(() => {
      const line = runtime.createEvent(logLine);
      return () => (runs++, line());
    });
    const before = runs;
    back.wire.injectBatch(logLine, ['x']);
    back.wire.injectBatch(logLine, ['x']);
    expect(runs - before).toBe(2);
  });

  test('emits, and tells the status', async () => {
    let emit = (_: { kind: string }): Promise<void> => Promise.reject(new Error('not set up'));
    await show(() => {
      hooks.createProgress();
      emit = hooks.createEmitAction();
      return hooks.createConnection();
    });
    expect(shown).toBe('open');
    await emit({ kind: 'save' });
    expect(back.wire.emits).toMatchObject([{ event: 'user:action', payload: { kind: 'save' } }]);
    back.wire.disconnect();
    expect(shown).toBe('offline');
  });
});
