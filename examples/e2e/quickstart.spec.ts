import type { FrameLocator, Page } from '@playwright/test';
import { expect, test } from './app.ts';

const frame = (page: Page, label: string): FrameLocator => page.frameLocator(`iframe[title="${label} window"]`);

const number = async (window: FrameLocator, id: string): Promise<number> =>
  Number((await window.locator(`#${id}`).innerText()).replaceAll(',', '').split(' ')[0]);

/** Waits until `more` further chunks have come. */
const receives = async (window: FrameLocator, more: number): Promise<void> => {
  const before = await number(window, 'received');
  await expect.poll(() => number(window, 'received')).toBeGreaterThan(before + more);
};

test.describe('quickstart', () => {
  test('shows two windows that receive every chunk once', async ({ page, run }) => {
    const app = await run('quickstart');
    await page.goto(app.url);
    for (const label of ['left', 'right']) {
      const window = frame(page, label);
      await expect(window.locator('#status')).toHaveText('open');
      await receives(window, 500);
      expect(await number(window, 'lost')).toBe(0);
      expect(await number(window, 'duplicated')).toBe(0);
      await expect(window.locator('.download')).toHaveCount(3);
      await expect(window.locator('#log > div').first()).toContainText('chunk');
      await expect(window.locator('#frames .in').first()).toBeVisible();
    }
    const left = frame(page, 'left');
    const throttledAway = async () => (await number(left, 'raw-rate')) - (await number(left, 'throttled-rate'));
    await expect.poll(throttledAway).toBeGreaterThan(0);
    await page.screenshot({ path: test.info().outputPath('quickstart.png') });
  });

  test('cancels a download from a window, and every window and Go hear of it', async ({ page, run }) => {
    const app = await run('quickstart');
    await page.goto(app.url);
    const row = (label: string) => frame(page, label).locator('.download[data-id="photos.zip"]');
    await expect(row('left')).toHaveAttribute('data-state', 'running');
    await row('left').getByRole('button', { name: 'Cancel' }).click();
    await expect(row('left')).toHaveAttribute('data-state', 'cancelled');
    await expect(row('right')).toHaveAttribute('data-state', 'cancelled');
    await expect(row('right')).toContainText('by left');
    await expect.poll(() => app.output()).toContain('cancelled  photos.zip, by the window "left"');
    await row('right').getByRole('button', { name: 'Start' }).click();
    await expect(row('left')).toHaveAttribute('data-state', 'running');
  });

  test('a window whose cable was cut gets what it missed, once', async ({ page, run }) => {
    const app = await run('quickstart');
    await page.goto(app.url);
    const left = frame(page, 'left');
    const right = frame(page, 'right');
    await receives(left, 100);
    for (let cut = 0; cut < 3; cut++) {
      await left.locator('#cable').click();
      await expect(left.locator('#status')).not.toHaveText('open');
      await receives(right, 300); // the other window goes on
      await left.locator('#cable').click();
      await expect(left.locator('#status')).toHaveText('open');
      await receives(left, 300);
    }
    expect(await number(left, 'lost')).toBe(0);
    expect(await number(left, 'duplicated')).toBe(0);
    expect(await number(right, 'lost')).toBe(0);
    const sent = await number(left, 'sent'); // part of it is under way
    await expect.poll(() => number(left, 'received')).toBeGreaterThanOrEqual(sent);
  });

  test('a page goes on with a server that was restarted in mid-stream', async ({ page, run }) => {
    const app = await run('quickstart');
    await page.goto(app.url);
    const left = frame(page, 'left');
    await receives(left, 200);
    await app.kill();
    await expect(left.locator('#status')).not.toHaveText('open');
    await app.restart();
    await expect(left.locator('#status')).toHaveText('open');
    // Another log: the page is told that nobody knows what it missed.
    await expect(left.locator('#anew')).toContainText('counted anew');
    await receives(left, 100);
    expect(await number(left, 'lost')).toBe(0);
    expect(await number(left, 'duplicated')).toBe(0);
    await expect(left.locator('.download[data-state="running"]').first()).toBeVisible();
  });

  test('a reload starts afresh', async ({ page, run }) => {
    const app = await run('quickstart');
    await page.goto(`${app.url}/window.html?window=left`);
    await expect
      .poll(async () => Number((await page.locator('#received').innerText()).replaceAll(',', '')))
      .toBeGreaterThan(200);
    await page.reload();
    await expect(page.locator('#status')).toHaveText('open');
    // Sticky values are there at once, before their downloads go on.
    await expect(page.locator('.download')).toHaveCount(3);
    await expect
      .poll(async () => Number((await page.locator('#received').innerText()).replaceAll(',', '')))
      .toBeGreaterThan(50);
    await expect(page.locator('#lost')).toHaveText('0');
  });
});
