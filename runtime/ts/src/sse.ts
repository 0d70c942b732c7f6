import type { Transport } from './core/transport.ts';

export function sse(): Transport {
  throw new Error('not yet');
}
