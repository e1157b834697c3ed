import type { Gate, Warning } from '../../connector-api.js';
import { type ErrorReport, errorReport } from '../../engine/report.js';
import type { CrossroleError } from '../../errors.js';
import type { MappingSide } from '../../mapping/plan.js';

export type CheckStatus = 'passed' | 'refused' | 'invalid' | 'cancelled';

/** A gate that was walked through, or that was not reached. */
export interface GateReport extends Partial<Omit<ErrorReport, 'gate'>> {
  readonly gate: string;
  readonly label: string;
  readonly state: Exclude<Gate['state'], 'begun'>;
  readonly detail: string;
  readonly durationMs: number;
}

export interface SideReport {
  /** Of the transformation, or of the connection where one is checked by itself. */
  readonly name: string;
  readonly side: MappingSide['kind'];
  readonly object: string;
  readonly gates: readonly GateReport[];
}

/** What `check --json` prints; described by `schemas/check.schema.json`. */
export interface CheckReport {
  readonly version: 1;
  readonly status: CheckStatus;
  readonly mapping: string | null;
  readonly connection: string | null;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly sides: readonly SideReport[];
  readonly warnings: readonly Warning[];
  readonly errors: readonly ErrorReport[];
  /** The first of `errors`. */
  readonly error: ErrorReport | null;
}

export function gateReport(gate: Exclude<Gate, { state: 'begun' }>): GateReport {
  const { gate: name, label, state, detail, durationMs } = gate;
  const finding = 'error' in gate ? errorReport(gate.error) : {};
  return { ...finding, gate: name, label, state, detail, durationMs };
}

/** The report of something that was found wrong without the network. */
export function invalidCheck(startedAt: Date, durationMs: number, errors: readonly CrossroleError[]): CheckReport {
  const reports = errors.map(errorReport);
  return {
    version: 1,
    status: 'invalid',
    mapping: null,
    connection: null,
    startedAt: startedAt.toISOString(),
    durationMs,
    sides: [],
    warnings: [],
    errors: reports,
    error: reports[0] ?? null,
  };
}
