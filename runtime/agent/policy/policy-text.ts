import type { PolicyHolder } from '../../connector-api.js';
import type { AccountPolicies, HolderPolicy } from './account-policies.js';

/** A role grants sessions of one hour unless it is told otherwise (IAM user guide). Seconds. */
export const defaultMaximumSession = 3600;

/** The policies for people: a heading each, and the document to paste. */
export function policyText(accounts: readonly AccountPolicies[]): string {
  if (accounts.length === 0) return 'The mapping needs no policies: none of its sides works under an identity.\n';
  return accounts
    .map(({ account, policies }) => [`Account ${account ?? 'of the bucket'}\n`, ...policies.map(section)].join('\n'))
    .join('\n');
}

function section({ holder, document, sessionDuration = 0 }: HolderPolicy): string {
  const duration =
    sessionDuration > defaultMaximumSession ? ` (its maximum session duration: at least ${sessionDuration} s)` : '';
  return `${headingOf(holder)}${duration}\n${JSON.stringify(document, null, 2)}\n`;
}

function headingOf({ kind, arn }: PolicyHolder): string {
  const name = nameInArn(arn);
  switch (kind) {
    case 'trust':
      return `Trust policy of the role ${name}`;
    case 'role':
      return `Permissions of the role ${name}`;
    case 'user':
      return `Permissions of the user ${name}`;
    case 'bucket':
      return `Policy of the bucket ${name}, in addition to what it has`;
    case 'key':
      return `Policy of the KMS key ${name}, in addition to what it has`;
  }
}

/** `name` of `arn:aws:iam::111122223333:role/path/name`, `bucket` of `arn:aws:s3:::bucket`. */
export function nameInArn(arn: string): string {
  return arn.slice(Math.max(arn.lastIndexOf('/'), arn.lastIndexOf(':')) + 1);
}
