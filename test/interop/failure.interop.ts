import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orderFields, orderLines } from './order-lines.js';
import { transfer } from './transfer.js';

const MIB = 1024 * 1024;

test('a run that fails at its last row leaves no object, no open upload, and what was there before', async (t) => {
  const { source, target, run } = transfer(t);
  await source.put('orders.csv', Buffer.concat([orderLines(20 * MIB), Buffer.from('1,Eve,DE,1.2.3\n')]));
  await target.put('kept.csv', 'as it was');
  for (const object of ['new.csv', 'kept.csv']) {
    const running = run({ source: { object: 'orders.csv', fields: orderFields }, target: { object } });
    let hasEnded = false;
    const ended = running.finally(() => {
      hasEnded = true;
    });
    const seen = new Set<string>();
    while (!hasEnded) for (const key of await target.uploads()) seen.add(key);
    const { status, report } = await ended;
    assert.deepEqual([...seen], [object], 'an upload was open while the run went on');
    assert.deepEqual([status, report.error?.code], [1, 'TOO_MANY_REJECTS']);
    assert.deepEqual(
      report.objects.map(({ state }) => state),
      ['aborted'],
    );
    assert.deepEqual(report.warnings, []);
  }
  assert.deepEqual(await target.uploads(), []);
  assert.deepEqual(await target.keys(), ['kept.csv']);
  assert.equal((await target.get('kept.csv')).toString(), 'as it was');
});
