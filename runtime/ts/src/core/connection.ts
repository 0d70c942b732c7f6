import type { Status } from './api.ts';
import { environment } from './environment.ts';
import type { WireError } from './errors.ts';
import { createLiveness } from './liveness.ts';
import { createRetry } from './retry.ts';
import type { Connection, Link, Transport } from './transport.ts';

/** Close codes that are final, as error codes. See docs/protocol.md, 8. */
const refusals: Readonly<Record<number, string>> = {
  4401: 'unauthenticated',
  4403: 'forbidden',
  4409: 'replaced',
};
/** The backend sends its pages elsewhere, one after the other: there is no need to wait for long. */
const draining = 4307;
const wakeEvents = ['online', 'visibilitychange', 'pageshow', 'pagehide'];
const defaultUrl = '/events';
/** Milliseconds until the welcome must be here. */
const handshake = 10_000;
/** What setTimeout can hold. */
const longestTimer = 0x7fff_ffff;

/** The options that matter here. They may change between connections. */
export interface ConnectorOptions {
  readonly url?: string | undefined;
  readonly token?: (() => string | Promise<string>) | undefined;
  readonly transports: readonly Transport[];
}

/** Keeps a client connected. */
export interface Connector {
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
 * Makes the connector of a client. `hello` gives the first frame; `receive` takes messages, and ends
 * the connection by throwing; `changed` takes each change of the status, with what has ended a
 * connection or an attempt, whether that was one that had been good and that the backend did not end
 * itself, and the reason why nothing will come if that is so; `report` takes errors of tokens and transports.
 *
 * The states, and what leads from each to the next (docs/protocol.md, 9, says more):
 *
 *     idle        start: connecting
 *     connecting  welcomed: open · ended: connecting by the next transport, offline or refused
 *     open        ended: offline, connecting with a newer token, or refused · pagehide: offline
 *     offline     its time, start if it has none, wake, renew: connecting
 *     refused     wake with another token, renew: connecting
 *     closed      nothing; stop leads here from everywhere
 */
export function createConnector(
  options: ConnectorOptions,
  hello: () => string,
  receive: Link['receive'],
  changed: (status: Status, reason?: string, lost?: boolean, final?: WireError) => void,
  report: (error: unknown) => void,
): Connector {
  let status: Status = 'idle';
  /** The connection that there is or is being made; each has an identity, so that what comes of an earlier one is known. */
  let current: { connection?: Connection | undefined } | undefined;
  /** What to present, and why the last was refused. */
  let token: string | undefined;
  let refusal: WireError | undefined;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let renewTimer: ReturnType<typeof setTimeout> | undefined;
  const retry = createRetry();
  /** Attempts that may still fail before the console is told. */
  let patience = 2;
  const liveness = createLiveness(() => {
    ended(0, 'nothing comes');
  });

  // Transitions

  /** Calls back, and what is called may connect or stop: to be done last, or looked after. */
  const enter = (next: Status, reason?: string, lost?: boolean, final?: WireError) => {
    if (next !== status) changed((status = next), reason, lost, final);
  };

  /** Leaves whatever there is. */
  const leave = () => {
    liveness.stop();
    clearTimeout(retryTimer);
    clearTimeout(renewTimer);
    current?.connection?.close();
    current = retryTimer = undefined;
  };

  const refuse = () => {
    leave();
    enter('refused', refusal?.message ?? refusal?.code, false, refusal);
  };

  /** Runs through to the end where there is no token to wait for and nothing to load. */
  const connect = async () => {
    leave();
    const mine: typeof current = (current = {});
    const lives = () => current === mine;
    const fail = (error: unknown) => {
      if (lives()) ended(0, String(error));
      report(error);
    };
    for (const type of wakeEvents) environment.addEventListener?.(type, wake);
    liveness.hear();
    liveness.allow(handshake);
    try {
      // Credentials that were refused are not known to be better until there is another token.
      if (status !== 'refused') enter('connecting');
      if (options.token && lives()) {
        const next = await options.token();
        if (lives())
          if (refusal && next === token) refuse();
          else token = next;
      }
      if (lives()) enter('connecting');
      if (!lives()) return;
      const made = options.transports[retry.transport()]?.connect({
        url: options.url ?? defaultUrl,
        token,
        hello,
        receive(message) {
          if (!lives()) return;
          liveness.hear();
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
      const connection = made && !('then' in made) ? made : await made;
      if (lives()) mine.connection = connection;
      else connection?.close();
    } catch (error) {
      fail(error);
    }
  };

  const ended = (code = 0, said?: string) => {
    const wasOpen = status === 'open';
    const refused = refusals[code];
    const reason = said ? said : `closed with code ${String(code)}`;
    leave();
    if (!--patience) console.warn(`eventgen: cannot connect to ${options.url ?? defaultUrl}: ${reason}`);
    if (wasOpen) retry.lost();
    if (refused) {
      // There may be a newer token, or a newer cookie, than the one that has just been refused.
      const final = refusal ?? (code === 4409 || !(wasOpen || options.token));
      refusal = { code: refused, message: said };
      if (final) {
        refuse();
        return;
      }
    } else if (!wasOpen && retry.failed(options.transports.length)) {
      void connect();
      return;
    }
    // From 4000 on, the backend has said why. After 4000 itself there is no hurry.
    if (code !== 4000) retryTimer = setTimeout(connect, code === draining ? Math.random() * 250 : retry.delay());
    enter('offline', reason, wasOpen && code < 4000);
  };

  // What happens around

  const wake = ({ type }: Event) => {
    if (type === 'pagehide') {
      if (current && status !== 'refused') {
        leave();
        enter('offline');
      }
    } else if (environment.document?.visibilityState !== 'hidden') {
      if (current) liveness.look();
      else if (status === 'offline' || options.token) {
        retry.restart();
        void connect();
      }
    }
  };

  const renew = async () => {
    const mine = current;
    if (status === 'offline' || status === 'refused') {
      refusal = undefined;
      void connect();
    } else if (status === 'open' && options.token)
      try {
        const next = await options.token();
        if (mine === current) mine?.connection?.send(JSON.stringify({ auth: (token = next) }));
      } catch (error) {
        report(error);
      }
  };

  return {
    start() {
      if (status === 'idle' || (status === 'offline' && !retryTimer)) void connect();
    },
    welcomed(heartbeat = 25) {
      refusal = undefined;
      patience = 0;
      retry.opened();
      liveness.allow((heartbeat * 1.5 + 5) * 1000);
      enter('open');
    },
    expires(seconds) {
      clearTimeout(renewTimer);
      if (seconds) renewTimer = setTimeout(renew, Math.min(seconds * 900, longestTimer));
    },
    renew,
    send(frame) {
      if (status !== 'open') return false;
      current?.connection?.send(frame);
      return true;
    },
    stop(cause) {
      leave();
      for (const type of wakeEvents) environment.removeEventListener?.(type, wake);
      enter('closed', undefined, false, cause);
    },
  };
}
