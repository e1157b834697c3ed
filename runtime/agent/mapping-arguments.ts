import { invalidReport, type RunReport } from '../engine/report.js';
import { CrossroleError, CrossroleErrors } from '../errors.js';
import { loadMapping } from '../mapping/load.js';
import type { LoadedMapping } from '../mapping/plan.js';

/** What every command that takes a mapping is given. */
export interface MappingOptions {
  readonly param: readonly string[];
  readonly paramFile?: string;
  readonly connections?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** The mapping of a command line, or the report of all that is wrong with it. */
export function loadedMapping(
  file: string,
  options: MappingOptions,
  credentials: 'needed' | 'optional' = 'needed',
): { readonly mapping: LoadedMapping } | { readonly report: RunReport } {
  const startedAt = new Date();
  try {
    const mapping = loadMapping(file, {
      parameters: options.param,
      parameterFile: options.paramFile,
      connectionsDirectory: options.connections,
      environment: process.env,
      credentials,
    });
    return { mapping };
  } catch (error) {
    const errors =
      error instanceof CrossroleErrors ? error.errors : error instanceof CrossroleError ? [error] : undefined;
    if (!errors) throw error;
    const report = invalidReport(null, startedAt, Date.now() - startedAt.getTime(), errors);
    return { report };
  }
}
