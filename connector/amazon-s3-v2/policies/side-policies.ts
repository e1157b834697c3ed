import type { NeededPolicy, PolicyTerms } from '../../../runtime/connector-api.js';
import { amazonS3V2Error } from '../errors.js';
import { baseKeys } from '../identity/base/base-keys.js';
import { knownCaller } from '../identity/known-caller.js';
import { partsOfArn, policyPrincipal } from '../identity/role-arn.js';
import type { PolicyScope } from '../identity/side-statements.js';
import type { SideSettings } from '../side.js';
import { neededPolicies } from './needed-policies.js';

/** The policies that a side needs. Asks STS who the base identity is where the terms do not say. */
export async function sidePolicies(
  settings: SideSettings,
  access: PolicyScope['access'],
  terms: PolicyTerms,
): Promise<readonly NeededPolicy[]> {
  const { identity, storage } = settings;
  const principal = policyPrincipal(terms.principalOf(settings.connection) ?? (await baseArn(settings, terms)));
  const worker = partsOfArn(identity.kind === 'iam-user' ? principal : identity.role.roleArn);
  return neededPolicies({
    identity,
    principal,
    scope: { partition: worker.partition, region: storage.region, bucket: storage.bucket, access },
    // A user's keys don't tell its account beforehand, so the bucket is taken for its own unless an owner is set.
    bucketAccount: storage.expectedBucketOwner ?? (identity.kind === 'iam-user' ? worker.account : undefined),
    key: terms.keyOf(storage.bucket),
  });
}

async function baseArn(
  { connection, identity, storage, endpoints, surroundings }: SideSettings,
  terms: PolicyTerms,
): Promise<string> {
  const { clock, signal } = terms;
  const base = identity.kind === 'iam-user' ? identity : identity.base;
  const { region, network } = storage;
  const sts = { region, endpoint: endpoints.sts, network, clock, signal, warn: () => {} };
  const keys = baseKeys(base, { surroundings, sts, sessionName: 'crossrole-policy' });
  try {
    const arn = await knownCaller(keys.current, sts);
    if (arn !== undefined) return arn;
    const message = `the STS of connection "${connection}" does not tell who the base identity is`;
    throw amazonS3V2Error('CALLER_UNKNOWN', message);
  } finally {
    keys.close();
  }
}
