/**
 * Runs a pass-through mapping of FOLDER, first of `warm.csv`, then of `small.csv` and of `large.csv`, and prints the sampled heap
 * allocation of the last two as JSON: bytes, what was collected again included.
 */
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';
import { systemClock } from '../../../runtime/clock.js';
import { runMapping } from '../../../runtime/engine/run.js';
import { runState } from '../../../runtime/engine/run-state.js';
import { loadMapping } from '../../../runtime/mapping/load.js';

/** Bytes between samples, on average: enough samples that their sum is true to a few per cent. */
const SAMPLING_INTERVAL = 512;

const [folder] = process.argv.slice(2);
const session = new Session();
session.connect();

async function run(input: string): Promise<number> {
  const loaded = loadMapping(join(folder, 'mapping.json'), {
    parameters: [`input=${input}`],
    parameterFile: undefined,
    connectionsDirectory: undefined,
    environment: {},
  });
  const report = await runMapping(loaded, {
    memory: 64 << 20,
    maxRejects: undefined,
    signal: new AbortController().signal,
    clock: systemClock,
    state: runState(),
  });
  if (report.status !== 'succeeded') throw new Error(JSON.stringify(report.errors));
  return report.objects[0].rows;
}

async function measure(input: string): Promise<{ readonly rows: number; readonly bytes: number }> {
  await session.post('HeapProfiler.startSampling', {
    samplingInterval: SAMPLING_INTERVAL,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  const rows = await run(input);
  const { profile } = await session.post('HeapProfiler.stopSampling');
  let bytes = 0;
  const left = [profile.head];
  for (let node = left.pop(); node; node = left.pop()) {
    bytes += node.selfSize;
    left.push(...node.children);
  }
  return { rows, bytes };
}

// Code that is compiled while rows are measured would count as theirs.
await run('warm.csv');
process.stdout.write(JSON.stringify({ small: await measure('small.csv'), large: await measure('large.csv') }));
