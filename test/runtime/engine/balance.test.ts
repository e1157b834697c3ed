import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertBalanced, type StageAccount, type StageCounts } from '../../../runtime/engine/stages.js';

function account(name: string, input: string | undefined, counts: Partial<StageCounts>): StageAccount {
  return {
    name,
    type: 'any',
    input,
    counts: { rowsIn: 0, rowsOut: 0, rowsDropped: 0, rowsRejected: 0, bytes: 0, ...counts },
  };
}

const source = account('source', undefined, { rowsIn: 10, rowsOut: 9, rowsRejected: 1 });
const filter = account('filter', 'source', { rowsIn: 9, rowsOut: 4, rowsDropped: 3, rowsRejected: 2 });
const target = account('target', 'filter', { rowsIn: 4, rowsOut: 4 });

test('rows that are all accounted for balance', () => {
  assert.doesNotThrow(() => assertBalanced([source, filter, target]));
});

test('a row that a transformation lost is found, and so is one that got lost between two', () => {
  const losing = account('target', 'filter', { rowsIn: 4, rowsOut: 3 });
  assert.throws(() => assertBalanced([source, filter, losing]), {
    code: 'ROWS_NOT_BALANCED',
    place: { transformation: 'target' },
  });
  const starved = account('target', 'filter', { rowsIn: 3, rowsOut: 3 });
  assert.throws(() => assertBalanced([source, filter, starved]), { code: 'ROWS_NOT_BALANCED' });
  const doubled = account('source', undefined, { rowsIn: 10, rowsOut: 10, rowsRejected: 1 });
  assert.throws(() => assertBalanced([doubled, filter, target]), {
    code: 'ROWS_NOT_BALANCED',
    place: { transformation: 'source' },
  });
});
