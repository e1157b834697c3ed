import { exitStatus } from './exit-status.js';

/** Time that cleaning up may take after the first signal. */
const GRACE_MS = 10_000;

export interface Interruption {
  readonly signal: AbortSignal;
  /** The process signal that came, if any. */
  received(): NodeJS.Signals | undefined;
  /** The outcome is settled: a signal that comes now no longer changes it, a second one still ends the process. */
  settle(): void;
}

/**
 * Turns the first SIGINT or SIGTERM into an abort, so that the run cleans up; a second one, or cleaning that takes over ten
 * seconds, ends the process at once after `leftovers` was printed.
 */
export function interruption(leftovers: () => string): Interruption {
  const controller = new AbortController();
  let received: NodeJS.Signals | undefined;
  let deadline: NodeJS.Timeout | undefined;
  let isSettled = false;
  const stopNow = (): void => {
    process.stderr.write(leftovers());
    process.exit(received === 'SIGTERM' ? exitStatus.terminated : exitStatus.interrupted);
  };
  const onSignal = (name: NodeJS.Signals): void => {
    if (received !== undefined) {
      stopNow();
      return;
    }
    received = name;
    if (isSettled) return;
    process.stderr.write('\nstopping: uploads are being aborted (once more to stop at once)\n');
    deadline = setTimeout(stopNow, GRACE_MS);
    deadline.unref();
    controller.abort(new Error(`stopped by ${name}`));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    received: () => received,
    settle() {
      isSettled = true;
      clearTimeout(deadline);
    },
  };
}
