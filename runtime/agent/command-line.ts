import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { invalidReport } from '../engine/report.js';
import { CrossroleError } from '../errors.js';
import { invalidCheck } from './check/check-report.js';
import { agentError } from './errors.js';
import { exitStatus } from './exit-status.js';
import { outliveOutputStreams } from './output-streams.js';
import { runCommand, validateCommand } from './run-command.js';
import { formatDiagnostics } from './summary.js';

/** Runs one command line and resolves with its exit status. stdout carries results, stderr everything else. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  outliveOutputStreams();
  let status: number = exitStatus.done;
  const program = commands((result) => {
    status = result;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitStatus.done;
    if (error instanceof CommanderError && error.code === 'commander.help' && !args.includes('--json')) {
      process.stderr.write(program.helpInformation());
      return exitStatus.invalid;
    }
    const known = error instanceof CommanderError ? usageError(error) : error;
    const found = known instanceof CrossroleError ? known : internalError(error);
    if (args.includes('--json')) {
      const report =
        args[0] === 'check' ? invalidCheck : (...rest: Parameters<typeof invalidCheck>) => invalidReport(null, ...rest);
      process.stdout.write(`${JSON.stringify(report(new Date(), 0, [found]))}\n`);
    } else process.stderr.write(formatDiagnostics(invalidReport(null, new Date(), 0, [found])));
    if (known instanceof CrossroleError) return exitStatus.invalid;
    if (args.includes('--debug') && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    return exitStatus.failed;
  }
}

function usageError(error: CommanderError): CrossroleError {
  return agentError('USAGE', error.message.replace(/^error: /, ''));
}

function internalError(error: unknown): CrossroleError {
  const message = error instanceof Error ? error.message : String(error);
  return agentError('INTERNAL_ERROR', message, { cause: error });
}

function commands(done: (status: number) => void): Command {
  const program = new Command('secure-agent');
  program
    .description(
      'Runs mappings: records stream from sources through transformations into targets, each side under its own session.',
    )
    .version(version())
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  const mappingOptions = (command: Command): Command =>
    command
      .argument('<mapping>', 'the mapping file')
      .option('--param <name=value>', 'value of a parameter; may be given several times', collect, [])
      .option('--param-file <file>', 'JSON file of parameter values')
      .option('--connections <folder>', 'folder of the connection files (default: connections beside the mapping)')
      .option('--json', 'print one JSON object on stdout, whatever happens')
      .option('--quiet', 'print errors and warnings only')
      .option('--debug', 'print stacks of internal errors');

  mappingOptions(program.command('run').description('run a mapping'))
    .option('--workers <count>', 'threads that may work on rows at the most; this version takes one', '1')
    .option('--memory <size>', 'memory of all buffers together, for example 256M or 1G', '256M')
    .option('--max-rejects <count>', "rejected rows before the run fails, or unlimited; overrides the mapping's")
    .action(async (mapping, options) => done(await runCommand(mapping, options)));

  mappingOptions(
    program.command('validate').description('find every mistake that can be found without the network'),
  ).action((mapping, options) => done(validateCommand(mapping, options)));

  mappingOptions(
    program.command('policy').description('print the policies that a mapping needs, by account, and no more'),
  )
    .option('--principal <arn>', 'who assumes the roles, or CONNECTION=ARN; asked of STS unless given', collect, [])
    .option('--kms-key <bucket=arn>', 'the KMS key that encrypts a bucket; may be given several times', collect, [])
    .option('--terraform', 'print Terraform instead')
    .action(async (mapping, options) => {
      const { policyCommand } = await import('./policy/policy-command.js');
      done(await policyCommand(mapping, options));
    });

  program
    .command('check')
    .description('walk every gate between the agent and its objects, and name the one that refuses')
    .argument('<subject>', 'a mapping file, a connection file, or with --connections the name of a connection')
    .option('--as <side>', 'how a connection is checked: source or target (default: source)')
    .option('--no-write', 'begin no upload at a target; otherwise one is begun and aborted')
    .option('--probe-trust', 'also try roles without their external id')
    .option('--param <name=value>', 'value of a parameter; may be given several times', collect, [])
    .option('--param-file <file>', 'JSON file of parameter values')
    .option('--connections <folder>', 'folder of the connection files (default: connections beside the mapping)')
    .option('--json', 'print one JSON object on stdout, whatever happens')
    .option('--quiet', 'print only what warns or refuses')
    .option('--debug', 'print stacks of internal errors')
    .action(async (subject, options) => {
      const { checkCommand } = await import('./check/check-command.js');
      done(await checkCommand(subject, options));
    });

  program
    .command('test')
    .description('run fixtures in the sandbox and compare what they write')
    .argument('<folders...>', 'fixture folders, or folders of them')
    .option('--update', 'write what the runs produced as the expected objects')
    .option('--json', 'print one JSON object on stdout, whatever happens')
    .option('--debug', 'print stacks of internal errors')
    .action(async (folders, options) => {
      const { testCommand } = await import('./fixture/test-command.js');
      done(await testCommand(folders, options));
    });

  program
    .command('sandbox')
    .description('S3, STS and EC2 instance metadata on 127.0.0.1, to try things out')
    .requiredOption('--config <file>', 'accounts, buckets and faults (docs/sandbox.md)')
    .option('--port <number>', 'port to listen on (default: a free one)')
    .option('--debug', 'print stacks of internal errors')
    .action(async (options) => {
      const { sandboxCommand } = await import('./sandbox-command.js');
      done(await sandboxCommand(options));
    });
  for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => {} });
  return program;
}

function collect(value: string, earlier: readonly string[]): string[] {
  return [...earlier, value];
}

function version(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  const found: unknown = JSON.parse(text);
  return typeof found === 'object' && found !== null && 'version' in found ? String(found.version) : 'unknown';
}
