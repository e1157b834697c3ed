import { systemClock } from '../clock.js';
import { invalidReport, type RunReport } from '../engine/report.js';
import { runMapping } from '../engine/run.js';
import { type RunState, runState } from '../engine/run-state.js';
import type { MaxRejects } from '../mapping/mapping-file.js';
import { agentError } from './errors.js';
import { statusOf } from './exit-status.js';
import { interruption } from './interruption.js';
import { loadedMapping, type MappingOptions } from './mapping-arguments.js';
import { showProgress } from './progress/display.js';
import { parseSize } from './size.js';
import { formatDiagnostics, formatSummary } from './summary.js';

export interface RunCommandOptions extends MappingOptions {
  /** An upper bound: rows are worked on by one thread so far. */
  readonly workers: string;
  readonly memory: string;
  readonly maxRejects?: string;
}

/** One part must fit for each target and one is being filled; below this a run would stand still. */
const LEAST_MEMORY = 32 * 1024 * 1024;

/** `secure-agent run`: resolves with the exit status; the report goes to stdout, everything else to stderr. */
export async function runCommand(file: string, options: RunCommandOptions): Promise<number> {
  const loaded = loadedMapping(file, options);
  if ('report' in loaded) return print(loaded.report, options, undefined);
  if (!/^[1-9][0-9]{0,2}$/.test(options.workers)) {
    throw agentError('USAGE', `--workers ${options.workers} is no number of threads`, {
      remedy: 'Give a number from 1 to 999.',
    });
  }
  const memory = parseSize(options.memory, '--memory');
  if (memory < LEAST_MEMORY) {
    throw agentError('USAGE', `--memory ${options.memory} is too small`, { remedy: 'Give at least 32M.' });
  }
  const state = runState();
  const interrupted = interruption(() => leftovers(state));
  const progress = options.quiet || options.json ? undefined : showProgress(state, process.stderr);
  try {
    const report = await runMapping(loaded.mapping, {
      memory,
      maxRejects: parseMaxRejects(options.maxRejects),
      signal: interrupted.signal,
      clock: systemClock,
      state,
    });
    interrupted.settle();
    progress?.stop();
    return print(report, options, interrupted.received());
  } finally {
    progress?.stop();
    interrupted.settle();
  }
}

/** `secure-agent validate`: all that can be known without the network. */
export function validateCommand(file: string, options: MappingOptions): number {
  const loaded = loadedMapping(file, options);
  const report =
    'report' in loaded ? loaded.report : invalidReport(loaded.mapping.name, new Date(), 0, [], loaded.mapping.warnings);
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else {
    process.stderr.write(formatDiagnostics(report));
    if (report.status === 'succeeded' && !options.quiet) process.stdout.write(`${report.mapping}: no mistakes found\n`);
  }
  return statusOf(report, undefined);
}

function parseMaxRejects(text: string | undefined): MaxRejects | undefined {
  if (text === undefined || text === 'unlimited') return text;
  if (/^[0-9]{1,15}$/.test(text)) return Number(text);
  throw agentError('USAGE', `--max-rejects ${text} is no number`, { remedy: 'Give a number, or unlimited.' });
}

function print(report: RunReport, options: MappingOptions, signal: NodeJS.Signals | undefined): number {
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else {
    process.stderr.write(formatDiagnostics(report));
    if (!options.quiet && report.status !== 'invalid') process.stdout.write(formatSummary(report));
  }
  return statusOf(report, signal);
}

function leftovers(state: RunState): string {
  if (state.phase === 'done') return '';
  const unfinished = state.targets.map(({ uri }) => `  ${uri}\n`).join('');
  return `stopped at once while ${state.phase}; unfinished uploads may be left (never visible) of:\n${unfinished}`;
}
