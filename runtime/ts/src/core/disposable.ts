/// <reference lib="esnext.disposable" />
import type { Unlisten } from './api.ts';

/**
 * Makes an {@link Unlisten} of the function that ends a subscription. A browser without the
 * symbol gets a property that nobody there can ask for.
 */
export function disposable(off: () => void, ready: Promise<void>): Unlisten {
  return Object.assign(off, { ready, [Symbol.dispose]: off });
}
