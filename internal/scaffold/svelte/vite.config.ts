import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const server = process.env['ADDR'] ?? 'localhost:8080'; // as in server/main.go

export default defineConfig({
  plugins: [svelte()],
  server: { proxy: { '/events': { target: `http://${server}`, ws: true } } },
  // Tests mount components as a browser does, not as a server that renders them.
  ...(process.env['VITEST'] && { resolve: { conditions: ['browser'] } }),
  test: { environment: 'happy-dom' },
});
