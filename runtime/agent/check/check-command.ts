import { randomBytes } from 'node:crypto';
import { systemClock } from '../../clock.js';
import type { ProbeContext, Warning } from '../../connector-api.js';
import { errorReport } from '../../engine/report.js';
import { CrossroleError, CrossroleErrors } from '../../errors.js';
import { loadConnectionSide } from '../../mapping/connection-side.js';
import { isConnectionName } from '../../mapping/file-kind.js';
import { loadMapping } from '../../mapping/load.js';
import type { MappingSide } from '../../mapping/plan.js';
import { agentError } from '../errors.js';
import { exitStatus } from '../exit-status.js';
import { type Interruption, interruption } from '../interruption.js';
import type { MappingOptions } from '../mapping-arguments.js';
import { formatError, formatWarning } from '../text.js';
import { type CheckReport, gateReport, invalidCheck, type SideReport } from './check-report.js';
import { checklist } from './checklist.js';

export interface CheckOptions extends MappingOptions {
  /** Of a connection: `source` unless given. */
  readonly as?: string;
  /** False with `--no-write`. */
  readonly write: boolean;
  readonly probeTrust?: boolean;
}

/** What is checked. */
interface Subject {
  readonly mapping: string | null;
  readonly connection: string | null;
  readonly sides: readonly MappingSide[];
  readonly warnings: readonly Warning[];
}

/** `secure-agent check`: walks every gate of every side; resolves with the exit status. The checklist goes to stdout. */
export async function checkCommand(file: string, options: CheckOptions): Promise<number> {
  const startedAt = new Date();
  let subject: Subject;
  try {
    subject = load(file, options);
  } catch (error) {
    const errors = forTheUser(error);
    const report = invalidCheck(startedAt, Date.now() - startedAt.getTime(), errors);
    if (options.json) print(report);
    else process.stderr.write(report.errors.map(formatError).join(''));
    return exitStatus.invalid;
  }
  const interrupted = interruption(() => 'stopped at once; an unfinished upload may be left (never visible)\n');
  const report = await walk(subject, startedAt, options, interrupted);
  if (options.json) print(report);
  else {
    process.stderr.write(report.warnings.map(formatWarning).join(''));
    if (!options.quiet) process.stdout.write(`${file}: ${report.status}\n`);
  }
  return statusOf(report, interrupted);
}

async function walk(
  subject: Subject,
  startedAt: Date,
  options: CheckOptions,
  interrupted: Interruption,
): Promise<CheckReport> {
  const warnings = new Map<string, Warning>();
  const warn = (warning: Warning): void => {
    warnings.set(`${warning.code} ${warning.message}`, warning);
  };
  for (const warning of subject.warnings) warn(warning);
  const context: ProbeContext = {
    run: randomBytes(6).toString('hex'),
    clock: systemClock,
    signal: interrupted.signal,
    warn,
    tryWrite: options.write,
    probeTrust: options.probeTrust === true,
  };
  const shown = options.json ? undefined : checklist(process.stdout, options.quiet === true);
  const sides: SideReport[] = [];
  const errors: CrossroleError[] = [];
  let isCancelled = false;
  try {
    for (const named of subject.sides) {
      const { transformation: name, kind, side } = named;
      const object = 'describes' in side ? side.describes : side.uri;
      const gates: SideReport['gates'][number][] = [];
      sides.push({ name, side: kind, object, gates });
      shown?.side(named, object);
      for await (const gate of side.probe(context)) {
        shown?.gate(gate);
        if (gate.state === 'begun') continue;
        gates.push(gateReport(gate));
        if (gate.state === 'refused') errors.push(gate.error.at({ transformation: name }));
      }
    }
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    isCancelled = true;
  } finally {
    interrupted.settle();
  }
  const reports = errors.map(errorReport);
  return {
    version: 1,
    status: isCancelled ? 'cancelled' : errors.length > 0 ? 'refused' : 'passed',
    mapping: subject.mapping,
    connection: subject.connection,
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    sides,
    warnings: [...warnings.values()],
    errors: reports,
    error: reports[0] ?? null,
  };
}

function statusOf({ status }: CheckReport, interrupted: Interruption): number {
  switch (status) {
    case 'passed':
      return exitStatus.done;
    case 'refused':
      return exitStatus.failed;
    case 'invalid':
      return exitStatus.invalid;
    case 'cancelled':
      return interrupted.received() === 'SIGTERM' ? exitStatus.terminated : exitStatus.interrupted;
  }
}

function load(file: string, options: CheckOptions): Subject {
  const kind = kindOf(options.as);
  if (isConnectionName(file)) {
    const loaded = loadConnectionSide(file, options.connections, kind ?? 'source', process.env);
    return { mapping: null, connection: loaded.name, sides: [loaded.side], warnings: loaded.warnings };
  }
  if (kind !== undefined) {
    throw agentError('USAGE', '--as says how a connection is checked; a mapping says it itself', {
      remedy: 'Leave --as out, or name a connection.',
    });
  }
  const loaded = loadMapping(file, {
    parameters: options.param,
    parameterFile: options.paramFile,
    connectionsDirectory: options.connections,
    environment: process.env,
  });
  return { mapping: loaded.name, connection: null, sides: loaded.sides, warnings: loaded.warnings };
}

function kindOf(as: string | undefined): MappingSide['kind'] | undefined {
  if (as === undefined || as === 'source' || as === 'target') return as;
  throw agentError('USAGE', `--as ${as} is neither source nor target`, { remedy: 'Give source or target.' });
}

function forTheUser(error: unknown): readonly CrossroleError[] {
  if (error instanceof CrossroleErrors) return error.errors;
  if (error instanceof CrossroleError) return [error];
  throw error;
}

function print(report: CheckReport): void {
  process.stdout.write(`${JSON.stringify(report)}\n`);
}
