/// <reference lib="esnext.disposable" />

/** Ends a subscription. Callable any number of times, never throws; no call starts after it. */
export interface Unlisten {
  (): void;
  /**
   * Resolves when the backend has confirmed the subscription, so that nothing emitted from then
   * on is missed. Rejects with a {@link ListenError} if the backend refuses it, or when the
   * listener is removed first. Pending while offline.
   */
  readonly ready: Promise<void>;
  [Symbol.dispose](): void;
}

/**
 * Makes an {@link Unlisten} of the function that ends a subscription. A browser without the
 * symbol gets a property that nobody there can ask for.
 */
export function disposable(off: () => void, ready: Promise<void>): Unlisten {
  return Object.assign(off, { ready, [Symbol.dispose]: off });
}
