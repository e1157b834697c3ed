import { readFileSync } from 'node:fs';
import { readSandboxConfig } from '../sandbox/config.js';
import { describeSandbox, startSandbox } from '../sandbox/sandbox.js';
import { agentError } from './errors.js';
import { exitStatus } from './exit-status.js';

export interface SandboxCommandOptions {
  readonly config: string;
  readonly port?: string;
}

/** `secure-agent sandbox`: prints one JSON line once it listens and serves until SIGINT or SIGTERM. */
export async function sandboxCommand(options: SandboxCommandOptions): Promise<number> {
  const config = readSandboxConfig(textOf(options.config), options.config);
  const port = options.port === undefined ? 0 : Number(options.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw agentError('USAGE', `--port ${options.port} is no port`);
  const sandbox = await start(config, port);
  process.stdout.write(`${JSON.stringify(describeSandbox(sandbox))}\n`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  await sandbox.close();
  return exitStatus.done;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw agentError('USAGE', `${file} can not be read`, {
      file,
      cause: error,
      remedy: 'Name a sandbox configuration file.',
    });
  }
}

async function start(config: Parameters<typeof startSandbox>[0], port: number) {
  try {
    return await startSandbox(config, { port });
  } catch (error) {
    const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (!inUse) throw error;
    throw agentError('SANDBOX_NOT_STARTED', `port ${port} is in use`, { cause: error });
  }
}
