import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Workspace, workspace, writeSample } from '../mapping/workspace.js';
import { filesBelow } from './wrong-inputs/wrong-input.js';

const agent = fileURLToPath(new URL('../../../runtime/agent/main.js', import.meta.url));
const WRITTEN = 'id,twice\n1,4.00\n3,19.98\n';

type Stream = number | 'pipe' | 'ignore';

interface Run {
  readonly status: number | null;
  readonly stderr: string;
}

/** Runs the sample with streams of the test's choice; a pipe named in `shut` is closed by its reader at once. */
function runWith(
  space: Workspace,
  streams: { readonly stdout: Stream; readonly stderr: Stream; readonly shut?: 'stdout' | 'stderr' },
  args: readonly string[] = [],
): Promise<Run> {
  const child = spawn(process.execPath, [agent, 'run', space.path('mapping.json'), ...args], {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', streams.stdout, streams.stderr],
  });
  if (streams.shut) child[streams.shut]?.destroy();
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stderr }));
  });
}

function sample(space: Workspace, orders = 'id,amount,note\n1,2.00,a\n2,1.50,b\n3,9.99,"c, d"\n'): void {
  writeSample(space);
  space.write('in/orders.csv', orders);
}

for (const args of [[], ['--json']]) {
  const how = args.length > 0 ? ' with --json' : '';
  test(`a reader of stdout that has left changes neither the run nor its status${how}`, async (t) => {
    const space = workspace(t);
    sample(space);
    const pipes = { stdout: 'pipe', stderr: 'pipe', shut: 'stdout' } as const;
    assert.deepEqual(await runWith(space, pipes, [...args, '--quiet']), { status: 0, stderr: '' });
    assert.equal(readFileSync(space.path('out.csv'), 'utf8'), WRITTEN);

    space.write('in/orders.csv', 'id,amount,note\n1,much,a\n');
    const failed = await runWith(space, pipes, args);
    assert.equal(failed.status, 1, 'a failed run is a failed run, whoever reads');
    assert.doesNotMatch(failed.stderr, /^ {4}at /m);
    assert.equal(readFileSync(space.path('out.csv'), 'utf8'), WRITTEN);
  });
}

test('a reader of stderr that has left changes neither the run nor its status', async (t) => {
  const space = workspace(t);
  sample(space);
  const pipes = { stdout: 'pipe', stderr: 'pipe', shut: 'stderr' } as const;
  assert.equal((await runWith(space, pipes)).status, 0);
  assert.equal(readFileSync(space.path('out.csv'), 'utf8'), WRITTEN);
  space.write('in/orders.csv', 'id,amount,note\n1,much,a\n');
  assert.equal((await runWith(space, pipes)).status, 1);
});

test('without stdout and stderr a run does its work', async (t) => {
  const space = workspace(t);
  sample(space);
  assert.equal((await runWith(space, { stdout: 'ignore', stderr: 'ignore' })).status, 0);
  assert.equal(readFileSync(space.path('out.csv'), 'utf8'), WRITTEN);
});

const hasFullDevice = existsSync('/dev/full');

test('a report that finds no space is told on stderr, and the status is not 0', { skip: !hasFullDevice }, async (t) => {
  const space = workspace(t);
  sample(space);
  const ended = await runWith(space, { stdout: openSync('/dev/full', 'w'), stderr: 'pipe' }, ['--json']);
  assert.equal(ended.status, 1);
  assert.match(ended.stderr, /^error OUTPUT_NOT_WRITTEN: .*ENOSPC/m);
  assert.doesNotMatch(ended.stderr, /^ {4}at /m);
  assert.equal(readFileSync(space.path('out.csv'), 'utf8'), WRITTEN, 'the run itself was done');
});

test('diagnostics that find no space change neither the run nor its status', { skip: !hasFullDevice }, async (t) => {
  const space = workspace(t);
  sample(space);
  assert.equal((await runWith(space, { stdout: 'pipe', stderr: openSync('/dev/full', 'w') })).status, 0);
  assert.equal(readFileSync(space.path('out.csv'), 'utf8'), WRITTEN);
  assert.ok(filesBelow(space.folder).every((name) => !name.endsWith('.part')));
});
