/**
 * Prints how a run compares with its peers on this machine: `npm run bench [-- --mib 200 --rounds 5]`. Ratios only, of
 * interleaved rounds; an absolute time says more of the machine than of the program.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { orderFields, writeOrders } from './dataset.js';
import { type Contender, measureRounds, ratioTable } from './measure.js';
import { sandboxMemory } from './sandbox-memory.js';

const { values } = parseArgs({
  options: {
    mib: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '5' },
    's3-mib': { type: 'string', default: '1024' },
  },
});
const rounds = Number(values.rounds);
const agent = fileURLToPath(new URL('../runtime/agent/main.js', import.meta.url));
const pipeline = fileURLToPath(new URL('peers/csv-pipeline.js', import.meta.url));
const duckdb = fileURLToPath(new URL('../../bench/peers/duckdb.mjs', import.meta.url));

const jobs = {
  'filter-project': {
    transformations: [
      { name: 'large', type: 'filter', input: 'orders', condition: "amount > 500.00 AND IN(country, 'DE', 'FR')" },
      {
        name: 'priced',
        type: 'expression',
        input: 'large',
        fields: [
          { name: 'customer', type: 'string', expression: 'UPPER(customer)' },
          { name: 'total', type: 'decimal(14,2)', expression: 'ROUND(amount * quantity, 2)' },
        ],
      },
    ],
    last: 'priced',
    fields: ['order_id', 'customer', 'total'],
  },
  'pass-through': { transformations: [], last: 'orders', fields: undefined },
} as const;

type Job = keyof typeof jobs;

function writeMapping(folder: string, job: Job): string {
  const { transformations, last, fields } = jobs[job];
  const format = { type: 'csv' };
  const mapping = {
    name: job,
    transformations: [
      { name: 'orders', type: 'source', connection: 'disk', object: 'orders.csv', format, fields: orderFields },
      ...transformations,
      { name: 'out', type: 'target', input: last, connection: 'disk', object: `ours-${job}.csv`, format, fields },
    ],
  };
  const connection = { name: 'disk', type: 'local-files', properties: { folderPath: folder } };
  mkdirSync(join(folder, 'connections'), { recursive: true });
  writeFileSync(join(folder, 'connections', 'disk.json'), JSON.stringify(connection));
  const file = join(folder, `${job}.json`);
  writeFileSync(file, JSON.stringify(mapping));
  return file;
}

const folder = mkdtempSync(join(tmpdir(), 'crossrole-bench-'));
try {
  const input = join(folder, 'orders.csv');
  await writeOrders(input, Number(values.mib) * 1024 * 1024);
  for (const job of ['filter-project', 'pass-through'] as const) {
    const contenders: Contender[] = [
      { name: 'Crossrole', script: agent, args: ['run', writeMapping(folder, job), '--quiet'] },
      {
        name: 'DuckDB, one thread',
        script: duckdb,
        args: [job, '1', input, join(folder, `duckdb-${job}.csv`), JSON.stringify(orderFields)],
      },
      {
        name: 'csv-parse → csv-stringify',
        script: pipeline,
        args: [job, input, join(folder, `pipeline-${job}.csv`)],
      },
    ];
    const series = await measureRounds(contenders, rounds, folder);
    process.stdout.write(`\n${ratioTable(`${job}, ${values.mib} MiB CSV, local files`, series)}`);
  }
  process.stdout.write(`\n${await sandboxMemory(Number(values['s3-mib']), folder)}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
