// The main process of Electron, or any other parent that runs on Node.js: see docs/desktop.md.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Handshake } from '@eventgen/client/sidecar';

/** Runs the Go program, and starts it again when it is asked for after it has ended. */
export function backend(path: string): { handshake: () => Promise<Handshake>; stop: () => void } {
  let child: ChildProcess | undefined;
  let started: Promise<Handshake> | undefined;
  const start = () =>
    new Promise<Handshake>((resolve, reject) => {
      // The program ends when its input does, so also when this process is killed.
      const program = spawn(path, { stdio: ['pipe', 'pipe', 'inherit'] });
      child = program;
      program.once('error', reject);
      program.once('close', (code) => {
        started = undefined;
        reject(new Error(`${path} has ended with code ${String(code)}`));
      });
      createInterface(program.stdout).once('line', (line) => {
        resolve(JSON.parse(line) as Handshake);
      });
    });
  return {
    handshake: () => (started ??= start()),
    stop: () => child?.stdin?.end(),
  };
}
