import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from './app.ts';

/** Serves an empty page on another origin. */
async function elsewhere(host = 'localhost'): Promise<{ url: string; server: Server }> {
  const server = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>hostile</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return { url: `http://localhost:${(server.address() as AddressInfo).port}`, server };
}

test('a page of another origin can neither listen nor emit', async ({ page, run }) => {
  const app = await run('quickstart');
  const { url, server } = await elsewhere();
  await page.goto(url);
  const target = `${app.url}/events`;

  const socket = await page.evaluate(
    (target) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(target.replace('http', 'ws'), ['eventgen.v1']);
        socket.onopen = () => resolve('open');
        socket.onmessage = () => resolve('message');
        socket.onclose = ({ code }) => resolve(`closed ${code}`);
      }),
    target,
  );
  expect(socket).toBe('closed 1006');

  const stream = await page.evaluate(
    (target) =>
      new Promise<string>((resolve) => {
        const source = new EventSource(`${target}?listen=download:progress`, { withCredentials: true });
        source.onmessage = () => resolve('message');
        source.onerror = () => resolve('error');
      }),
    target,
  );
  expect(stream).toBe('error');

  for (const type of ['text/plain', 'application/json', 'application/x-www-form-urlencoded']) {
    const posted = await page.evaluate(
      async ([target, type]) => {
        try {
          const response = await fetch(target, {
            method: 'POST',
            credentials: 'include',
            mode: type === 'application/json' ? 'cors' : 'no-cors',
            headers: { 'Content-Type': type, Accept: 'text/event-stream' },
            body: '{"hello":{"listen":{"download:progress":{}}}}',
          });
          return response.type === 'opaque' ? 'opaque' : `status ${response.status}`;
        } catch (error) {
          return error instanceof TypeError ? 'refused' : String(error);
        }
      },
      [target, type] as const,
    );
    expect(['refused', 'opaque']).toContain(posted);
  }
  // The refusals say which option would let the page in.
  await expect.poll(() => app.output()).toMatch(new RegExp(`AllowOrigins.*${url}`));
  server.close();
});

// Over plain http, away from localhost, a browser says of a GET without CORS neither which page it comes from nor
// that it crosses ports, and sends the cookies along.
test('over plain http, a page of another port opens no stream', async ({ page, run }) => {
  const app = await run('quickstart');
  const { url, server } = await elsewhere('127.0.0.1');
  const away = (url: string) => url.replace(/\/\/[^:]+/, '//app.test');
  const target = `${away(app.url)}/events?listen=download:progress`;
  await page.goto(away(url));
  expect(await page.evaluate(() => isSecureContext)).toBe(false);

  await page.evaluate(
    (target) => fetch(target, { mode: 'no-cors', credentials: 'include', headers: { Accept: 'text/event-stream' } }),
    target,
  );
  await expect.poll(() => app.output()).toMatch(/does not show where it comes from.*AllowOrigins/);
  server.close();

  // The application's own page gets its events all the same.
  await page.goto(away(app.url));
  const opened = await page.evaluate(async () => {
    const hello = { method: 'POST', body: '{"hello":{"listen":{}}}' };
    const headers = { 'Content-Type': 'application/json', Accept: 'text/event-stream' };
    return (await fetch('/events', { ...hello, headers })).status;
  });
  expect(opened).toBe(200);
});
