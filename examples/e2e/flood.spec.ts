import { expect, test } from './app.ts';

test('a throttled tab takes 50,000 events, and its heap stays flat', async ({ page, run }) => {
  test.setTimeout(900_000);
  const app = await run('quickstart', '-every', '500us');
  await page.goto(`${app.url}/window.html?window=left`);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: 4 });

  const count = async (id: string): Promise<number> =>
    Number((await page.locator(`#${id}`).innerText()).replaceAll(',', '').split(' ')[0]);
  const heap = async (): Promise<number> => {
    await devtools.send('HeapProfiler.collectGarbage');
    return (await devtools.send('Runtime.getHeapUsage')).usedSize;
  };
  const reach = (events: number) => expect.poll(() => count('received'), { timeout: 800_000 }).toBeGreaterThan(events);

  await reach(5_000);
  const before = await heap();
  await reach(55_000);
  expect(await heap()).toBeLessThan(before + 3 * 2 ** 20);
  expect(await count('duplicated')).toBe(0);
  // Whatever such a tab could not take it was told of.
  const lost = /^([\d,]+)(?: \(([\d,]+) told\))?$/.exec(await page.locator('#lost').innerText());
  expect(lost?.[1]).toBe(lost?.[2] ?? '0');
});
