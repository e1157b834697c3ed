import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readSandboxConfig } from '../runtime/sandbox/config.js';
import { startSandbox } from '../runtime/sandbox/sandbox.js';
import { orderBlocks } from './dataset.js';
import { measureRounds } from './measure.js';

const MEMORY_MIB = 256;

/** Moves `mib` MiB from S3 to S3 through the demo's mapping and holds the agent's peak memory against its bound. */
export async function sandboxMemory(mib: number, scratch: string): Promise<string> {
  const project = new URL('../../', import.meta.url);
  const file = fileURLToPath(new URL('mappings/sandbox.json', project));
  const sandbox = await startSandbox(readSandboxConfig(readFileSync(file, 'utf8'), file), {});
  try {
    await sandbox.putObject('acme-landing', 'raw/orders/2026/orders.csv', orderBlocks(mib * 1024 * 1024));
    const agent = fileURLToPath(new URL('../runtime/agent/main.js', import.meta.url));
    const mapping = fileURLToPath(new URL('mappings/eu-orders.json', project));
    const args = ['run', mapping, '--param', 'minAmount=0.00', '--memory', `${MEMORY_MIB}M`, '--quiet'];
    const env = { LANDING_KEY: 'AKIAMOVER', ...sandbox.env };
    const [{ runs }] = await measureRounds([{ name: 'S3 → S3', script: agent, args, env }], 1, scratch);
    const bound = 120 + 30 + MEMORY_MIB;
    const peak = Math.round(runs[0].peakMib);
    return `S3 → S3, ${mib} MiB through the sandbox: peak memory ${peak} MiB, bound ${bound} MiB (120 + 30 × 1 worker + ${MEMORY_MIB})\n`;
  } finally {
    await sandbox.close();
  }
}
