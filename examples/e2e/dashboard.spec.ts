import { expect, test } from './app.ts';

test.describe('dashboard', () => {
  test('shows sensors, operators and the log, live', async ({ page, run }) => {
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    const app = await run('dashboard');
    await page.goto(app.url);
    await expect(page.getByRole('status')).toHaveText('live');
    await expect(page.locator('.sensors article')).toHaveCount(4);
    // The last of the sessions are there at once, though they are seconds old.
    await expect(page.locator('.sessions li').first()).toBeVisible();
    await expect.poll(() => page.locator('.log p').count()).toBeGreaterThan(5);
    const reading = page.locator('.sensors article').first().locator('.number');
    const first = await reading.innerText();
    await expect.poll(() => reading.innerText()).not.toBe(first);
    await page.screenshot({ path: test.info().outputPath('dashboard.png') });
    expect(errors).toEqual([]);
  });

  test('an alarm is acknowledged by one page and seen so by another', async ({ page, context, run }) => {
    const app = await run('dashboard');
    await page.goto(app.url);
    const other = await context.newPage();
    await other.goto(app.url);
    const alarm = page.getByRole('button', { name: 'Acknowledge' }).first();
    await alarm.waitFor();
    await page.bringToFront();
    await alarm.click();
    // At the same time: the alarm ends in a few seconds.
    await Promise.all([page, other].map((one) => expect(one.locator('.seen').first()).toBeVisible()));
  });
});
