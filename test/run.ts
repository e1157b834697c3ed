/** Runs every test file of the build with Node's test runner; `node --test` takes globs only from Node 21 on. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const wanted = process.argv.slice(2);
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.js'))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .map((name) => join(folder, name));
const result = spawnSync(process.execPath, ['--enable-source-maps', '--test', '--test-concurrency=3', ...files], {
  stdio: 'inherit',
});
process.exitCode = result.status ?? 1;
