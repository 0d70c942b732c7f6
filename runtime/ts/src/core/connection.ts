import type { Status } from './api.ts';
import { environment } from './environment.ts';
import type { WireError } from './errors.ts';
import type { Connection, Link, Transport } from './transport.ts';

/** Close codes that are final, as error codes. See docs/protocol.md, 8. */
const refusals: Readonly<Record<number, string>> = {
  4401: 'unauthenticated',
  4403: 'forbidden',
  4409: 'replaced',
};
const wakeEvents = ['online', 'visibilitychange', 'pageshow', 'pagehide'];

/** The options that matter here. They may change between connections. */
export interface DriverOptions {
  readonly url?: string | undefined;
  readonly token?: (() => string | Promise<string>) | undefined;
  readonly transports: readonly Transport[];
}

/** Keeps a client connected. */
export interface Driver {
  /** Something wants a connection: connects, unless that is under way, waiting for its time, or hopeless. */
  start(this: void): void;
  /** The first frame is here: the connection is good, with heartbeats this many seconds apart. */
  welcomed(heartbeat?: number): void;
  /** The credentials end in this many seconds, if they do. */
  expires(seconds?: number): void;
  /** The credentials have changed. */
  renew(this: void): void;
  /** Sends a frame, if connected. */
  send(this: void, frame: string): boolean;
  /** Ends it all, for this reason. */
  stop(cause: WireError): void;
}

/**
 * Makes the driver of a client. `hello` gives the first frame; `receive` takes messages, and ends
 * the connection by throwing; `changed` takes each change of the status, with the reason why
 * nothing will come if that is so, and whether a connection was lost that had been good; `report` takes errors of tokens and transports.
 */
export function createDriver(
  options: DriverOptions,
  hello: () => string,
  receive: Link['receive'],
  changed: (status: Status, cause?: WireError, lost?: boolean) => void,
  report: (error: unknown) => void,
): Driver {
  /** Milliseconds until the welcome must be here. */
  const handshake = 10_000;
  /** The first retry comes within this many milliseconds, each further one within twice as many. */
  const shortestDelay = 1000;
  const longestDelay = 30_000;
  /** A connection that lasted this long was a good one: the next retry is a first one. */
  const lasting = 5000;
  /** Attempts at a transport that has worked before it is passed over for the next. */
  const patience = 3;
  /** What setTimeout can hold. */
  const longestTimer = 0x7fff_ffff;

  type Timer = ReturnType<typeof setTimeout> | undefined;
  let status: Status = 'idle';
  let connection: Connection | undefined;
  /** Rises with each attempt and each end, so that what comes from an earlier connection is known. */
  let generation = 0;
  /** Index of the transport, and how many attempts at it are left. */
  let transport = 0;
  let attempts = 1;
  let failures = 0;
  let opened: number;
  let heard: number;
  /** Milliseconds of silence that are the end. */
  let silence: number;
  let token: string | undefined;
  let refusal: WireError | undefined;
  /** Waits for a reason to connect, not for a timer. */
  let resting = true;
  /** Ends a silent connection, or begins the next attempt. */
  let timer: Timer;
  let renewTimer: Timer;

  /** Calls back, and what is called may connect or stop: to be done last, or looked behind. */
  const change = (next: Status, cause?: WireError, lost?: boolean) => {
    if (next !== status) changed((status = next), cause, lost);
  };

  const drop = () => {
    generation++;
    clearTimeout(timer);
    clearTimeout(renewTimer);
    connection?.close();
    connection = undefined;
  };

  /** Timers sleep when the machine does: only the clock tells how long it has been. It may be set back. */
  const watch = () => {
    clearTimeout(timer);
    heard = Math.min(heard, Date.now());
    const left = heard + silence - Date.now();
    if (left > 0) timer = setTimeout(watch, left);
    else ended();
  };

  const refuse = () => {
    drop();
    change('refused', refusal);
  };

  const ended = (code = 0, reason?: string) => {
    const wasOpen = status === 'open';
    const cause = refusals[code];
    drop();
    if (wasOpen && Date.now() - opened >= lasting) failures = 0;
    if (cause) {
      // There may be a newer token, or a newer cookie, than the one that has just been refused.
      const final = refusal ?? (code === 4409 || !(wasOpen || options.token));
      refusal = { code: cause, message: reason };
      if (final) {
        refuse();
        return;
      }
    } else if (!wasOpen && !--attempts) {
      transport = (transport + 1) % options.transports.length;
      attempts = 1;
      if (transport) {
        void connect();
        return;
      }
    }
    resting = code === 4000;
    if (!resting) timer = setTimeout(connect, Math.random() * Math.min(longestDelay, shortestDelay * 2 ** failures++));
    // From 4000 on, the backend has said why.
    change('offline', undefined, wasOpen && code < 4000);
  };

  /** Runs through to the end at once where there is no token and nothing to load. */
  const connect = async () => {
    drop();
    resting = false;
    for (const type of wakeEvents) environment.addEventListener?.(type, wake);
    heard = Date.now();
    silence = handshake;
    watch();
    const mine = generation;
    const lives = () => mine === generation;
    const fail = (error: unknown) => {
      if (lives()) ended();
      report(error);
    };
    try {
      if (status !== 'refused') change('connecting');
      if (options.token && lives()) {
        const next = await options.token();
        if (lives())
          if (refusal && next === token) refuse();
          else token = next;
      }
      if (lives()) change('connecting');
      if (!lives()) return;
      const made = options.transports[transport]?.connect({
        url: options.url ?? '/events',
        token,
        hello,
        receive(message) {
          if (!lives()) return;
          heard = Date.now();
          try {
            receive(message);
          } catch (error) {
            fail(error);
          }
        },
        closed(code, reason) {
          if (lives()) ended(code, reason);
        },
      });
      const usable = made && 'then' in made ? await made : made;
      if (lives()) connection = usable;
      else usable?.close();
    } catch (error) {
      fail(error);
    }
  };

  const wake = ({ type }: Event) => {
    const busy = status === 'open' || status === 'connecting';
    if (type === 'pagehide') {
      if (busy) {
        drop();
        resting = true;
        change('offline');
      }
    } else if (environment.document?.visibilityState !== 'hidden') {
      if (busy) watch();
      else if (status === 'offline' || options.token) {
        failures = 0;
        void connect();
      }
    }
  };

  const renew = async () => {
    const mine = generation;
    if (status === 'offline' || status === 'refused') {
      refusal = undefined;
      void connect();
    } else if (status === 'open' && options.token)
      try {
        const next = await options.token();
        if (mine === generation) connection?.send(JSON.stringify({ auth: (token = next) }));
      } catch (error) {
        report(error);
      }
  };

  return {
    start() {
      if (resting) void connect();
    },
    welcomed(heartbeat = 25) {
      opened = heard;
      silence = (heartbeat * 1.5 + 5) * 1000;
      watch();
      refusal = undefined;
      attempts = patience;
      change('open');
    },
    expires(seconds) {
      clearTimeout(renewTimer);
      if (seconds) renewTimer = setTimeout(renew, Math.min(seconds * 900, longestTimer));
    },
    renew,
    send(frame) {
      if (status !== 'open') return false;
      connection?.send(frame);
      return true;
    },
    stop(cause) {
      drop();
      for (const type of wakeEvents) environment.removeEventListener?.(type, wake);
      resting = false;
      change('closed', cause);
    },
  };
}
