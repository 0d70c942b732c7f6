/** Decides which transport is tried next, and when. */
export interface Retry {
  /** The index of the transport to try. */
  transport(): number;
  /** An attempt has failed. Reports whether another of these many transports is to be tried immediately. */
  failed(transports: number): boolean;
  /** A connection is good. */
  opened(): void;
  /** One that was good has ended. */
  lost(): void;
  /** Milliseconds to wait. */
  delay(): number;
  /** There is a reason to believe that the next attempt succeeds: it is a first one. */
  restart(): void;
}

export function createRetry(): Retry {
  /** The first retry comes within this many milliseconds, each further one within twice as many. */
  const shortestDelay = 1000;
  const longestDelay = 30_000;
  /** A connection that lasted this long was a good one: the next retry is a first one. */
  const lasting = 5000;
  /** Attempts at a transport that has worked before it is passed over for the next. */
  const patience = 3;

  let transport = 0;
  let attemptsLeft = 1;
  let delays = 0;
  let openedAt = 0;

  return {
    transport: () => transport,
    failed(transports) {
      if (--attemptsLeft) return false;
      transport = (transport + 1) % transports;
      attemptsLeft = 1;
      return transport > 0;
    },
    opened() {
      attemptsLeft = patience;
      openedAt = Date.now();
    },
    lost() {
      if (Date.now() - openedAt >= lasting) delays = 0;
    },
    delay: () => Math.random() * Math.min(longestDelay, shortestDelay * 2 ** delays++),
    restart() {
      delays = 0;
    },
  };
}
