import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { workspace, writeSample } from '../mapping/workspace.js';

const program = fileURLToPath(new URL('allocation-run.js', import.meta.url));

const fields = [
  { name: 'id', type: 'bigint' },
  { name: 'customer', type: 'string' },
  { name: 'quantity', type: 'integer' },
  { name: 'amount', type: 'decimal(12,2)' },
  { name: 'ordered', type: 'date' },
  { name: 'changed', type: 'datetime' },
  { name: 'weight', type: 'double' },
  { name: 'express', type: 'boolean' },
];

/** Rows with quotes, text beyond ASCII, NULLs, and numbers that are not canonical, so that no path spares the work. */
function writeRows(file: string, rows: number): void {
  const out = openSync(file, 'w');
  let text = `${fields.map(({ name }) => name).join(',')}\n`;
  for (let n = 0; n < rows; n++) {
    const customer = n % 7 === 0 ? `"Erd\u0151s, ""P"" ${n % 100}"` : n % 5 === 0 ? '' : `Ada ${n % 1000}`;
    const day = `2024-0${1 + (n % 9)}-1${n % 10}`;
    const amount = `${n % 11 === 0 ? '0' : ''}${n % 9973}.${10 + (n % 90)}`;
    text += `${n},${customer},${n % 50},${amount},${day},${day}T10:20:30.5,${(n % 1000) / 8},${n % 3 === 0}\n`;
    if (text.length > 1 << 20 || n === rows - 1) {
      writeSync(out, text);
      text = '';
    }
  }
  closeSync(out);
}

/** Bytes per million rows. */
const LIMIT = 5_000_000;

test('a pass-through run allocates at most 5 MB of heap per million rows', async (t) => {
  const space = workspace(t);
  writeSample(space, {
    name: 'through',
    parameters: { input: { type: 'string' } },
    transformations: [
      { name: 'in', type: 'source', connection: 'disk', object: '$$input', format: { type: 'csv' }, fields },
      { name: 'out', type: 'target', input: 'in', connection: 'disk', object: 'out.csv', format: { type: 'csv' } },
    ],
  });
  writeRows(space.path('warm.csv'), 50_000);
  writeRows(space.path('small.csv'), 100_000);
  writeRows(space.path('large.csv'), 1_000_000);
  const { stdout } = await promisify(execFile)(process.execPath, [program, space.folder]);
  const { small, large } = JSON.parse(stdout);
  assert.deepEqual([small.rows, large.rows], [100_000, 1_000_000]);
  const perMillion = ((large.bytes - small.bytes) / (large.rows - small.rows)) * 1_000_000;
  t.diagnostic(`${(perMillion / 1e6).toFixed(2)} MB per million rows`);
  assert.ok(small.bytes > 0 && perMillion <= LIMIT, `${perMillion} bytes per million rows`);
});
