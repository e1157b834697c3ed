import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One way to do a job: a Node script with its arguments, run in a process of its own. */
export interface Contender {
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

export interface Measured {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakMib: number;
}

export interface Series {
  readonly contender: Contender;
  readonly runs: readonly Measured[];
}

/** The command that is measured. */
export const agent = fileURLToPath(new URL('../runtime/agent/main.js', import.meta.url));

const probe = fileURLToPath(new URL('usage-probe.js', import.meta.url));

async function measure(contender: Contender, scratch: string): Promise<Measured> {
  const usage = join(scratch, 'usage.json');
  rmSync(usage, { force: true });
  const begun = performance.now();
  const child = spawn(process.execPath, ['--import', probe, contender.script, ...contender.args], {
    env: {
      ...process.env,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      ...contender.env,
      BENCH_USAGE: usage,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const status = await new Promise((resolve) => child.on('close', resolve));
  const wallSeconds = (performance.now() - begun) / 1000;
  if (status !== 0) throw new Error(`${contender.name} ended with status ${status}`);
  const { cpuSeconds, peakMib } = JSON.parse(readFileSync(usage, 'utf8'));
  return { wallSeconds, cpuSeconds, peakMib };
}

/** Interleaved rounds, A B C A B C …, so that a machine that slows down slows all of them. */
export async function measureRounds(
  contenders: readonly Contender[],
  rounds: number,
  scratch: string,
): Promise<Series[]> {
  const runs = contenders.map((): Measured[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, contender] of contenders.entries()) runs[index].push(await measure(contender, scratch));
  }
  return contenders.map((contender, index) => ({ contender, runs: runs[index] }));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** A Markdown table of ratios to the first series: pair by pair of a round, median with least and most. */
export function ratioTable(title: string, series: readonly Series[]): string {
  const [own] = series;
  const lines = [`| ${title} | wall, ours ÷ theirs | CPU, ours ÷ theirs | peak memory |`, '|---|---|---|---|'];
  for (const { contender, runs } of series) {
    const ratio = (of: (run: Measured) => number): string => {
      const ratios = runs.map((run, round) => of(own.runs[round]) / of(run));
      const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
      return `${median(ratios).toFixed(2)} (${least.toFixed(2)}–${most.toFixed(2)})`;
    };
    const peak = `${Math.round(median(runs.map((run) => run.peakMib)))} MiB`;
    lines.push(
      `| ${contender.name} | ${ratio((run) => run.wallSeconds)} | ${ratio((run) => run.cpuSeconds)} | ${peak} |`,
    );
  }
  return `${lines.join('\n')}\n`;
}
