import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ESLint as ESLint10 } from 'eslint';
import { ESLint as ESLint9 } from 'eslint9';
import { expect, test } from 'vitest';
import { configs } from 'typescript-eslint';

// A project's linter sees generated files with the rest, and says nothing of them: neither of their
// code nor of the line that asks for that.

const root = fileURLToPath(new URL('../../../', import.meta.url));
const files = ['testdata/golden/delivery/ts/events.gen.ts', 'examples/quickstart/ts/client/index.ts'];

test.each([
  ['9', ESLint9],
  ['10', ESLint10],
])('ESLint %s says nothing of generated files', async (version, ESLint) => {
  expect(ESLint.version.split('.')[0]).toBe(version);
  for (const rules of [
    {},
    { 'no-var': 'error', 'no-restricted-syntax': ['error', 'ExportNamedDeclaration'] },
  ] as const) {
    const eslint = new ESLint({
      overrideConfigFile: true,
      overrideConfig: [
        { files: ['**/*.ts'], ...configs.base },
        { files: ['**/*.ts'], rules },
      ] as never,
      cwd: root,
    });
    for (const file of files) {
      const [result] = await eslint.lintText(readFileSync(root + file, 'utf8'), { filePath: root + file });
      expect(result?.messages).toEqual([]);
    }
    // The rules are in force.
    const [result] = await eslint.lintText('/* eslint-disable */\nlet a = 1;', { filePath: root + 'other.ts' });
    expect(result?.messages).toHaveLength(1);
  }
});
