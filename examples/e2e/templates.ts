import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';

/** The repository. */
export const root = new URL('../..', import.meta.url).pathname;

const read = (guide: string) => readFileSync(join(root, 'docs', guide), 'utf8');

/** Puts the code of a page of the documentation into the files that it names. */
export function addCode(text: string, app: string): void {
  for (const [, path = '', code = ''] of text.matchAll(/`([\w./-]+)`:\n\n```\w+\n([\s\S]*?)\n```/g)) {
    mkdirSync(dirname(join(app, path)), { recursive: true });
    writeFileSync(join(app, path), code + '\n');
  }
}

/** Puts the code of a guide into an application; returns the npm packages that it needs. */
export function addGuide(guide: string, app: string): string[] {
  const text = read(guide);
  addCode(text, app);
  return /^npm install (.*)$/m.exec(text)?.[1]?.split(' ') ?? [];
}

/** The same for all guides about a template. */
export function addGuides(template: string, app: string): string[] {
  return readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .filter((name) => /<!-- code for: init --template (\w+) -->/.exec(read(name))?.[1] === template)
    .flatMap((name) => addGuide(name, app));
}

/** A port that nothing listens on. */
export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, 'localhost', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
