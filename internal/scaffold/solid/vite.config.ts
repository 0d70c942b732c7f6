import solid from 'vite-plugin-solid';
import { defineConfig } from 'vitest/config';

const server = process.env['ADDR'] ?? 'localhost:8080'; // as in server/main.go

export default defineConfig({
  plugins: [solid()],
  server: { proxy: { '/events': { target: `http://${server}`, ws: true } } },
  test: { environment: 'happy-dom' },
});
