import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { reportOf, runAgent } from '../agent-process.js';
import { brokenSetups } from './broken-setups.js';
import { workingSetup, workspaceOf } from './workspace.js';

describe('a run says of a broken set-up what check says of it', { concurrency: 2 }, () => {
  for (const { name, damage, gate, code, fix, warns, run = code } of brokenSetups) {
    if (run === null) continue;
    test(name, async (t) => {
      const setup = workingSetup();
      damage(setup);
      const { mapping, env } = await workspaceOf(t, setup);
      const ended = await runAgent(['run', mapping, '--json'], env);
      const report = reportOf(ended);
      if (warns) {
        assert.equal(ended.status, 0, ended.stdout);
        assert.ok(
          report.warnings.some((warning) => warning.code === run),
          JSON.stringify(report.warnings),
        );
        return;
      }
      assert.equal(report.error?.code, run, ended.stdout);
      assert.equal(ended.status, gate === null ? 2 : 1);
      assert.equal(report.error?.gate ?? null, gate);
      if (run === code) {
        const expected = fix && { attachTo: fix[0], statement: JSON.parse(JSON.stringify(fix[1])) };
        assert.deepEqual(report.error?.fix ?? null, expected);
      }
    });
  }
});
