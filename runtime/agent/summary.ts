import type { RunReport } from '../engine/report.js';
import { formatBytes, formatCount, formatError, formatSeconds, formatTable, formatWarning } from './text.js';

/** A run's report for people: counts, sessions, objects, rejects, then what went wrong. */
export function formatSummary(report: RunReport): string {
  const parts: string[] = [];
  const took = formatSeconds(report.durationMs / 1000);
  parts.push(`${report.mapping ?? 'mapping'} ${report.status} in ${took}${report.run ? ` (run ${report.run})` : ''}\n`);
  if (report.transformations.length > 0) {
    const rows = report.transformations.map((t) => [
      t.name,
      t.type,
      t.rowsIn,
      t.rowsOut,
      t.rowsRejected,
      t.bytes > 0 ? formatBytes(t.bytes) : '',
    ]);
    parts.push(formatTable(['transformation', 'type', 'rows in', 'rows out', 'rejected', 'bytes'], rows));
  }
  const sessions = report.sessions.filter((session) => session.principalArn !== null);
  if (sessions.length > 0) {
    const rows = sessions.map((s) => [
      s.transformation,
      s.roleArn ?? 'no role: the user itself',
      s.requestedDuration === null ? '' : `${formatCount(s.requestedDuration)} s`,
      s.refreshes,
      s.sessionName ?? '',
    ]);
    parts.push(formatTable(['session of', 'role', 'duration', 'refreshes', 'session name'], rows));
  }
  if (report.objects.length > 0) {
    const rows = report.objects.map((o) => [o.uri, o.state, o.rows, formatBytes(o.bytes)]);
    parts.push(formatTable(['object', 'state', 'rows', 'size'], rows));
  }
  if (report.rejects.count > 0) {
    const where = report.rejects.object ? `, written to ${report.rejects.object}` : '; the first of them:';
    parts.push(`${formatCount(report.rejects.count)} rejected${where}\n`);
    for (const { object, row, field, reason } of report.rejects.first) {
      parts.push(`  ${object}, row ${row}${field ? `, field ${field}` : ''}: ${reason}\n`);
    }
  }
  return parts.join('');
}

/** Warnings and errors, for stderr. */
export function formatDiagnostics(report: RunReport): string {
  return [...report.warnings.map(formatWarning), ...report.errors.map(formatError)].join('');
}
