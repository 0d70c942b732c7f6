import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: { name: 'core', include: ['test/*.test.ts'], environment: 'node' },
      },
      {
        // Frameworks give servers another build than pages.
        resolve: { conditions: ['browser'] },
        test: {
          name: 'page',
          include: ['test/page/*.test.ts', 'test/hooks/*.test.ts'],
          environment: 'jsdom',
          server: { deps: { inline: [/svelte/, /solid-js/] } },
        },
      },
      {
        test: { name: 'server', include: ['test/ssr/*.test.ts'], environment: 'node' },
      },
    ],
    typecheck: { enabled: false },
  },
});
