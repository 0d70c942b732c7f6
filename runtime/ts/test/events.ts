import {
  type ClientEvent,
  type ServerEvent,
  type SharedEvent,
  clientEvent,
  plainEvent,
  serverEvent,
  sharedEvent,
} from '../src/index.ts';

export interface Progress {
  id: string;
  current: number;
}

/** Keyed. */
export const progress: ServerEvent<'download:progress', Progress, string> = serverEvent(
  'download:progress',
  '1f9c02ab',
  { key: ['id'] },
);
/** Keyed and sticky. */
export const state: ServerEvent<'download:state', Progress, string> = serverEvent('download:state', '00000001', {
  key: ['id'],
  sticky: true,
});
/** Sticky. */
export const user: ServerEvent<'user:current', string> = serverEvent('user:current', '00000002', { sticky: true });
/** Batched. */
export const log: ServerEvent<'log:line', string> = serverEvent('log:line', '8d03aa71', { batch: true });
/** The last three for who comes late. */
export const news: ServerEvent<'news', number> = serverEvent('news', '00000003', { replay: 3 });
/** With nothing special. */
export const tick: ServerEvent<'tick', number> = plainEvent('tick', '00000004');
/** Without payload. */
export const idle: ServerEvent<'app:idle', undefined> = serverEvent('app:idle', '00000005', { empty: true });
/** With another form on the wire. */
export const big: ServerEvent<'big', bigint, bigint> = serverEvent('big', '00000006', {
  key: [],
  read: (wire: string) => BigInt(wire),
});
export const action: ClientEvent<'user:action', { kind: string }> = clientEvent('user:action', '00000007');
export const bigAction: ClientEvent<'big:action', bigint> = clientEvent('big:action', '00000008', {
  write: String,
});
export const ping: ClientEvent<'user:ping', undefined> = clientEvent('user:ping', '00000009', { empty: true });
export const chat: SharedEvent<'chat', string> = sharedEvent('chat', '0000000a');
