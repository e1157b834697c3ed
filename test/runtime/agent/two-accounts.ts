import { readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readSandboxConfig } from '../../../runtime/sandbox/config.js';
import { type RunningSandbox, startSandbox } from '../../../runtime/sandbox/sandbox.js';

/** The fixture of two accounts with different external ids; its parts serve tests that look at a run from outside. */
const fixture = new URL('../../../../test/fixtures/identity/iam-user/', import.meta.url);

export const landingRole = 'arn:aws:iam::111111111111:role/landing-reader';
export const curatedRole = 'arn:aws:iam::222222222222:role/curated-writer';
export const ordersMapping = fileURLToPath(new URL('mapping.json', fixture));

/** Starts the two accounts, with changes to the configuration; the sandbox ends with the test. */
export async function twoAccounts(t: TestContext, changes: Record<string, unknown> = {}): Promise<RunningSandbox> {
  const plain = JSON.parse(readFileSync(new URL('sandbox.json', fixture), 'utf8'));
  const sandbox = await startSandbox(readSandboxConfig(JSON.stringify({ ...plain, ...changes }), 'sandbox.json'), {});
  t.after(() => sandbox.close());
  return sandbox;
}

/** Orders of about `bytes` bytes, all of which pass the mapping's filter. */
export function* orderLines(bytes: number): Generator<Buffer> {
  let text = 'order_id,customer,country,quantity,amount\n';
  let made = 0;
  for (let id = 1; made + text.length < bytes; id++) {
    text += `${id},Customer ${id % 97},${id % 2 === 0 ? 'DE' : 'FR'},${1 + (id % 9)},${600 + (id % 300)}.25\n`;
    if (text.length > 256 * 1024) {
      made += text.length;
      yield Buffer.from(text);
      text = '';
    }
  }
  yield Buffer.from(text);
}

export async function* asyncLines(bytes: number): AsyncGenerator<Buffer> {
  yield* orderLines(bytes);
}
