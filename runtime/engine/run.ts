import { randomBytes } from 'node:crypto';
import type { Clock, RunContext, Warning } from '../connector-api.js';
import { CrossroleError, CrossroleErrors } from '../errors.js';
import type { MaxRejects } from '../mapping/mapping-file.js';
import type { LoadedMapping } from '../mapping/plan.js';
import { type Execution, execute } from './execute.js';
import { openedSides } from './open-sides.js';
import { errorReport, type RunReport } from './report.js';
import type { RunState } from './run-state.js';
import { writtenObjects } from './written-objects.js';

export interface RunOptions {
  /** Of all buffers together, in bytes. */
  readonly memory: number;
  /** Overrides the mapping's. */
  readonly maxRejects: MaxRejects | undefined;
  /** Aborting it cancels the run: everything unfinished is cleaned up first. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Watched by the progress display. */
  readonly state: RunState;
}

/** Runs a mapping to its end and tells how it went. What a user can be told is in the report; only defects throw. */
export async function runMapping(loaded: LoadedMapping, options: RunOptions): Promise<RunReport> {
  const { clock, state, signal } = options;
  const startedAt = new Date(clock.now()).toISOString();
  const begun = clock.monotonic();
  const warnings = new Map<string, Warning>();
  const warn = (warning: Warning): void => {
    warnings.set(`${warning.code} ${warning.message}`, warning);
  };
  for (const warning of loaded.warnings) warn(warning);

  // A failing branch must stop the others, so the run has a signal of its own behind the user's.
  const failed = new AbortController();
  const context: RunContext = {
    run: randomBytes(6).toString('hex'),
    clock,
    signal: AbortSignal.any([signal, failed.signal]),
    warn,
  };
  const execution: Execution = {
    sides: openedSides(context),
    objects: writtenObjects(),
    stages: [],
    rejects: undefined,
    rejectsUri: null,
    maxRejects: options.maxRejects,
    memory: options.memory,
    signal: context.signal,
    state,
  };

  let errors: readonly CrossroleError[] = [];
  let cancelled = false;
  try {
    await execute(loaded, execution);
  } catch (error) {
    cancelled = signal.aborted;
    failed.abort(error);
    await execution.objects.abort();
    if (!cancelled) errors = forTheUser(error);
  } finally {
    await execution.sides.close();
    state.phase = 'done';
  }

  const reports = errors.map(errorReport);
  return {
    version: 1,
    status: cancelled ? 'cancelled' : errors.length > 0 ? 'failed' : 'succeeded',
    run: context.run,
    mapping: loaded.name,
    startedAt,
    durationMs: Math.round(clock.monotonic() - begun),
    transformations: execution.stages.map(({ name, type, counts }) => ({
      name,
      type,
      rowsIn: counts.rowsIn,
      rowsOut: counts.rowsOut,
      rowsRejected: counts.rowsRejected,
      bytes: counts.bytes,
    })),
    sessions: execution.sides.sessions(),
    objects: execution.objects.report(),
    rejects: {
      count: execution.rejects?.count ?? 0,
      object: execution.rejectsUri,
      first: execution.rejectsUri === null ? (execution.rejects?.first ?? []) : [],
    },
    warnings: [...warnings.values()],
    errors: reports,
    error: reports[0] ?? null,
  };
}

/** What may be told; anything else is a defect and goes on its way with its stack. */
function forTheUser(error: unknown): readonly CrossroleError[] {
  if (error instanceof CrossroleErrors) return error.errors;
  if (error instanceof CrossroleError) return [error];
  throw error;
}
