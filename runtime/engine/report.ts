import type { SessionReport, Warning } from '../connector-api.js';
import type { CrossroleError, Fix } from '../errors.js';
import type { RejectRecord } from './reject-log.js';

export type RunStatus = 'succeeded' | 'failed' | 'invalid' | 'cancelled';

export interface TransformationReport {
  readonly name: string;
  readonly type: string;
  readonly rowsIn: number;
  readonly rowsOut: number;
  readonly rowsRejected: number;
  /** Read by a source, written by a target; 0 in between. */
  readonly bytes: number;
}

export interface ObjectReport {
  readonly transformation: string;
  readonly uri: string;
  readonly rows: number;
  readonly bytes: number;
  readonly etag: string | null;
  readonly state: 'committed' | 'aborted' | 'unknown';
}

export interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly transformation?: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly object?: string;
  readonly row?: number;
  /** The gate of `secure-agent check` that refuses. */
  readonly gate?: string;
  /** The statement that would let it pass; the likeliest, where the answer does not tell. */
  readonly fix?: Fix;
  readonly otherFixes?: readonly Fix[];
}

/** What `--json` prints; described by `schemas/report.schema.json`. */
export interface RunReport {
  readonly version: 1;
  readonly status: RunStatus;
  /** Null where nothing ran. */
  readonly run: string | null;
  readonly mapping: string | null;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly transformations: readonly TransformationReport[];
  readonly sessions: readonly ({ readonly transformation: string } & SessionReport)[];
  readonly objects: readonly ObjectReport[];
  /** The object that took the rejected rows, or else the first ten of them. */
  readonly rejects: { readonly count: number; readonly object: string | null; readonly first: readonly RejectRecord[] };
  readonly warnings: readonly Warning[];
  readonly errors: readonly ErrorReport[];
  /** The first of `errors`. */
  readonly error: ErrorReport | null;
}

export function errorReport(error: CrossroleError): ErrorReport {
  const { gate, fixes: [fix, ...otherFixes] = [] } = error.diagnosis;
  return {
    code: error.code,
    message: error.message,
    remedy: error.remedy,
    ...error.place,
    ...(gate === undefined ? {} : { gate }),
    ...(fix === undefined ? {} : { fix }),
    ...(otherFixes.length === 0 ? {} : { otherFixes }),
  };
}

/** The report of something that ended before any run began. */
export function invalidReport(
  mapping: string | null,
  startedAt: Date,
  durationMs: number,
  errors: readonly CrossroleError[],
  warnings: readonly Warning[] = [],
): RunReport {
  const reports = errors.map(errorReport);
  return {
    version: 1,
    status: errors.length > 0 ? 'invalid' : 'succeeded',
    run: null,
    mapping,
    startedAt: startedAt.toISOString(),
    durationMs,
    transformations: [],
    sessions: [],
    objects: [],
    rejects: { count: 0, object: null, first: [] },
    warnings,
    errors: reports,
    error: reports[0] ?? null,
  };
}
