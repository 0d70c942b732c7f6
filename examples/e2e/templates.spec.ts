import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test as base } from '@playwright/test';
import { addGuides, freePort, root } from './templates.ts';

/** Where each template shows the percentage of a job, and the same with a note of the job's. */
const shows: Record<string, { file: string; from: string; to: string }> = {
  react: { file: 'App.tsx', from: '{job.percent} %', to: '{job.percent} % {job.note}' },
  vue: { file: 'App.vue', from: '{{ job.percent }} %', to: '{{ job.percent }} % {{ job.note }}' },
  svelte: { file: 'App.svelte', from: '{job.percent} %', to: '{job.percent} % {job.note}' },
  solid: { file: 'App.tsx', from: '{job().percent} %', to: '{job().percent} % {job().note}' },
  vanilla: { file: 'app.ts', from: '${job.percent} %', to: '${job.percent} % ${job.note}' },
};

function replace(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
  writeFileSync(file, text.replace(from, to));
}

/** Runs `npm run dev` until the test is over, and returns the page's address once Vite serves it. */
const test = base.extend<{ dev: (app: string) => Promise<string> }>({
  dev: async ({}, use) => {
    const running: ChildProcess[] = [];
    let output = '';
    await use(async (app) => {
      const env = {
        ...process.env,
        ADDR: `localhost:${String(await freePort())}`,
        NO_COLOR: '1',
        FORCE_COLOR: undefined,
      };
      const child = spawn('npm', ['run', 'dev'], { cwd: join(app, 'web'), env, detached: true });
      running.push(child);
      return new Promise((resolve, reject) => {
        const read = (chunk: Buffer) => {
          output += chunk.toString();
          const url = /Local:\s+(http:\S+)/.exec(output)?.[1];
          if (url) resolve(url);
        };
        child.stdout.on('data', read);
        child.stderr.on('data', read);
        child.on('exit', () => {
          reject(new Error(`npm run dev has ended:\n${output}`));
        });
      });
    });
    for (const child of running) {
      if (child.pid === undefined || child.exitCode !== null) continue;
      const ended = new Promise((resolve) => child.on('exit', resolve));
      process.kill(-child.pid, 'SIGINT'); // the whole group, as Ctrl-C does
      await ended;
    }
    if (test.info().status !== 'passed') console.log(output);
  },
});

test.describe('eventgen init --template', () => {
  let bin: string;
  test.beforeAll(() => {
    bin = mkdtempSync(join(tmpdir(), 'templates-'));
    execFileSync('go', ['build', '-o', join(bin, 'eventgen'), './cmd/eventgen'], { cwd: root, stdio: 'inherit' });
  });
  test.afterAll(() => {
    rmSync(bin, { recursive: true, force: true });
  });

  for (const [template, shown] of Object.entries(shows)) {
    test(`${template} builds, passes its tests, runs, and follows a changed payload`, async ({ page, dev }) => {
      test.setTimeout(900_000); // it installs packages and builds air
      const app = join(bin, template);
      const run = (dir: string, command: string, ...args: string[]) =>
        execFileSync(command, args, { cwd: join(bin, dir), stdio: ['ignore', 'ignore', 'inherit'] });
      run('.', './eventgen', 'init', '--template', template, '--module', 'example.com/app', template);
      const packages = addGuides(template, app);
      run(template, './../eventgen', '--quiet');
      run(template, 'go', 'vet', './...');
      run(template, 'go', 'test', './...');
      run(join(template, 'web'), 'npm', 'ci', '--no-audit', '--no-fund', '--silent');
      if (packages.length > 0)
        run(join(template, 'web'), 'npm', 'install', '--no-audit', '--no-fund', '--silent', ...packages);
      run(join(template, 'web'), 'npm', 'test', '--silent');
      run(join(template, 'web'), 'npm', 'run', 'build', '--silent');

      await page.goto(await dev(app));
      await expect(page.locator('.status')).toHaveText('open', { timeout: 300_000 });
      await expect(page.locator('.job')).toHaveCount(3);
      const job = (title: string) => page.locator('.job', { hasText: title });
      await expect(job('Build the site')).not.toContainText(/, 0 %/);
      await job('Resize the photos').getByRole('button', { name: 'Start' }).click();
      await expect(job('Resize the photos')).toContainText('running');
      await page.screenshot({ path: test.info().outputPath(`${template}.png`) });

      replace(join(app, 'jobs', 'runner.go'), 'State: Running}', 'State: Running, Note: "from the server"}');
      replace(join(app, 'jobs', 'jobs.go'), 'Percent int ', 'Note string `json:"note"`\n\tPercent int ');
      replace(join(app, 'web', 'src', shown.file), shown.from, shown.to);
      await expect(job('Build the site')).toContainText('from the server', { timeout: 120_000 });
      await expect(page.locator('.status')).toHaveText('open');
      run(template, './../eventgen', 'check');
    });
  }
});
