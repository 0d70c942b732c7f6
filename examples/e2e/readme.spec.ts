import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { addCode, freePort, root } from './templates.ts';

/** Replaces all of `from` in a file, which has it. */
function replace(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  writeFileSync(file, text.replaceAll(from, to));
}

test('the README by hand ends with a page that shows progress and cancels', async ({ page }) => {
  test.setTimeout(600_000); // it installs Vite
  const text = readFileSync(join(root, 'README.md'), 'utf8').split('## The same by hand')[1] ?? '';
  const app = mkdtempSync(join(tmpdir(), 'readme-'));
  const running: ChildProcess[] = [];
  // The repository stands for a published version, which a proxy would be asked for.
  const env = { ...process.env, GOPROXY: 'off', NO_COLOR: '1', FORCE_COLOR: undefined };
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, { cwd: app, stdio: ['ignore', 'ignore', 'inherit'], env });
  /** Starts a program, and returns what it prints once that matches. */
  const start = (printed: RegExp, command: string, ...args: string[]) =>
    new Promise<string>((resolve, reject) => {
      const child = spawn(command, args, { cwd: app, stdio: ['ignore', 'pipe', 'inherit'], env });
      running.push(child);
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        const found = printed.exec(output);
        if (found) resolve(found[1] ?? '');
      });
      child.on('exit', () => {
        reject(new Error(`${command} has ended:\n${output}`));
      });
    });
  try {
    addCode(text, app);
    const address = `localhost:${String(await freePort())}`;
    replace(join(app, 'main.go'), 'localhost:8080', address);
    replace(join(app, 'web', 'vite.config.mjs'), 'localhost:8080', address);
    const [, module = ''] = /^go mod init (.*)$/m.exec(text) ?? [];
    run('go', 'mod', 'init', module);
    run(
      'go',
      'mod',
      'edit',
      '-require=github.com/eventgen/eventgen@v0.0.0',
      `-replace=github.com/eventgen/eventgen=${root}`,
    );
    for (const [, args = ''] of text.matchAll(/^go (get .*|generate .*)$/gm)) run('go', ...args.split(' '));
    run('go', 'build', '-o', 'server', '.');
    const manifest = readFileSync(join(root, 'internal', 'scaffold', 'vanilla', 'package.json'), 'utf8');
    const [, vite = ''] = /"vite": "(.*)"/.exec(manifest) ?? [];
    run('npm', 'install', '--no-save', '--no-audit', '--no-fund', '--silent', `vite@${vite}`);

    running.push(spawn('./server', { cwd: app, stdio: 'inherit' }));
    expect(text).toContain('npx vite web');
    await page.goto(
      await start(
        /Local:\s+(http:\S+)/,
        'node',
        'node_modules/vite/bin/vite.js',
        'web',
        '--port',
        String(await freePort()),
      ),
    );
    const value = () => page.locator('progress').evaluate((bar) => (bar as HTMLProgressElement).value);
    await expect.poll(value).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Cancel' }).click();
    // Progress came ten times a second.
    let last = -1;
    const stopped = async () => last === (last = await value());
    await expect.poll(stopped, { intervals: [500] }).toBe(true);
  } finally {
    for (const child of running) child.kill();
    rmSync(app, { recursive: true, force: true });
  }
});
