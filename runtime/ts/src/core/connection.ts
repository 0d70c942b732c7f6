import type { Status } from './api.ts';
import { EventsError } from './errors.ts';
import { type Connection, type Link, type Transport, closeCode } from './transport.ts';

/** Milliseconds until the welcome must be here. */
const handshake = 10_000;
/** The first retry comes within this many milliseconds, each further one within twice as many. */
const shortestDelay = 1000;
const longestDelay = 30_000;
/** A connection that lasted this long was a good one: the next retry is a first one. */
const lasting = 5000;
/** Failures after which a transport that has worked is passed over for the next. */
const patience = 3;
/** What setTimeout can hold. */
const longestTimer = 0x7fff_ffff;
const wakeEvents = ['online', 'visibilitychange', 'pageshow', 'pagehide'];

/** What a driver asks of its client. */
export interface DriverHost {
  readonly url: () => string;
  readonly transports: () => readonly Transport[];
  readonly token: () => (() => string | Promise<string>) | undefined;
  readonly hello: () => string;
  readonly receive: Link['receive'];
  /** The connection, or the attempt at one, has ended. */
  readonly lost: () => void;
  /** There will be no connection until something changes. */
  readonly refused: (error: EventsError) => void;
  readonly status: (status: Status) => void;
  readonly report: (error: unknown) => void;
}

/** Keeps a client connected. */
export interface Driver {
  /** Something wants a connection: connects, unless that is under way, waiting for its time, or hopeless. */
  start(): void;
  /** The first frame is here: the connection is good, with heartbeats this many seconds apart. */
  welcomed(heartbeat?: number): void;
  /** The credentials end in this many seconds. */
  expires(seconds?: number): void;
  /** The credentials have changed. */
  renew(): void;
  /** Sends a frame, if connected. */
  send(frame: string): boolean;
  /** How much has not left yet. */
  buffered(): number;
  /** Drops a connection that does not keep to the protocol. */
  fail(): void;
  /** Ends it all. */
  stop(): void;
}

