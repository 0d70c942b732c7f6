import { expect, test } from './app.ts';

interface Inspected {
  inspector: { kept: () => number; lost: () => number };
}

test('the inspector shows what happens, emits, and points at what is wrong', async ({ page, run }) => {
  const app = await run('dashboard');
  const errors: string[] = [];
  page.on('pageerror', (e) => errors.push(e.message));
  page.on('console', (m) => m.type() === 'error' && errors.push(m.text()));
  await page.goto(`${app.url}/inspect/`);
  await expect(page.locator('.event', { hasText: 'sensor:reading' })).toBeVisible();
  await expect(page.locator('#rows .row').first()).toBeVisible();

  // By keyboard: a delivery, and its payload.
  await page.keyboard.press('j');
  await expect(page.locator('#pane-payload pre')).toBeVisible();
  await page.keyboard.press('/');
  await page.keyboard.type('boiler');
  await expect(page.locator('#status')).toContainText('of');
  await expect(page.locator('#rows .row').first()).toContainText('boiler');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');

  // The editor starts with an example of the contract.
  await page.locator('.event', { hasText: 'alarm:acknowledge' }).click();
  await page.keyboard.press('2');
  await expect(page.locator('#emit-payload')).toHaveValue(/"sensor"/);
  await page.locator('#emit-payload').fill('{"sensor": 7}');
  await page.locator('#emit-payload').press('Control+Enter');
  await expect(page.locator('#emit-result')).toContainText('invalid_payload: /sensor');
  await page.locator('#emit-event').selectOption('log:line');
  await page.locator('#emit-payload').fill('{"level": "warn", "text": "by hand"}');
  await page.locator('#pane-emit button.primary').click();
  await expect(page.locator('#emit-result')).toContainText('emitted in');
  expect(errors).toEqual([]);
});

test('10,000 events a second neither freeze the inspector nor let its heap grow', async ({ page, run }) => {
  test.setTimeout(300_000);
  const app = await run('dashboard', '-flood', '10000');
  await page.goto(`${app.url}/inspect/`);
  const devtools = await page.context().newCDPSession(page);
  const seen = (): Promise<number> =>
    page.evaluate(() => Number(document.querySelector('#rows .row')?.id.slice(1) ?? 0));
  const heap = async (): Promise<number> => {
    await devtools.send('HeapProfiler.collectGarbage');
    return (await devtools.send('Runtime.getHeapUsage')).usedSize;
  };
  const reach = async (n: number): Promise<void> => {
    await expect.poll(seen, { timeout: 200_000 }).toBeGreaterThan(n);
  };
  await reach(60_000);
  const before = await heap();
  await reach(160_000);
  expect(await heap()).toBeLessThan(before + 8 * 2 ** 20);
  expect(await page.evaluate(() => (globalThis as unknown as Inspected).inspector.kept())).toBeLessThanOrEqual(25_000);
  // It answers while they come.
  await page.keyboard.press('j');
  await expect(page.locator('#pane-payload pre')).toBeVisible();
  await page.keyboard.press(' ');
  await expect(page.locator('#status')).toContainText('paused');
});
