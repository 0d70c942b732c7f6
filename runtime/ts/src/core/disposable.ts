/// <reference lib="esnext.disposable" />
import type { Unlisten } from './api.ts';

// Older browsers have neither symbol; nothing there can ask for what is kept under a stand-in.
const disposeKey: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('dispose');

/** Makes an {@link Unlisten} of the function that ends a subscription and the getter of its promise. */
export function disposable(off: () => void, ready: () => Promise<void>): Unlisten {
  Object.defineProperty(off, 'ready', { get: ready });
  return Object.assign(off, { [disposeKey]: off }) as unknown as Unlisten;
}
