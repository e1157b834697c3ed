/**
 * DuckDB does a job on local files: `duckdb.mjs JOB THREADS INPUT OUTPUT FIELDS`, the fields as JSON. Plain JavaScript, because
 * only the bench installs DuckDB and the project has to compile without it.
 */
import { DuckDBInstance } from '@duckdb/node-api';

const [job, threads, input, output, fields] = process.argv.slice(2);
const columns = JSON.parse(fields)
  .map(({ name, type }) => `'${name}': '${type === 'string' ? 'VARCHAR' : type.toUpperCase()}'`)
  .join(', ');
const source = `read_csv('${input}', header = true, delim = ',', quote = '"', escape = '"', columns = {${columns}})`;
const jobs = {
  'filter-project': `SELECT order_id, upper(customer) AS customer, CAST(round(amount * quantity, 2) AS DECIMAL(14,2)) AS total
    FROM ${source} WHERE amount > 500.00 AND country IN ('DE', 'FR')`,
  'pass-through': `SELECT * FROM ${source}`,
};
const instance = await DuckDBInstance.create(':memory:', { threads });
const connection = await instance.connect();
await connection.run(`COPY (${jobs[job]}) TO '${output}' (HEADER, DELIMITER ',')`);
connection.closeSync();