/** Makes the driver of a client. */
export function createDriver(host: DriverHost): Driver {
  let status: Status = 'idle';
  let connection: Connection | undefined;
  /** Rises with each attempt and each end, so that what comes from an earlier connection is known. */
  let generation = 0;
  let transport = 0;
  let proven = false;
  let misses = 0;
  let failures = 0;
  let opened = 0;
  let heard = 0;
  let patienceLeft = handshake;
  let token: string | undefined;
  let refusal: EventsError | undefined;
  /** Waits for the page to be seen or to have something to say, not for a timer. */
  let idle = false;
  /** The page is being left, or lies in the back/forward cache. */
  let away = false;
  let listening = false;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let deathTimer: ReturnType<typeof setTimeout> | undefined;
  let renewTimer: ReturnType<typeof setTimeout> | undefined;

  const change = (next: Status) => {
    if (next === status) return;
    status = next;
    host.status(next);
  };

  const drop = () => {
    generation++;
    clearTimeout(retryTimer);
    clearTimeout(deathTimer);
    clearTimeout(renewTimer);
    const old = connection;
    connection = undefined;
    old?.close();
    host.lost();
  };

  const watch = () => {
    clearTimeout(deathTimer);
    deathTimer = setTimeout(check, patienceLeft - (Date.now() - heard));
  };

  /** Timers sleep when the machine does: only the clock tells how long it has been. */
  const check = () => {
    if (Date.now() - heard >= patienceLeft) ended();
    else watch();
  };

  const refuse = (error: EventsError) => {
    clearTimeout(deathTimer);
    change('refused');
    host.refused(error);
  };

  const retry = () => {
    change('offline');
    if (away) return;
    retryTimer = setTimeout(connect, Math.random() * Math.min(longestDelay, shortestDelay * 2 ** failures++));
  };

  const ended = (code?: number, reason?: string) => {
    const wasOpen = status === 'open';
    drop();
    if (wasOpen && Date.now() - opened >= lasting) failures = 0;

    if (code === closeCode.unauthenticated || code === closeCode.forbidden || code === closeCode.replaced) {
      const known = refusal;
      refusal = new EventsError({
        code:
          code === closeCode.unauthenticated
            ? 'unauthenticated'
            : code === closeCode.forbidden
              ? 'forbidden'
              : 'replaced',
        ...(reason && { message: reason }),
      });
      // There may be a newer token, or a newer cookie, than the one that has just been refused.
      if (code !== closeCode.replaced && !known && (wasOpen || host.token())) retry();
      else refuse(refusal);
    } else if (code === closeCode.idle) {
      idle = true;
      change('offline');
    } else {
      if (!wasOpen && (!proven || ++misses >= patience)) {
        transport = (transport + 1) % host.transports().length;
        proven = false;
        misses = 0;
        if (transport) {
          connect();
          return;
        }
      }
      retry();
    }
  };

  const dial = (mine: number) => {
    const link: Link = {
      url: host.url(),
      token,
      hello: host.hello,
      receive(message) {
        if (mine !== generation) return;
        heard = Date.now();
        host.receive(message);
      },
      closed(code, reason) {
        if (mine === generation) ended(code, reason);
      },
    };
    try {
      const made = host.transports()[transport]?.connect(link);
      if (mine === generation) connection = made;
      else made?.close();
    } catch (error) {
      host.report(error);
      link.closed();
    }
  };

  const connect = () => {
    drop();
    if (!listening && typeof addEventListener === 'function') {
      listening = true;
      for (const type of wakeEvents) addEventListener(type, wake);
    }
    idle = false;
    const mine = generation;
    const getToken = host.token();
    if (status !== 'refused') change('connecting');
    heard = Date.now();
    patienceLeft = handshake;
    watch();
    if (!getToken) {
      dial(mine);
      return;
    }
    Promise.resolve()
      .then(getToken)
      .then(
        (next) => {
          if (mine !== generation) return;
          if (refusal && next === token) refuse(refusal);
          else {
            token = next;
            change('connecting');
            dial(mine);
          }
        },
        (error: unknown) => {
          if (mine !== generation) return;
          host.report(error);
          ended();
        },
      );
  };

  const wake = ({ type }: Event) => {
    if (type === 'pagehide') {
      away = true;
      drop();
      if (status !== 'idle' && status !== 'refused') change('offline');
    } else if (typeof document === 'undefined' || document.visibilityState !== 'hidden') {
      away = false;
      if (status === 'open' || status === 'connecting') check();
      else if (status === 'offline' || (status === 'refused' && host.token())) {
        failures = 0;
        connect();
      }
    }
  };

  const renew = () => {
    const getToken = host.token();
    if (status === 'open') {
      const mine = generation;
      if (getToken)
        Promise.resolve()
          .then(getToken)
          .then((next) => {
            if (mine !== generation) return;
            token = next;
            connection?.send(JSON.stringify({ auth: next }));
          })
          .catch(host.report);
    } else if (status === 'offline' || status === 'refused') {
      refusal = undefined;
      status = 'offline';
      connect();
    }
  };

  return {
    start() {
      if (status === 'idle' || (idle && !away)) connect();
    },
    welcomed(heartbeat = 25) {
      opened = heard;
      patienceLeft = (heartbeat * 1.5 + 5) * 1000;
      watch();
      refusal = undefined;
      proven = true;
      misses = 0;
      change('open');
    },
    expires(seconds) {
      clearTimeout(renewTimer);
      if (seconds && host.token()) renewTimer = setTimeout(renew, Math.min(seconds * 900, longestTimer));
    },
    renew,
    send(frame) {
      if (status !== 'open') return false;
      connection?.send(frame);
      return true;
    },
    buffered: () => connection?.buffered?.() ?? 0,
    fail: ended,
    stop() {
      drop();
      for (const type of listening ? wakeEvents : []) removeEventListener(type, wake);
      change('closed');
    },
  };
}
