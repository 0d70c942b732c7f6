import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../src', import.meta.url));

/** What each file of the package imports of it, types as well. */
const imports = new Map(
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      const paths = [...text.matchAll(/(?:\bfrom|\bimport\()\s*'(\.[^']+)'/g)].map(([, path]) => path ?? '');
      return [file, paths.map((path) => join(dirname(file), path))];
    }),
);

/** The way from a file back to itself, if there is one. */
function circle(file: string, way: readonly string[] = []): readonly string[] | undefined {
  if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
  for (const next of imports.get(file) ?? []) {
    const found = circle(next, [...way, file]);
    if (found) return found;
  }
  return undefined;
}

test('files import one another one way', () => {
  expect(imports.size).toBeGreaterThan(30);
  for (const [file, paths] of imports) {
    expect(circle(file)).toBeUndefined();
    for (const path of paths) expect([...imports.keys()]).toContain(path);
  }
});

test('the core imports no transport, no framework and no entry point', () => {
  for (const [file, paths] of imports)
    if (file.startsWith('core/')) {
      expect(paths.filter((path) => !path.startsWith('core/'))).toEqual([]);
      expect(readFileSync(join(root, file), 'utf8')).not.toMatch(/\bfrom '[^.]/);
    }
});
