import type { Clock } from '../../runtime/connector-api.js';

export interface TestClock extends Clock {
  /** Lets time pass; sleeps that end by then are over, in the order of their ends. */
  advance(milliseconds: number): Promise<void>;
  /** Sleeps that are under way. */
  sleepers(): number;
}

/**
 * A clock that stands still until it is advanced. Sleeps of less than `patience` milliseconds are over at once and move
 * it: back-off need not be waited for, while deadlines stay with the test.
 */
export function testClock(options: { start?: number; patience?: number } = {}): TestClock {
  const start = options.start ?? Date.now();
  const patience = options.patience ?? 0;
  const sleeping = new Set<{ readonly until: number; wake(): void }>();
  let elapsed = 0;

  return {
    now: () => start + elapsed,
    monotonic: () => elapsed,
    sleepers: () => sleeping.size,
    sleep(milliseconds, signal) {
      if (signal?.aborted) return Promise.reject(signal.reason);
      if (milliseconds < patience) {
        elapsed += milliseconds;
        return new Promise((resolve) => setImmediate(resolve));
      }
      return new Promise((resolve, reject) => {
        const sleeper = {
          until: elapsed + milliseconds,
          wake() {
            sleeping.delete(sleeper);
            signal?.removeEventListener('abort', stop);
            resolve();
          },
        };
        const stop = () => {
          sleeping.delete(sleeper);
          reject(signal?.reason);
        };
        sleeping.add(sleeper);
        signal?.addEventListener('abort', stop, { once: true });
      });
    },
    async advance(milliseconds) {
      elapsed += milliseconds;
      for (const sleeper of [...sleeping].sort((a, b) => a.until - b.until))
        if (sleeper.until <= elapsed) sleeper.wake();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
