import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { soundMapping, type Workspace, workspace, writeSample } from '../mapping/workspace.js';
import { reportOf, runAgent } from './agent-process.js';
import { filesBelow } from './wrong-inputs/wrong-input.js';

const DISK_BYTES = 1024 * 1024;

test('a disk that fills up in mid-run keeps the old file and nothing of the new one', async (t) => {
  const space = workspace(t);
  const disk = space.path('disk');
  mkdirSync(disk);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', disk]).status !== 0) {
    t.skip('only the administrator may mount a file system');
    return;
  }
  try {
    await fillDisk(space);
  } finally {
    spawnSync('umount', [disk]);
  }
});

async function fillDisk(space: Workspace): Promise<void> {
  const mapping = soundMapping();
  mapping.transformations[3].object = 'disk/out.csv';
  mapping.transformations[3].fields = ['id', 'note'];
  space.write('disk/out.csv', 'before\n');
  space.write('in/orders.csv', `id,amount,note\n${`1,2.00,${'x'.repeat(100)}\n`.repeat(40_000)}`);
  const file = writeSample(space, mapping);
  const before = filesBelow(space.folder);
  const ended = await runAgent(['run', file, '--json']);
  assert.equal(ended.status, 1);
  const { error } = reportOf(ended);
  assert.deepEqual([error?.code, error?.transformation], ['DISK_FULL', 'out']);
  assert.doesNotMatch(ended.stderr, /^ {4}at /m);
  assert.deepEqual(filesBelow(space.folder), before);
  assert.equal(readFileSync(space.path('disk/out.csv'), 'utf8'), 'before\n');
}
