import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');

test('snippets type-check', () => {
  const snippets = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map((match) => match[1] ?? '');
  expect(snippets.length).toBeGreaterThan(1);
  const folder = mkdtempSync(join(root, 'test', 'readme-'));
  try {
    for (const [i, snippet] of snippets.entries()) writeFileSync(join(folder, `${String(i)}.ts`), snippet);
    const config = { extends: '../tsconfig.json', include: ['.'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' });
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 60_000);

test('the sizes are the budgets', () => {
  const budgets = JSON.parse(readFileSync(join(root, 'scripts/size.json'), 'utf8')) as Record<string, number>;
  const rows = [...readme.matchAll(/^\| (.+?) +\| +(\d+) \|$/gm)].map(([, row, bytes]) => [row, Number(bytes)]);
  expect(Object.fromEntries(rows)).toEqual(budgets);
});
