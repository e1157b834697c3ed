import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import type { RunReport } from '../../../runtime/engine/report.js';
import { reportSchema } from '../../../runtime/engine/report-schema.js';

const agent = fileURLToPath(new URL('../../../runtime/agent/main.js', import.meta.url));
const isReport = new Ajv({ allowUnionTypes: true }).compile<RunReport>(reportSchema);

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface AgentProcess {
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

/** Starts `secure-agent` as a user would; of the environment only what is given reaches it. */
export function startAgent(args: readonly string[], env: NodeJS.ProcessEnv = {}): AgentProcess {
  const child = spawn(process.execPath, [agent, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
  return { kill: (signal) => child.kill(signal), ended };
}

export function runAgent(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ended> {
  return startAgent(args, env).ended;
}

/** The one JSON object on stdout, checked against the published schema. */
export function reportOf({ stdout, stderr }: Ended): RunReport {
  const value: unknown = JSON.parse(stdout);
  if (!isReport(value)) throw new Error(`no report: ${JSON.stringify(isReport.errors)}\n${stdout}\n${stderr}`);
  return value;
}
