import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { orderFields } from './dataset.js';

/** What is measured, as the transformations between source and target. */
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

export type Job = keyof typeof jobs;

export const jobNames: readonly Job[] = ['filter-project', 'pass-through'];

/** Where a job's objects are: a connection file for each side, and the names of the objects below them. */
export interface Place {
  readonly source: { readonly connection: Connection; readonly object: string };
  readonly target: { readonly connection: Connection; readonly object: string };
}

export interface Connection {
  readonly name: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** Writes a job's mapping with its connections into `folder`; answers the mapping's file. */
export function writeMapping(folder: string, job: Job, { source, target }: Place): string {
  const { transformations, last, fields } = jobs[job];
  const format = { type: 'csv' };
  const mapping = {
    name: job,
    transformations: [
      {
        name: 'orders',
        type: 'source',
        connection: source.connection.name,
        object: source.object,
        format,
        fields: orderFields,
      },
      ...transformations,
      {
        name: 'out',
        type: 'target',
        input: last,
        connection: target.connection.name,
        object: target.object,
        format,
        fields,
      },
    ],
  };
  mkdirSync(join(folder, 'connections'), { recursive: true });
  for (const { connection } of [source, target]) {
    writeFileSync(join(folder, 'connections', `${connection.name}.json`), JSON.stringify(connection));
  }
  const file = join(folder, `${job}-${target.connection.name}.json`);
  writeFileSync(file, JSON.stringify(mapping));
  return file;
}
