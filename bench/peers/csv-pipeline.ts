/** The usual Node pipeline, csv-parse to objects to csv-stringify: `csv-pipeline.js JOB INPUT OUTPUT`. */
import { createReadStream, createWriteStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse';
import { stringify } from 'csv-stringify';

const [job, input, output] = process.argv.slice(2);

type Row = Readonly<Record<string, string>>;

function project(row: Row): Row | undefined {
  const amount = Number(row.amount);
  if (!(amount > 500 && (row.country === 'DE' || row.country === 'FR'))) return undefined;
  const total = (amount * Number(row.quantity)).toFixed(2);
  return { order_id: row.order_id, customer: row.customer.toUpperCase(), total };
}

const work = new Transform({
  objectMode: true,
  transform(row: Row, _encoding, done) {
    const out = job === 'pass-through' ? row : project(row);
    done(null, out);
  },
});
await pipeline(
  createReadStream(input),
  parse({ columns: true }),
  work,
  stringify({ header: true }),
  createWriteStream(output),
);
