import type { BrowserContext, Page } from '@playwright/test';
import { type App, expect, test } from './app.ts';

async function open(context: BrowserContext, app: App, window: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${app.url}/window.html?window=${window}`);
  await expect(page.locator('#status')).toHaveText('open');
  return page;
}

const beat = async (page: Page): Promise<number> => Number(await page.locator('#tick').innerText());

test.describe('multiwindow', () => {
  test('settings that one window asks for reach all windows, and those that come later', async ({ context, run }) => {
    const app = await run('multiwindow');
    const main = await open(context, app, 'main');
    const settings = await open(context, app, 'settings');
    await settings.locator('[name=theme]').selectOption('dark');
    await settings.locator('[name=zoom]').fill('110');
    await settings.getByRole('button', { name: 'Apply everywhere' }).click();
    await expect(settings.locator('#settings-answer')).toHaveText('applied');
    for (const page of [main, settings]) await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');

    const third = await open(context, app, 'main');
    await expect(third.locator('html')).toHaveAttribute('data-theme', 'dark');
    await expect(third.locator('[name=zoom]')).toHaveValue('110');

    await settings.locator('[name=zoom]').fill('900');
    await settings.getByRole('button', { name: 'Apply everywhere' }).click();
    await expect(settings.locator('#settings-answer')).toContainText('zoom is from 50 to 200 percent');
  });

  test('a notice reaches its window and no other', async ({ context, run }) => {
    const app = await run('multiwindow');
    const main = await open(context, app, 'main');
    const settings = await open(context, app, 'settings');
    await main.getByRole('button', { name: 'Notice to settings' }).click();
    await expect(settings.locator('#notices')).toContainText('for this window alone');
    await main.getByRole('button', { name: 'Notice to main' }).click();
    await expect(main.locator('#notices > div')).toHaveCount(1);
    await expect(settings.locator('#notices > div')).toHaveCount(1);

    await settings.close();
    await expect(async () => {
      await main.getByRole('button', { name: 'Notice to settings' }).click();
      await expect(main.locator('#notices .refused')).not.toHaveCount(0, { timeout: 500 });
    }).toPass();
  });

  test('a note goes to the other window, unless Go vetoes it', async ({ context, run }) => {
    const app = await run('multiwindow');
    const main = await open(context, app, 'main');
    const settings = await open(context, app, 'settings');
    await main.locator('[name=text]').fill('lunch?');
    await main.getByRole('button', { name: 'Send' }).click();
    await expect(main.locator('#note-answer')).toHaveText('handed to settings');
    await expect(settings.locator('#notes')).toHaveText('main: lunch?');
    await expect(main.locator('#notes > div')).toHaveCount(0);

    await main.getByRole('button', { name: 'Send' }).click();
    await expect(main.locator('#note-answer')).toContainText('nothing in the note');
    await expect(settings.locator('#notes > div')).toHaveCount(1);
  });

  test('a window that reloads and one that loses its network miss nothing', async ({ context, run }) => {
    const app = await run('multiwindow');
    const main = await open(context, app, 'main');
    const settings = await open(context, app, 'settings');
    for (const page of [main, settings]) await expect.poll(() => beat(page)).toBeGreaterThan(2);

    await main.locator('#cable').click();
    await expect(main.locator('#status')).not.toHaveText('open');
    const reached = await beat(settings);
    await settings.reload();
    await expect.poll(() => beat(settings)).toBeGreaterThan(reached + 4);
    await main.locator('#cable').click();
    await expect(main.locator('#status')).toHaveText('open');
    await expect.poll(() => beat(main)).toBeGreaterThan(reached + 6);
    for (const page of [main, settings]) {
      await expect(page.locator('#missing')).toHaveText('0');
      await expect(page.locator('#twice')).toHaveText('0');
    }
    const both = await context.newPage();
    await both.goto(app.url);
    await expect(both.frameLocator('iframe').first().locator('#status')).toHaveText('open');
    await both.screenshot({ path: test.info().outputPath('multiwindow.png') });
  });

  test('where WebSockets do not get through, windows use event streams', async ({ context, run }) => {
    const app = await run('multiwindow');
    await context.routeWebSocket(/\/events/, (socket) => socket.close());
    const main = await open(context, app, 'main');
    const settings = await open(context, app, 'settings');
    await main.locator('[name=text]').fill('over a stream');
    await main.getByRole('button', { name: 'Send' }).click();
    await expect(settings.locator('#notes')).toHaveText('main: over a stream');

    await expect.poll(() => beat(main)).toBeGreaterThan(2);
    await main.locator('#cable').click();
    await expect(main.locator('#status')).not.toHaveText('open');
    const reached = await beat(settings);
    await expect.poll(() => beat(settings)).toBeGreaterThan(reached + 4);
    await main.locator('#cable').click();
    await expect.poll(() => beat(main)).toBeGreaterThan(reached + 6);
    await expect(main.locator('#missing')).toHaveText('0');
    await expect(main.locator('#twice')).toHaveText('0');
  });
});
