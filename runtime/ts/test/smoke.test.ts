import { expect, test, vi } from 'vitest';
import {
  createEventsClient,
  listen,
  serverEvent,
  clientEvent,
  emit,
  once,
  stream,
  type ServerEvent,
} from '../src/index.ts';
import { memory } from '../src/memory.ts';

const progress: ServerEvent<'p', { id: string; n: number }, string> = /* @__PURE__ */ serverEvent('p', '11111111', {
  key: ['id'],
});
const action = clientEvent<'a', { x: number }>('a', '22222222');

test('smoke', async () => {
  const t = memory();
  const client = createEventsClient({ transports: [t] });
  const fn = vi.fn(),
    keyed = vi.fn();
  const off = listen(progress, fn, { client });
  listen(progress, keyed, { client, key: 'b' });
  const o = once(progress, { client, where: (p) => p.n > 1 });
  const s = stream(progress, { client });
  t.inject(progress, { id: 'a', n: 1 });
  expect(fn).toHaveBeenCalledWith({ id: 'a', n: 1 }, { event: 'p', seq: 1 });
  expect(keyed).not.toHaveBeenCalled();
  t.inject(progress, { id: 'b', n: 2 });
  expect(keyed).toHaveBeenCalledTimes(1);
  expect(await o).toEqual({ id: 'b', n: 2 });
  expect((await s.next()).value).toEqual({ id: 'a', n: 1 });
  await off.ready;
  await emit(action, { x: 1 }, { client });
  expect(t.emits).toEqual([{ event: 'a', payload: { x: 1 }, to: undefined }]);
  expect(t.listening).toEqual({ p: { contract: '11111111' } });
  client.close();
});
