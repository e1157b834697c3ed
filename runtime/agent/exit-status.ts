import type { RunReport } from '../engine/report.js';

/** Exit statuses of every command (DESIGN, command contract). */
export const exitStatus = {
  done: 0,
  /** Failed after the first request; for `test`, a fixture failed. */
  failed: 1,
  /** Found wrong without the network. */
  invalid: 2,
  interrupted: 130,
  terminated: 143,
} as const;

/** The status of a run; `signal` is the one that cancelled it. */
export function statusOf(report: RunReport, signal: NodeJS.Signals | undefined): number {
  switch (report.status) {
    case 'succeeded':
      return exitStatus.done;
    case 'failed':
      return exitStatus.failed;
    case 'invalid':
      return exitStatus.invalid;
    case 'cancelled':
      return signal === 'SIGTERM' ? exitStatus.terminated : exitStatus.interrupted;
  }
}
