import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RejectedRow } from '../../../runtime/batch/batch.js';
import { rejectLog } from '../../../runtime/engine/reject-log.js';

function rejected(row: number, value?: string): RejectedRow {
  return {
    origin: { object: 's3://b/k', row, line: row + 1, byteOffset: row * 10 },
    transformation: 'orders',
    problems: [{ field: 'amount', code: 'INVALID_DECIMAL', reason: 'is no decimal', value }],
  };
}

function collecting() {
  const written: Buffer[] = [];
  return {
    write: async (bytes: Uint8Array): Promise<void> => {
      written.push(Buffer.from(bytes));
    },
    lines: () =>
      Buffer.concat(written)
        .toString('utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line)),
  };
}

test('rows are written in their order, whichever transformation rejected them first', async () => {
  const { write, lines } = collecting();
  const log = rejectLog('unlimited', write);
  for (const row of [7, 3, 5]) log.add(rejected(row, 'x'));
  await log.endBatch();
  log.add(rejected(8));
  await log.endBatch();
  assert.deepEqual(
    lines().map(({ row }) => row),
    [3, 5, 7, 8],
  );
  assert.deepEqual(Object.keys(lines()[0]), [
    'object',
    'row',
    'line',
    'byteOffset',
    'transformation',
    'field',
    'code',
    'reason',
    'value',
  ]);
  assert.equal(lines()[3].value, null);
});

test('one more than allowed fails the run, after exactly so many were written', async () => {
  const { write, lines } = collecting();
  const log = rejectLog(2, write);
  for (const row of [1, 2, 3, 4]) log.add(rejected(row));
  await assert.rejects(log.endBatch(), {
    code: 'TOO_MANY_REJECTS',
    place: { transformation: 'orders', object: 's3://b/k', row: 3 },
  });
  assert.deepEqual(
    lines().map(({ row }) => row),
    [1, 2, 3],
  );
  assert.equal(log.count, 3);
});

test('values are cut at 1 KiB, never inside a character', async () => {
  const { write, lines } = collecting();
  const log = rejectLog('unlimited', write);
  log.add(rejected(1, `x${'é'.repeat(1000)}`));
  log.add(rejected(2, 'y'.repeat(1024)));
  await log.endBatch();
  const [cut, whole] = lines();
  assert.equal(cut.value, `x${'é'.repeat(511)}`);
  assert.equal(whole.value.length, 1024);
});

test('the report keeps the first ten', async () => {
  const log = rejectLog('unlimited', undefined);
  for (let row = 1; row <= 25; row++) {
    log.add(rejected(row));
    await log.endBatch();
  }
  assert.deepEqual([log.count, log.first.length, log.first[9].row], [25, 10, 10]);
});
