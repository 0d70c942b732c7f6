import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rows } from './parity.ts';

// What docs/desktop.md says is what is tested.

const root = join(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const guide = read('docs/desktop.md');

test.each(['electron', 'tauri'])('the code for %s is what the tests run', (shell) => {
  const [, ...code] = read(`runtime/ts/test/glue/${shell}.ts`).split('\n');
  expect(guide).toContain(code.join('\n').replaceAll('@eventgen/client', './events/client'));
});

test('each cell of the table is held by a test that is there', () => {
  const table = guide.split('\n').filter((line) => line.startsWith('| '));
  const from = table.findIndex((line) => line.startsWith('| | Tauri'));
  const cells = table.slice(from + 1).map((line) =>
    line
      .split('|')
      .map((cell) => cell.trim())
      .slice(1, -1),
  );
  const letters = new Map<string, string>();
  for (const [, letter = '', text = ''] of guide.matchAll(/^- \(([a-z])\) (.+)$/gm)) letters.set(letter, text);
  for (const row of rows) expect(cells.map(([name]) => name)).toContain(row);
  for (const [name, , , , ...ours] of cells)
    for (const cell of ours) {
      const letter = /\((\w)\)$/.exec(cell)?.[1] ?? '';
      expect(letters.has(letter), `${String(name)}: ${cell}`).toBe(true);
    }
  for (const text of letters.values())
    for (const [, test = '', folder = ''] of text.matchAll(/`(Test\w+)`(?:[^`]*`Test\w+`)*[^`]* of `([^`]+)`/g)) {
      const files = readdirSync(join(root, folder)).filter((file) => file.endsWith('_test.go'));
      expect(
        files.some((file) => read(join(folder, file)).includes(`func ${test}(`)),
        test,
      ).toBe(true);
    }
  for (const text of letters.values())
    for (const [, file = ''] of text.matchAll(/`([^`]+\.ts)`/g)) expect(read(file)).toContain('test(');
});
