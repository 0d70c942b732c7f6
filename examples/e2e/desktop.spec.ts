import { expect, test } from './app.ts';

// The application of examples/desktop in a browser. Its test in a window of Wails is examples/desktop/window.

test.describe('desktop', () => {
  test('runs in a browser, and loses nothing when the page is loaded again', async ({ page, run }) => {
    const app = await run('desktop/browser');
    const seen = async () => {
      const [first, last, missing, gaps] = (await page.locator('#seen').innerText()).match(/\d+/g) ?? [];
      expect([missing, gaps]).toEqual(['0', '0']);
      return { first: Number(first), last: Number(last) };
    };
    const row = (id: string) => page.locator(`.download[data-id="${id}"]`);
    await page.goto(app.url);
    await expect(page.locator('#transport')).toHaveText('websocket');
    await expect(row('photos.zip')).toHaveAttribute('data-state', 'ready');
    await row('debian.iso').getByRole('button', { name: 'Start' }).click();
    await expect.poll(async () => (await seen()).last).toBeGreaterThan(200);

    await page.getByRole('button', { name: 'Dark' }).click();
    const paper = page.locator('body');
    await expect(paper).toHaveCSS('background-color', 'rgb(20, 22, 26)');

    const before = await seen();
    const load = app
      .output()
      .match(/page of \S+:/g)
      ?.at(-1);
    await page.getByRole('button', { name: 'Reload' }).click();
    await expect
      .poll(() =>
        app
          .output()
          .match(/page of \S+:/g)
          ?.at(-1),
      )
      .not.toBe(load);
    expect((await seen()).first).toBeLessThanOrEqual(before.last + 1);
    await expect(paper).toHaveCSS('background-color', 'rgb(20, 22, 26)');
    const after = await seen();
    await expect.poll(async () => (await seen()).last).toBeGreaterThan(after.last + 200);

    await row('debian.iso').getByRole('button', { name: 'Cancel' }).click();
    await expect(row('debian.iso')).toHaveAttribute('data-state', 'cancelled');
    await expect.poll(() => app.output()).toContain('debian.iso is cancelled');
    await page.screenshot({ path: test.info().outputPath('desktop.png') });
  });
});
