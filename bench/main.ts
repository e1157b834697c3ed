/**
 * Prints how a run compares with its peers on this machine: `npm run bench [-- --mib 200 --rounds 5 --large-mib 1024]`. Ratios
 * only, of interleaved rounds; an absolute time says more of the machine than of the program.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { asyncOrderBlocks, writeOrders } from './dataset.js';
import { jobNames } from './jobs.js';
import { duckdbContender, localContenders } from './local.js';
import { measureRounds, median, ratioTable } from './measure.js';
import { ordersInSandbox, s3Contenders } from './s3.js';

const { values } = parseArgs({
  options: {
    mib: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '5' },
    'large-mib': { type: 'string', default: '1024' },
  },
});
const rounds = Number(values.rounds);
const MIB = 1024 * 1024;
const MEMORY_MIB = 256;
/** 120 MB + 30 MB a worker + the buffers (DESIGN, section 4); one worker. */
const MEMORY_BOUND_MIB = 120 + 30 + MEMORY_MIB;

const folder = mkdtempSync(join(tmpdir(), 'crossrole-bench-'));
const print = (text: string): void => {
  process.stdout.write(`\n${text}`);
};

async function local(): Promise<void> {
  const input = join(folder, 'orders.csv');
  await writeOrders(input, Number(values.mib) * MIB);
  for (const job of jobNames) {
    const series = await measureRounds(localContenders(job, input, folder), rounds, folder);
    print(ratioTable(`${job}, local → local`, series));
  }
}

async function throughS3(): Promise<void> {
  const input = join(folder, 'orders.csv');
  const sandbox = await ordersInSandbox(asyncOrderBlocks(Number(values.mib) * MIB));
  try {
    for (const job of jobNames) {
      const [ours, copy] = s3Contenders(job, sandbox, folder, MEMORY_MIB);
      const [localRun] = localContenders(job, input, folder);
      const localOurs = { ...localRun, name: 'Crossrole, local → local' };
      const series = await measureRounds([ours, copy, localOurs, duckdbContender(job, input, folder)], rounds, folder);
      print(ratioTable(`${job}, S3 → S3`, series));
    }
  } finally {
    await sandbox.close();
  }
}

async function memory(): Promise<void> {
  const sandbox = await ordersInSandbox(asyncOrderBlocks(Number(values['large-mib']) * MIB));
  try {
    const [ours] = s3Contenders('pass-through', sandbox, folder, MEMORY_MIB);
    const [{ runs }] = await measureRounds([ours], 1, folder);
    const peak = Math.round(median(runs.map((run) => run.peakMib)));
    print(
      `Peak memory, pass-through of ${values['large-mib']} MiB, S3 → S3: ${peak} MiB; bound ${MEMORY_BOUND_MIB} MiB\n`,
    );
  } finally {
    await sandbox.close();
  }
}

try {
  print(`${values.mib} MiB of CSV, ${rounds} interleaved rounds, one thread, Node ${process.versions.node}\n`);
  await local();
  await throughS3();
  await memory();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
