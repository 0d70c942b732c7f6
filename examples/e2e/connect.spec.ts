import { expect, test } from './app.ts';

test('a page that cannot connect says so in the console, once, and connects when it can', async ({
  context,
  page,
  run,
}) => {
  const app = await run('multiwindow');
  const warnings: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'warning') warnings.push(message.text());
  });
  // As a dev server without a proxy entry answers.
  let attempts = 0;
  const events = /\/events\?/;
  await context.routeWebSocket(events, (socket) => socket.close());
  await context.route(events, (route) => {
    attempts++;
    return route.fulfill({ status: 404, contentType: 'text/html', body: '<p>Cannot POST /events' });
  });
  await page.goto(app.url + '/window.html?window=main');
  await expect.poll(() => attempts).toBeGreaterThan(2);
  expect(warnings).toEqual([
    expect.stringMatching(/^eventgen: cannot connect to \S+: it answered 404 with text\/html\. .* proxy entry/),
  ]);
  await context.unroute(events);
  await expect(page.locator('#status')).toHaveText('open');
  expect(warnings).toHaveLength(1);
});
