import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { RunningSandbox } from '../../../runtime/sandbox/sandbox.js';
import { reportOf, startAgent } from './agent-process.js';
import { asyncLines, ordersMapping, twoAccounts } from './two-accounts.js';

const MIB = 1024 * 1024;

/** Two objects: the first fills parts of the target, the second never comes to its end, so that a run can be met midway. */
async function endlessOrders(t: TestContext, ...faults: readonly object[]): Promise<RunningSandbox> {
  const last = 'raw/orders/2026/b.csv';
  const stall = { on: { operation: 'GetObject', bucket: 'acme-landing', key: last }, do: 'stall', afterBytes: 1000 };
  const sandbox = await twoAccounts(t, { faults: [stall, ...faults] });
  await sandbox.putObject('acme-landing', 'raw/orders/2026/a.csv', asyncLines(40 * MIB));
  await sandbox.putObject('acme-landing', last, asyncLines(MIB));
  return sandbox;
}

/** Waits for something that another process is about to do. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${signal} in the middle of a run leaves no object and no upload behind`, async (t) => {
    const sandbox = await endlessOrders(t);
    const agent = startAgent(['run', ordersMapping, '--json'], sandbox.env);
    await until(() => sandbox.openUploads().length > 0);
    agent.kill(signal);
    const ended = await agent.ended;
    assert.equal(ended.status, status, ended.stderr);
    const report = reportOf(ended);
    assert.equal(report.status, 'cancelled');
    assert.deepEqual(
      report.objects.map(({ state }) => state),
      ['aborted'],
    );
    assert.deepEqual(sandbox.openUploads(), []);
    assert.deepEqual(sandbox.listObjects('acme-curated'), []);
  });
}

test('a second Ctrl-C ends the process at once and says what may be left', async (t) => {
  const sandbox = await endlessOrders(t, { on: { operation: 'AbortMultipartUpload' }, do: 'stall' });
  const agent = startAgent(['run', ordersMapping, '--quiet'], sandbox.env);
  await until(() => sandbox.openUploads().length > 0);
  agent.kill('SIGINT');
  await until(() => sandbox.auditLog.some(({ operation }) => operation === 'AbortMultipartUpload'));
  agent.kill('SIGINT');
  const ended = await agent.ended;
  assert.equal(ended.status, 130);
  assert.match(ended.stderr, /s3:\/\/acme-curated\/eu\/orders\.csv/);
  assert.deepEqual(sandbox.listObjects('acme-curated'), []);
});
