/** Runs the tests against the S3 and STS of the environment: every `*.interop.js` of the build, or those that are named. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serversOf, UnusableVariables } from './servers.js';

function runTests(): number {
  try {
    serversOf(process.env);
  } catch (error) {
    if (!(error instanceof UnusableVariables)) throw error;
    console.error(error.message);
    return 2;
  }
  const folder = fileURLToPath(new URL('.', import.meta.url));
  const wanted = process.argv.slice(2);
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.interop.js'))
    .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
    .map((name) => join(folder, name));
  const result = spawnSync(process.execPath, ['--enable-source-maps', '--test', '--test-concurrency=4', ...files], {
    stdio: 'inherit',
    env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  });
  return result.status ?? 1;
}

process.exitCode = runTests();
