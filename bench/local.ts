import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { orderFields } from './dataset.js';
import { type Job, writeMapping } from './jobs.js';
import { agent, type Contender } from './measure.js';

const pipeline = fileURLToPath(new URL('peers/csv-pipeline.js', import.meta.url));
const duckdb = fileURLToPath(new URL('../../bench/peers/duckdb.mjs', import.meta.url));

/** Local files to local files: ours, DuckDB on one thread, and the usual Node pipeline. */
export function localContenders(job: Job, input: string, folder: string): Contender[] {
  const connection = { name: 'disk', type: 'local-files', properties: { folderPath: folder } };
  const mapping = writeMapping(folder, job, {
    source: { connection, object: 'orders.csv' },
    target: { connection, object: `ours-${job}.csv` },
  });
  return [
    { name: 'Crossrole', script: agent, args: ['run', mapping, '--quiet'] },
    duckdbContender(job, input, folder),
    { name: 'csv-parse → csv-stringify', script: pipeline, args: [job, input, join(folder, `pipeline-${job}.csv`)] },
  ];
}

export function duckdbContender(job: Job, input: string, folder: string): Contender {
  const output = join(folder, `duckdb-${job}.csv`);
  const name = 'DuckDB, one thread, local files';
  return { name, script: duckdb, args: [job, '1', input, output, JSON.stringify(orderFields)] };
}
