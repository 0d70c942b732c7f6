/** What is around, if it is: in a page all of it, in a worker some, on a server little. */
export const environment = globalThis as Partial<
  Pick<typeof globalThis, 'addEventListener' | 'document' | 'location' | 'removeEventListener' | 'reportError'>
>;
