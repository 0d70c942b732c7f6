import { expect, test, vi } from 'vitest';
import { createEventsClient } from '../src/index.ts';
import { memory } from '../src/memory.ts';
import {
  batchedWaitEvent,
  keyedEvent,
  onBatchedWaitBatch,
  onKeyed,
} from '../../../testdata/golden/delivery/ts/events.gen.ts';
import { emitFromClient, emitRelayedTo } from '../../../testdata/golden/directions/ts/events.gen.ts';

// How an application tests its own code: generated functions, with a backend in memory behind them.

test('a listener gets what is injected as if from Go', () => {
  const backend = memory();
  const client = createEventsClient({ transports: [backend] });
  const rows = vi.fn();
  const batches = vi.fn();
  onKeyed(rows, { client, key: 'a' });
  onBatchedWaitBatch(batches, { client });

  backend.inject(keyedEvent, { id: 'a' });
  backend.inject(keyedEvent, { id: 'b' });
  backend.injectBatch(batchedWaitEvent, [{ N: 1 }, { N: 2 }]);

  expect(rows.mock.calls).toEqual([[{ id: 'a' }, { event: 'keyed', seq: 1 }]]);
  expect(batches.mock.calls).toEqual([[[{ N: 1 }, { N: 2 }], { event: 'batched-wait', seq: 3 }]]);
  client.close();
});

test('what is emitted is recorded, and answered as the test says', async () => {
  const backend = memory({ onEmit: ({ to }) => (to ? { code: 'no_target', message: 'closed' } : undefined) });
  const client = createEventsClient({ transports: [backend] });

  await emitFromClient({ N: 1 }, { client });
  await expect(emitRelayedTo('settings', { N: 2 }, { client })).rejects.toMatchObject({ code: 'no_target' });

  expect(backend.emits).toEqual([
    { event: 'direction:client', payload: { N: 1 }, to: undefined },
    { event: 'direction:relay', payload: { N: 2 }, to: { window: 'settings' } },
  ]);
  client.close();
});
