import { defineConfig } from 'vitest/config';

const server = process.env['ADDR'] ?? 'localhost:8080'; // as in server/main.go

export default defineConfig({
  server: { proxy: { '/events': { target: `http://${server}`, ws: true } } },
  test: { environment: 'happy-dom' },
});
