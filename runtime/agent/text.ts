import type { ErrorReport } from '../engine/report.js';
import type { Warning } from '../errors.js';

const KIB = 1024;

/** `12.3 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= KIB && unit < units.length - 1) {
    value /= KIB;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** `1,234,567`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** `0.8 s`, `2 min 5 s`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

/** Columns padded to equal width, numbers to the right; every line indented by two blanks. */
export function formatTable(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [
    header,
    ...rows.map((row) => row.map((cell) => (typeof cell === 'number' ? formatCount(cell) : cell))),
  ];
  const widths = header.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  const right = header.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'));
  return cells
    .map((row) =>
      row.map((cell, column) => (right[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))),
    )
    .map((row) => `  ${row.join('  ').trimEnd()}\n`)
    .join('');
}

/** What, where, what to do, and the statements that would do it. */
export function formatError(error: ErrorReport): string {
  const where = [
    error.file && `${error.file}${error.line === undefined ? '' : `:${error.line}:${error.column}`}`,
    error.transformation && `transformation ${error.transformation}`,
    error.object && `${error.object}${error.row === undefined ? '' : `, row ${error.row}`}`,
  ].filter((part) => part);
  const lines = [`error ${error.code}: ${error.message}`];
  if (where.length > 0) lines.push(`  where: ${where.join('; ')}`);
  lines.push(`  to do: ${error.remedy}`, ...formatFixes(error).map((line) => `  ${line}`));
  return `${lines.join('\n')}\n`;
}

/** Statements to paste, each on one line below the policy that it belongs into. */
export function formatFixes({ fix, otherFixes = [] }: Pick<ErrorReport, 'fix' | 'otherFixes'>): string[] {
  if (!fix) return [];
  return [fix, ...otherFixes].flatMap(({ attachTo, statement }, index) => [
    `${index === 0 ? 'add to' : 'or to'} ${attachTo}:`,
    `  ${JSON.stringify(statement)}`,
  ]);
}

export function formatWarning(warning: Warning): string {
  return `warning ${warning.code}: ${warning.message}\n`;
}
