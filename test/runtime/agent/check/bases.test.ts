import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readFixture } from '../../../../runtime/agent/fixture/fixture.js';
import { startSandbox } from '../../../../runtime/sandbox/sandbox.js';
import { runAgent } from '../agent-process.js';
import { checkOf } from './workspace.js';

/** Fixtures whose mapping runs, each under another base identity. */
const bases = ['container-role', 'ec2-role', 'environment', 'pod-identity', 'profile', 'profile-chain', 'web-identity'];

for (const name of [...bases, 'role-chain', 'kms-keys']) {
  test(`check lets pass what runs: ${name}`, async (t) => {
    const fixture = readFixture(
      fileURLToPath(new URL(`../../../../../test/fixtures/identity/${name}`, import.meta.url)),
    );
    const sandbox = await startSandbox(fixture.sandbox, {});
    t.after(() => sandbox.close());
    for (const { bucket, key, file } of fixture.input) await sandbox.putObject(bucket, key, createReadStream(file));
    const ended = await runAgent(['check', fixture.mapping, '--json'], sandbox.env);
    const { sides, status } = checkOf(ended);
    assert.equal(status, 'passed', ended.stdout);
    assert.equal(ended.status, 0);
    assert.deepEqual(
      sides.map(({ gates }) => gates.filter(({ state }) => state === 'refused').length),
      [0, 0],
    );
    assert.deepEqual([...sandbox.openUploads()], []);
  });
}
