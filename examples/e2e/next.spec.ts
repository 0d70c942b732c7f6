import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { addGuide, freePort, root } from './templates.ts';

test('the guide to Next.js builds, renders on the server, and connects through its rewrite', async ({ page }) => {
  test.setTimeout(900_000); // it installs and builds
  const dir = mkdtempSync(join(tmpdir(), 'next-'));
  const running: ChildProcess[] = [];
  const run = (cwd: string, command: string, ...args: string[]) =>
    execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'], env });
  const env = { ...process.env, ADDR: `localhost:${String(await freePort())}`, NEXT_TELEMETRY_DISABLED: '1' };
  try {
    run(root, 'go', 'build', '-o', join(dir, 'eventgen'), './cmd/eventgen');
    const app = join(dir, 'app');
    run(dir, './eventgen', 'init', '--template', 'vanilla', '--module', 'example.com/app', 'app');
    addGuide('next.md', app);
    const main = join(app, 'server', 'main.go');
    const line = /^\tevents, err := httptransport\.New\(bus.*$/m;
    const allowed = line.exec(readFileSync(join(root, 'docs', 'next.md'), 'utf8'))?.[0] ?? '';
    writeFileSync(main, readFileSync(main, 'utf8').replace(line, allowed));
    run(app, '../eventgen', '--quiet');
    run(app, 'go', 'build', '-o', 'serve', './server');
    const next = join(app, 'next');
    run(next, 'npm', 'install', '--no-audit', '--no-fund', '--silent');
    run(next, 'npx', 'next', 'build');

    running.push(spawn('./serve', { cwd: app, env, stdio: 'inherit' }));
    const port = String(await freePort());
    const web = spawn('node', ['node_modules/next/dist/bin/next', 'start', '-p', port], { cwd: next, env });
    running.push(web);
    await new Promise((resolve, reject) => {
      web.stdout.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes('Ready')) resolve(undefined);
      });
      web.on('exit', reject);
    });

    const url = `http://localhost:${port}/`;
    expect(await (await page.request.get(url)).text()).toContain('Build the site');
    const sockets: string[] = [];
    page.on('websocket', (socket) => sockets.push(socket.url()));
    await page.goto(url);
    await expect(page.locator('#status')).toHaveText('open');
    await expect(page.locator('#photos')).toContainText('Resize the photos: 0 %');
    await page.locator('#photos').getByRole('button').click();
    await expect(page.locator('#photos')).not.toContainText(': 0 %');
    expect(sockets).toEqual([`ws://localhost:${port}/events`]);
  } finally {
    for (const child of running) child.kill();
    rmSync(dir, { recursive: true, force: true });
  }
});
