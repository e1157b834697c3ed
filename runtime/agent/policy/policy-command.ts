import { systemClock } from '../../clock.js';
import type { NeededPolicy, PolicyTerms } from '../../connector-api.js';
import { invalidReport, type RunReport } from '../../engine/report.js';
import { CrossroleError } from '../../errors.js';
import { agentError } from '../errors.js';
import { exitStatus } from '../exit-status.js';
import { loadedMapping, type MappingOptions } from '../mapping-arguments.js';
import { formatDiagnostics } from '../summary.js';
import { type AccountPolicies, accountPolicies } from './account-policies.js';
import { policyText } from './policy-text.js';
import { policyTerraform } from './terraform.js';

export interface PolicyCommandOptions extends MappingOptions {
  /** `ARN`, or `CONNECTION=ARN`. */
  readonly principal: readonly string[];
  /** `BUCKET=ARN` each. */
  readonly kmsKey: readonly string[];
  readonly terraform?: boolean;
}

/**
 * `secure-agent policy`: prints every policy that the mapping needs, by account. Asks STS who the base identities are, unless
 * they are named; nothing else is contacted.
 */
export async function policyCommand(file: string, options: PolicyCommandOptions): Promise<number> {
  const principals = assignments(options.principal, /^(?:([^=:]+)=)?(arn:[a-z-]+:(?:iam|sts)::\d{12}:\S+)$/, {
    option: '--principal',
    form: 'ARN or CONNECTION=ARN, for example arn:aws:iam::111122223333:user/mover',
  });
  const keys = assignments(options.kmsKey, /^([^=:]+)=(arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/\S+)$/, {
    option: '--kms-key',
    form: 'BUCKET=ARN, for example acme-landing=arn:aws:kms:eu-west-1:111122223333:key/1234abcd',
  });
  // Whoever is named need not be asked, so that a platform engineer needs none of the keys.
  const loaded = loadedMapping(file, options, principals.has('') ? 'optional' : 'needed');
  if ('report' in loaded) return fail(loaded.report, options, exitStatus.invalid);
  const asked = { connections: new Set(['']), buckets: new Set<string>() };
  const terms: PolicyTerms = {
    principalOf(connection) {
      asked.connections.add(connection);
      return principals.get(connection) ?? principals.get('');
    },
    keyOf(bucket) {
      asked.buckets.add(bucket);
      return keys.get(bucket);
    },
    clock: systemClock,
    signal: new AbortController().signal,
  };
  const { mapping } = loaded;
  let needed: readonly NeededPolicy[];
  try {
    needed = (await Promise.all(mapping.sides.map(({ side }) => side.neededPolicies(terms)))).flat();
  } catch (error) {
    if (!(error instanceof CrossroleError)) throw error;
    const report = invalidReport(mapping.name, new Date(), 0, [error], mapping.warnings);
    return fail({ ...report, status: 'failed' }, options, exitStatus.failed);
  }
  refuseStrays('--principal', principals, asked.connections, 'connection to S3');
  refuseStrays('--kms-key', keys, asked.buckets, 'bucket');
  process.stdout.write(output(mapping.name, accountPolicies(needed), options));
  if (!options.quiet) process.stderr.write(formatDiagnostics(invalidReport(null, new Date(), 0, [], mapping.warnings)));
  return exitStatus.done;
}

/** What is said of a connection or bucket that the mapping has not is a slip: the policies would lack what was meant. */
function refuseStrays(
  option: string,
  given: ReadonlyMap<string, string>,
  known: ReadonlySet<string>,
  what: string,
): void {
  const stray = [...given.keys()].find((name) => !known.has(name));
  if (stray === undefined) return;
  const names = [...known].filter((name) => name !== '').map((name) => `"${name}"`);
  throw agentError('USAGE', `${option} names "${stray}", which is no ${what} of the mapping`, {
    remedy: names.length === 0 ? `Leave ${option} out.` : `Name one of ${names.join(', ')}.`,
  });
}

function output(mapping: string, accounts: readonly AccountPolicies[], options: PolicyCommandOptions): string {
  if (options.terraform) return policyTerraform(accounts);
  if (!options.json) return policyText(accounts);
  return `${JSON.stringify({
    version: 1,
    mapping,
    accounts: accounts.map(({ account, policies }) => ({
      account: account ?? null,
      policies: policies.map(({ holder, document, sessionDuration }) => ({
        attachTo: holder.kind,
        arn: holder.arn,
        ...(sessionDuration === undefined ? {} : { sessionDuration }),
        document,
      })),
    })),
  })}\n`;
}

function fail(report: RunReport, options: PolicyCommandOptions, status: number): number {
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else process.stderr.write(formatDiagnostics(report));
  return status;
}

/** `NAME=VALUE` of a repeated option by name; an empty name where there was none. */
function assignments(
  given: readonly string[],
  form: RegExp,
  what: { readonly option: string; readonly form: string },
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const text of given) {
    const match = form.exec(text);
    if (!match) {
      throw agentError('USAGE', `${what.option} ${text} is not understood`, { remedy: `Give ${what.form}.` });
    }
    const name = match[1] ?? '';
    if (found.has(name)) {
      throw agentError('USAGE', `${what.option} is given twice${name === '' ? '' : ` for "${name}"`}`, {
        remedy: 'Leave one of them out.',
      });
    }
    found.set(name, match[2]);
  }
  return found;
}
