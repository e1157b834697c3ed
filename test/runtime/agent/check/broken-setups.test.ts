import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runAgent } from '../agent-process.js';
import { brokenSetups } from './broken-setups.js';
import { checkOf, workingSetup, workspaceOf } from './workspace.js';

describe('check names the gate, the code and the fix of a broken set-up', { concurrency: 2 }, () => {
  for (const { name, damage, args = [], gate, code, fix, warns } of brokenSetups) {
    test(name, async (t) => {
      const setup = workingSetup();
      damage(setup);
      const { mapping, env, sandbox } = await workspaceOf(t, setup);
      const ended = await runAgent(['check', mapping, '--json', ...args], env);
      const report = checkOf(ended);

      const found = gate === null ? report.error : wrongGates(report)[0];
      assert.equal(found?.code, code, ended.stdout);
      assert.equal(found?.gate ?? null, gate);
      assert.deepEqual(found?.fix ?? null, fix && { attachTo: fix[0], statement: JSON.parse(JSON.stringify(fix[1])) });
      assert.equal(ended.status, gate === null ? 2 : warns ? 0 : 1);
      assert.equal(report.error?.code, warns ? undefined : code);

      assert.deepEqual(sandbox.openUploads(), []);
      assert.deepEqual(sandbox.listObjects('acme-curated'), []);
      for (const secret of [sandbox.env.MOVER_SECRET, env.MOVER_SECRET].filter(Boolean)) {
        assert.ok(!(ended.stdout + ended.stderr).includes(secret), 'a secret was printed');
      }
    });
  }
});

function wrongGates({ sides }: ReturnType<typeof checkOf>) {
  return sides.flatMap(({ gates }) => gates).filter(({ state }) => state === 'warned' || state === 'refused');
}
