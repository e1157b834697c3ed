/** The main job from a fresh clone: two accounts in the sandbox, a mapping between them, each side under its own session. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readSandboxConfig } from '../runtime/sandbox/config.js';
import { type RunningSandbox, startSandbox } from '../runtime/sandbox/sandbox.js';

const project = new URL('../../', import.meta.url);
const mapping = fileURLToPath(new URL('mappings/eu-orders.json', project));
const sandboxFile = fileURLToPath(new URL('mappings/sandbox.json', project));
const OBJECTS = 4;
const ROWS_PER_OBJECT = 200_000;
const SHOWN_ROWS = 8;

/** Orders that look alike in every run; about 8 MB an object. */
function* orders(object: number): Generator<Buffer> {
  const countries = ['DE', 'FR', 'US', 'GB', 'JP'];
  const customers = [
    'Ada Lovelace',
    '"Grace Hopper, Rear Admiral"',
    'Kurt Gödel',
    'Emmy Noether',
    '"Erdős ""Paul"" Pál"',
  ];
  let lines = 'order_id,customer,country,quantity,amount\n';
  for (let n = 0; n < ROWS_PER_OBJECT; n++) {
    const id = object * ROWS_PER_OBJECT + n + 1;
    const cents = (id * 7919) % 200_000;
    const amount = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
    lines += `${id},${customers[id % 5]},${countries[(id * 13) % 5]},${1 + (id % 9)},${amount}\n`;
    if (lines.length > 256 * 1024) {
      yield Buffer.from(lines);
      lines = '';
    }
  }
  yield Buffer.from(lines);
}

function runAgent(sandbox: RunningSandbox): Promise<number> {
  const agent = fileURLToPath(new URL('../runtime/agent/main.js', import.meta.url));
  const child = spawn(process.execPath, [agent, 'run', mapping], {
    env: { PATH: process.env.PATH, LANDING_KEY: 'AKIAMOVER', ...sandbox.env },
    stdio: 'inherit',
  });
  return new Promise((resolve) => child.on('close', (status) => resolve(status ?? 1)));
}

async function firstLines(sandbox: RunningSandbox, bucket: string, key: string): Promise<string> {
  let text = '';
  for await (const chunk of sandbox.getObject(bucket, key)) {
    text += Buffer.from(chunk).toString('utf8');
    if (text.split('\n').length > SHOWN_ROWS + 1) break;
  }
  return text
    .split('\n')
    .slice(0, SHOWN_ROWS + 1)
    .join('\n');
}

/** Which principal made how many requests of each kind, from the sandbox's audit log. */
function requestsByPrincipal(sandbox: RunningSandbox): string {
  const counts = new Map<string, number>();
  for (const { service, operation, principalArn } of sandbox.auditLog) {
    if (service === 'imds') continue;
    const line = `  ${service.padEnd(4)} ${operation.padEnd(24)} ${principalArn ?? 'nobody'}`;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return [...counts].map(([line, count]) => `${line}  ×${count}\n`).join('');
}

const say = (text: string): void => {
  process.stdout.write(text);
};

say(`\nThe mapping (mappings/eu-orders.json):\n\n${readFileSync(mapping, 'utf8')}\n`);
const sandbox = await startSandbox(readSandboxConfig(readFileSync(sandboxFile, 'utf8'), sandboxFile), {});
try {
  for (let n = 0; n < OBJECTS; n++) await sandbox.putObject('acme-landing', `raw/orders/2026/part-${n}.csv`, orders(n));
  say('The sandbox (mappings/sandbox.json) plays AWS: two accounts, S3, STS and instance metadata on 127.0.0.1.\n');
  say('$ secure-agent run mappings/eu-orders.json\n\n');
  process.exitCode = await runAgent(sandbox);
  if (process.exitCode === 0) {
    say(
      `\nThe first rows of s3://acme-curated/eu/orders.csv:\n\n${await firstLines(sandbox, 'acme-curated', 'eu/orders.csv')}\n`,
    );
    say(`\nWho asked for what, from the sandbox's audit log:\n\n${requestsByPrincipal(sandbox)}`);
  }
} finally {
  await sandbox.close();
}
