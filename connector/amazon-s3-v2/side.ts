import type { RunContext, SideDescription } from '../../runtime/connector-api.js';
import type { SideFacts } from './diagnosis/s3-denied.js';
import type { BaseSurroundings } from './identity/base/base-surroundings.js';
import type { Identity } from './identity/identity.js';
import { partitionOfRegion } from './identity/partition.js';
import { partsOfArn } from './identity/role-arn.js';
import { sessionName } from './identity/session-name.js';
import { derivedSessionPolicy } from './identity/session-policy.js';
import { type SideSession, sideSession } from './identity/side-session.js';
import type { PolicyScope } from './identity/side-statements.js';
import { type Endpoints, endpointsOf, hasKms } from './storage/endpoints.js';
import type { Network } from './storage/network.js';
import { unlessAborted } from './storage/retry.js';
import { type S3Requests, type Storage, s3Requests } from './storage/s3-requests.js';

/** What is known of a side before its run. */
export interface SideSettings {
  readonly mapping: string;
  readonly transformation: string;
  /** Name of the connection. */
  readonly connection: string;
  readonly identity: Identity;
  readonly storage: Storage;
  readonly endpoints: Endpoints;
  readonly surroundings: BaseSurroundings;
  readonly kms: boolean;
}

export function sideSettings(
  { mapping, transformation, connectionName, connectionFolder, connection }: SideDescription,
  identity: Identity,
  bucket: string,
  network: Network,
  environment: NodeJS.ProcessEnv,
): SideSettings {
  const endpoints = endpointsOf(connection, environment);
  const surroundings = { environment, connectionFolder, instanceMetadata: endpoints.instanceMetadata };
  const storage: Storage = {
    bucket,
    region: String(connection.regionName),
    endpoint: endpoints.s3,
    network,
    forcePathStyle: connection.forcePathStyle === true,
    checksums: connection.checksums !== 'when-required',
    expectedBucketOwner: expectedOwner(connection.expectedBucketOwner, identity),
  };
  const kms = hasKms(connection);
  return { mapping, transformation, connection: connectionName, identity, storage, endpoints, surroundings, kms };
}

/** The account of the role unless it is set; a user's keys don't tell an account. */
function expectedOwner(setting: unknown, identity: Identity): string | undefined {
  if (typeof setting === 'string') return setting === 'any' ? undefined : setting;
  return identity.kind === 'assumed-role' ? partsOfArn(identity.role.roleArn).account : undefined;
}

/** A side with its session at hand. */
export interface OpenSide {
  readonly session: SideSession;
  readonly requests: S3Requests;
  close(): Promise<void>;
}

/** Gets the session first, so that whatever is wrong with it is said before anything else happens. */
export async function openSide(
  settings: SideSettings,
  access: PolicyScope['access'],
  run: RunContext,
): Promise<OpenSide> {
  const { identity, storage, endpoints, surroundings } = settings;
  const session = sideSession({
    identity,
    sessionName: nameOf(settings, run),
    sessionPolicy: policyOf(settings, access, (warning) => run.warn(warning)),
    region: storage.region,
    stsEndpoint: endpoints.sts,
    network: storage.network,
    surroundings,
    clock: run.clock,
    warn: (warning) => run.warn(warning),
  });
  try {
    const [requests] = await Promise.all([
      s3Requests(storage, session, run.clock, run.signal, factsOf(settings, access)),
      unlessAborted(session.current(), run.signal),
    ]);
    return {
      session,
      requests,
      async close() {
        session.close();
        requests.close();
      },
    };
  } catch (error) {
    session.close();
    throw error;
  }
}

/** As whom a side works, and on what. */
export function factsOf(
  { transformation, identity, storage: { region, bucket } }: SideSettings,
  access: PolicyScope['access'],
): SideFacts {
  const partition =
    identity.kind === 'assumed-role' ? partsOfArn(identity.role.roleArn).partition : partitionOfRegion(region);
  return { transformation, identity, scope: { partition, region, bucket, access } };
}

/** The session name that the side sends. */
export function nameOf({ identity, mapping, transformation }: SideSettings, { run }: RunContext): string {
  const own = identity.kind === 'assumed-role' ? identity.role.sessionName : undefined;
  return own ?? sessionName(mapping, transformation, run);
}

/** The text of the session policy that the side sends, if any. */
export function policyOf(
  settings: SideSettings,
  access: PolicyScope['access'],
  warn: RunContext['warn'],
): string | undefined {
  const { identity } = settings;
  if (identity.kind === 'iam-user') return undefined;
  const { sessionPolicy } = identity.role;
  switch (sessionPolicy.kind) {
    case 'none':
      return undefined;
    case 'document':
      return sessionPolicy.text;
    case 'derived': {
      const derived = derivedSessionPolicy({ ...factsOf(settings, access).scope, kms: settings.kms });
      for (const warning of derived.warnings) warn(warning);
      return derived.text;
    }
  }
}
