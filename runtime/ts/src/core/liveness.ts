/** Notices when nothing has come for too long. */
export interface Liveness {
  /** Something has come. */
  hear(): void;
  /** From now on, this many milliseconds of silence are too long. */
  allow(milliseconds: number): void;
  /** Looks at the clock. */
  look(): void;
  stop(): void;
}

/** Timers sleep when the machine does: only the clock says how long it has been. It may be set back. */
export function createLiveness(silent: () => void): Liveness {
  let heard = 0;
  let allowed = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const look = () => {
    clearTimeout(timer);
    heard = Math.min(heard, Date.now());
    const left = heard + allowed - Date.now();
    if (left > 0) timer = setTimeout(look, left);
    else silent();
  };

  return {
    hear() {
      heard = Date.now();
    },
    allow(milliseconds) {
      allowed = milliseconds;
      look();
    },
    look,
    stop() {
      clearTimeout(timer);
    },
  };
}
