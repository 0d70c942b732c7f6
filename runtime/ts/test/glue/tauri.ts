// The page of a Tauri application with one window: see docs/desktop.md.
import { Command } from '@tauri-apps/plugin-shell';
import type { Handshake } from '@eventgen/client/sidecar';

let started: Promise<Handshake> | undefined;

function start(): Promise<Handshake> {
  return new Promise((resolve, reject) => {
    const command = Command.sidecar('binaries/app');
    command.stdout.once('data', (line) => {
      sessionStorage.setItem('backend', line);
      resolve(JSON.parse(line) as Handshake);
    });
    command.once('close', ({ code }) => {
      started = undefined;
      reject(new Error(`the program has ended with code ${String(code)}`));
    });
    command.spawn().catch(reject);
  });
}

/** Where the Go program is: the one that runs already, also since before a reload of the page, or a new one. */
export async function handshake(): Promise<Handshake> {
  const line = sessionStorage.getItem('backend');
  if (line) {
    const known = JSON.parse(line) as Handshake;
    const answer = fetch(known.url, { headers: { Authorization: 'Bearer ' + known.token } });
    if (await answer.then(({ status }) => status !== 401).catch(() => false)) return known;
    sessionStorage.removeItem('backend');
  }
  return (started ??= start());
}
