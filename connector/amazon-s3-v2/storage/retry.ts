import type { Clock } from '../../../runtime/connector-api.js';
import { isThrottled, isTransient, serviceError } from './service-error.js';

/** Tries per request, the first one included; with the waits below about 15 s until giving up. */
const maximumTries = 8;

/**
 * How long to wait before try `next` (2, 3, …): doubling, at most 5 s, of which a random half keeps many workers from
 * coming back at the same moment. Milliseconds.
 */
export function backoff(next: number, throttled: boolean): number {
  const full = Math.min(5000, (throttled ? 400 : 100) * 2 ** (next - 2));
  return full / 2 + (Math.random() * full) / 2;
}

/**
 * Runs `attempt` until it succeeds, fails for good, or has used up its tries; throws what the last one threw. This is the
 * only place where requests are repeated: the SDK's own retries are off.
 */
export async function withRetries<T>(clock: Clock, signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      const failure = serviceError(error);
      if (!failure || !isTransient(failure) || tries === maximumTries) throw error;
      await clock.sleep(backoff(tries + 1, isThrottled(failure)), signal);
    }
  }
}

/**
 * Runs `work` with a signal that fires when `signal` does, or after `milliseconds`; what was given up then fails with a
 * TimeoutError, which is worth a retry.
 */
export async function withDeadline<T>(
  clock: Clock,
  milliseconds: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const finished = new AbortController();
  const timeout = new DOMException(`no answer within ${Math.round(milliseconds / 1000)} s`, 'TimeoutError');
  clock.sleep(milliseconds, finished.signal).then(
    () => deadline.abort(timeout),
    () => {},
  );
  try {
    return await work(AbortSignal.any([signal, deadline.signal]));
  } catch (error) {
    throw deadline.signal.aborted && !signal.aborted ? timeout : error;
  } finally {
    finished.abort();
  }
}

/** What `promise` gives, unless the signal fires first; the work behind it goes on for others who wait for it. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
