import { invalidReport } from '../engine/report.js';
import { agentError } from './errors.js';
import { exitStatus } from './exit-status.js';
import { formatDiagnostics } from './summary.js';

/**
 * Keeps a stream that takes no more output from ending a run half-way. A reader that has left (`… | head`) needs no word and
 * changes no status; results that could not be written for another reason (a full disk) are told on stderr, and a status of
 * 0 becomes 1. What stderr can not take is lost: there is nowhere to say so.
 */
export function outliveOutputStreams(): void {
  let isTold = false;
  process.stderr.on('error', () => {});
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || isTold) return;
    isTold = true;
    const message = `stdout does not take the results (${error.code ?? error.message})`;
    const report = invalidReport(null, new Date(), 0, [agentError('OUTPUT_NOT_WRITTEN', message, { cause: error })]);
    process.stderr.write(formatDiagnostics(report));
    process.once('exit', (status) => {
      if (status === exitStatus.done) process.exitCode = exitStatus.failed;
    });
  });
}
