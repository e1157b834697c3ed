/** DuckDB does a job on local files: `duckdb.js JOB THREADS INPUT OUTPUT`. */
import { DuckDBInstance } from '@duckdb/node-api';
import { orderFields } from '../dataset.js';

const [job, threads, input, output] = process.argv.slice(2);
const columns = orderFields
  .map(({ name, type }) => `'${name}': '${type === 'string' ? 'VARCHAR' : type.toUpperCase()}'`)
  .join(', ');
const source = `read_csv('${input}', header = true, delim = ',', quote = '"', escape = '"', columns = {${columns}})`;
const jobs: Readonly<Record<string, string>> = {
  'filter-project': `SELECT order_id, upper(customer) AS customer, CAST(round(amount * quantity, 2) AS DECIMAL(14,2)) AS total
    FROM ${source} WHERE amount > 500.00 AND country IN ('DE', 'FR')`,
  'pass-through': `SELECT * FROM ${source}`,
};
const instance = await DuckDBInstance.create(':memory:', { threads });
const connection = await instance.connect();
await connection.run(`COPY (${jobs[job]}) TO '${output}' (HEADER, DELIMITER ',')`);
connection.closeSync();
