import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

/** The fixtures run through the command that a user runs. */
test('every fixture gives what it expects', async () => {
  const agent = fileURLToPath(new URL('../runtime/agent/main.js', import.meta.url));
  const fixtures = fileURLToPath(new URL('../../test/fixtures', import.meta.url));
  const child = spawn(process.execPath, [agent, 'test', fixtures], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const status = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(status, 0, output);
  assert.match(output, /^[1-9][0-9]* passed, 0 failed$/m);
});
