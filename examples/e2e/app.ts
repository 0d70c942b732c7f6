import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base } from '@playwright/test';

/** The folder `examples`. */
const root = new URL('..', import.meta.url).pathname;

/** A running example. */
export interface App {
  readonly url: string;
  /** What it has printed so far. */
  output(): string;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
  /** Starts it again on the same address. */
  restart(): Promise<void>;
}

const built = new Map<string, string>();

/** Compiles an example, with the race detector, once: of this module, or as `module/package` of another. */
function build(name: string): string {
  let binary = built.get(name);
  if (!binary) {
    binary = join(mkdtempSync(join(tmpdir(), 'example-')), 'example');
    const [folder = '', module = ''] = name.split('/').reverse();
    execFileSync('go', ['build', '-race', '-o', binary, './' + folder], { cwd: join(root, module), stdio: 'inherit' });
    built.set(name, binary);
  }
  return binary;
}

async function start(name: string, flags: readonly string[]): Promise<App & { end(): Promise<void> }> {
  const binary = build(name);
  let text = '';
  let child: ChildProcess;

  const launch = async (addr: string): Promise<string> => {
    child = spawn(binary, ['-addr', addr, ...flags], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const from = text.length;
    return new Promise((resolve, reject) => {
      const read = (chunk: Buffer) => {
        text += chunk.toString();
        const url = /page\s+(http:\S+)/.exec(text.slice(from))?.[1];
        if (url) resolve(url);
      };
      child.stdout?.on('data', read);
      child.stderr?.on('data', read);
      child.on('exit', () => {
        reject(new Error(`${name} has ended:\n${text}`));
      });
    });
  };
  const end = (signal: NodeJS.Signals) =>
    new Promise<void>((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) {
        resolve();
        return;
      }
      child.on('exit', () => {
        resolve();
      });
      child.kill(signal);
    });

  const url = await launch('localhost:0');
  return {
    url,
    output: () => text,
    kill: () => end('SIGKILL'),
    restart: async () => {
      await end('SIGKILL');
      const again = await launch(new URL(url).host);
      if (again !== url) throw new Error(`${name} came back as ${again}`);
    },
    end: async () => {
      await end('SIGINT');
      if (text.includes('DATA RACE')) throw new Error(text);
    },
  };
}

/** A test with the means to run examples; what it has run is ended with it. */
export const test = base.extend<{ run: (name: string, ...flags: string[]) => Promise<App> }>({
  run: async ({}, use) => {
    const running: (App & { end(): Promise<void> })[] = [];
    await use(async (name, ...flags) => {
      const app = await start(name, flags);
      running.push(app);
      return app;
    });
    for (const app of running) await app.end();
  },
});
export { expect } from '@playwright/test';
