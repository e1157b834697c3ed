import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainLine } from '../../../../runtime/agent/progress/display.js';
import { percentOf, watchRun } from '../../../../runtime/agent/progress/facts.js';
import { runState } from '../../../../runtime/engine/run-state.js';
import { stageCounts } from '../../../../runtime/engine/stages.js';

const MIB = 1024 * 1024;

function watched() {
  const state = runState();
  const [read, written] = [stageCounts(), stageCounts()];
  const session = { endsIn: 840_000 as number | undefined };
  const sessionEndsIn = () => session.endsIn;
  state.sources.push({ name: 'orders', objects: 1, bytesListed: 100 * MIB, counts: read, sessionEndsIn });
  state.targets.push({ name: 'curated', uri: 's3://b/k', counts: written, sessionEndsIn: () => undefined });
  let now = 5000;
  const watch = watchRun(state, () => now);
  return {
    read,
    written,
    session,
    /** The lines after `milliseconds` more. */
    after(milliseconds: number): string[] {
      now += milliseconds;
      return watch.facts().map(plainLine);
    },
  };
}

test('tells share, rows, pace, time left and session of a source, and what is known of a target', () => {
  const run = watched();
  assert.deepEqual(run.after(0), ['orders 0%, 0 rows, session ends in 14 min 0 s', 'curated 0 rows']);
  Object.assign(run.read, { bytes: 20 * MIB, rowsIn: 400_000 });
  Object.assign(run.written, { bytes: 4 * MIB, rowsIn: 100_000 });
  assert.deepEqual(run.after(2000), [
    'orders 20%, 400,000 rows, 10.0 MiB/s, 200,000 rows/s, 8.0 s left, session ends in 14 min 0 s',
    'curated 100,000 rows, 2.0 MiB/s, 50,000 rows/s',
  ]);
});

test('the pace is that of the last ten seconds', () => {
  const run = watched();
  Object.assign(run.read, { bytes: 50 * MIB, rowsIn: 1000 });
  for (let second = 0; second < 20; second++) run.after(1000);
  const [stalled] = run.after(0);
  assert.equal(stalled, 'orders 50%, 1,000 rows, session ends in 14 min 0 s');
  Object.assign(run.read, { bytes: 60 * MIB, rowsIn: 2000 });
  assert.match(run.after(1000)[0], /1\.0 MiB\/s, 100 rows\/s, 40\.0 s left/);
});

test('a share is 100 percent with the last byte alone', () => {
  assert.deepEqual(
    [percentOf({ bytes: 0, of: 3 }), percentOf({ bytes: 999_999, of: 1_000_000 }), percentOf({ bytes: 3, of: 3 })],
    [0, 99, 100],
  );
  assert.equal(percentOf({ bytes: 0, of: 0 }), 100);
});

test('says that a session is being renewed, and nothing where there is none', () => {
  const run = watched();
  run.session.endsIn = 0;
  assert.match(run.after(0)[0], /session being renewed$/);
  run.session.endsIn = undefined;
  assert.equal(run.after(0)[0], 'orders 0%, 0 rows');
});
