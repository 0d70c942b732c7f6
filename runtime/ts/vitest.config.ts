import { fileURLToPath } from 'node:url';
import { compile } from 'svelte/compiler';
import { type Plugin, defineConfig } from 'vitest/config';

const source = fileURLToPath(new URL('src', import.meta.url));

/** Generated code names the package; here that is the sources. */
const alias = [
  { find: /^@eventgen\/client\/(.+)$/, replacement: source + '/$1.ts' },
  { find: /^@eventgen\/client$/, replacement: source + '/index.ts' },
];

/** Svelte's compiler, for components of tests. */
const svelte = (generate: 'client' | 'server'): Plugin => ({
  name: 'svelte components',
  transform: (code, filename) => (filename.endsWith('.svelte') ? compile(code, { filename, generate }).js : undefined),
});

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: { name: 'core', include: ['test/*.test.ts'], environment: 'node' },
      },
      {
        plugins: [svelte('client')],
        // Frameworks give servers another build than pages.
        resolve: { alias, conditions: ['browser'] },
        test: {
          name: 'page',
          include: ['test/page/*.test.ts', 'test/hooks/*.test.ts'],
          environment: 'jsdom',
          server: { deps: { inline: [/svelte/, /solid-js/] } },
        },
      },
      {
        plugins: [svelte('server')],
        resolve: { alias },
        test: { name: 'server', include: ['test/ssr/*.test.ts'], environment: 'node' },
      },
    ],
  },
});
