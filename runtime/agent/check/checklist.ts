import type { Gate } from '../../connector-api.js';
import { errorReport } from '../../engine/report.js';
import type { MappingSide } from '../../mapping/plan.js';
import { formatFixes } from '../text.js';

export interface Checklist {
  side(side: MappingSide, object: string): void;
  gate(gate: Gate): void;
}

const marks = { passed: 'ok', warned: 'WARN', refused: 'REFUSED', skipped: '-' } as const;
const widestMark = Math.max(...Object.values(marks).map(({ length }) => length));

/** A line a gate; on a terminal the gate under way is shown, too, and replaced by its outcome. */
export function checklist(stream: NodeJS.WriteStream, quiet: boolean): Checklist {
  return {
    side({ transformation, kind }, object) {
      if (!quiet) stream.write(`${kind} ${transformation}: ${object}\n`);
    },
    gate(gate) {
      if (gate.state === 'begun') {
        if (stream.isTTY && !quiet) stream.write(`${line('…', gate)}`);
        return;
      }
      if (stream.isTTY && !quiet) stream.write('\r\u001b[2K');
      const isWrong = gate.state === 'warned' || gate.state === 'refused';
      if (!quiet || isWrong) stream.write(`${line(marks[gate.state], gate)}: ${gate.detail}\n`);
      if (isWrong) stream.write(remedyLines(gate));
    },
  };
}

function line(mark: string, { gate, label }: Gate): string {
  return `  ${mark.padEnd(widestMark)}  ${gate}: ${label}`;
}

function remedyLines({ error }: Extract<Gate, { error: unknown }>): string {
  const { code, remedy, ...rest } = errorReport(error);
  const indent = ' '.repeat(widestMark + 4);
  const lines = [`${code}`, `to do: ${remedy}`, ...formatFixes(rest)];
  return lines.map((text) => `${indent}${text}\n`).join('');
}
