import type { Clock } from '../../runtime/connector-api.js';

export interface DrivenClock extends Clock {
  /** Lets time pass, and whoever slept until then wake. Milliseconds. */
  pass(milliseconds: number): void;
}

/** Waits between tries, milliseconds: they are over at once. */
const backOff = 6000;
/** Deadlines of requests and watchdogs of bodies, milliseconds: they never fire, however fast time passes here. */
const longestDeadline = 60_000;

/** Time for lifetimes of sessions: it passes when it is told to, also for a service that takes this as its own. */
export function drivenClock(start = Date.now()): DrivenClock {
  const sleepers = new Set<{ readonly until: number; wake(): void }>();
  let elapsed = 0;
  return {
    now: () => start + elapsed,
    monotonic: () => elapsed,
    sleep(milliseconds, signal) {
      if (signal?.aborted) return Promise.reject(signal.reason);
      if (milliseconds < backOff) return new Promise((resolve) => setImmediate(resolve));
      const until = milliseconds <= longestDeadline ? Number.POSITIVE_INFINITY : elapsed + milliseconds;
      return new Promise((resolve, reject) => {
        const sleeper = {
          until,
          wake() {
            sleepers.delete(sleeper);
            signal?.removeEventListener('abort', stop);
            resolve();
          },
        };
        const stop = (): void => {
          sleepers.delete(sleeper);
          reject(signal?.reason);
        };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', stop, { once: true });
      });
    },
    pass(milliseconds) {
      elapsed += milliseconds;
      for (const sleeper of [...sleepers]) if (sleeper.until <= elapsed) sleeper.wake();
    },
  };
}
