import { amazonS3V2Error } from '../../errors.js';
import { clientSettings } from '../../storage/client-settings.js';
import { unlessAborted, withDeadline } from '../../storage/retry.js';
import { type AssumedRole, roleAssumer } from '../assume-role.js';
import { sessionKeys } from '../session-keys.js';
import type { TemporaryKeys } from '../temporary-keys.js';
import type { AccessKeys, BaseIdentity } from './base-identity.js';
import type { BaseAccess, BaseKeys } from './base-keys.js';
import { homeFolder } from './base-surroundings.js';
import { processKeys } from './credential-process.js';
import { heldKeys } from './held-keys.js';
import { type ProfileHop, type ProfileSource, profileChain } from './profile-chain.js';
import { type ProfilePaths, readProfileFiles } from './profile-file.js';
import { webIdentityKeys } from './web-identity.js';

type Profile = Extract<BaseIdentity, { kind: 'profile' }>;

/** Sessions on the way sign nothing but the next AssumeRole: they need not be long. Seconds. */
const durationOnTheWay = 900;

/** Milliseconds for IAM Identity Center, which may renew its token before it gives credentials. */
const ssoWithin = 30_000;

/**
 * The keys that a profile stands for. Roles on the way are assumed as all others are: at the connection's STS endpoint, held
 * and renewed; `region` and `endpoint_url` of the files have no say. Throws what reading the files and following them finds.
 * @param keysOf makes the keys of a `credential_source`
 */
export function profileKeys(profile: Profile, access: BaseAccess, keysOf: (base: BaseIdentity) => BaseKeys): BaseKeys {
  const files = readProfileFiles(profile.file, access.surroundings);
  const chain = profileChain(profile.name, files);
  let keys = sourceKeys(chain.source, profile, files.paths, access, keysOf);
  for (const hop of chain.hops) {
    const assumer = roleAssumer(roleOf(hop, access.sessionName), keys, access.sts);
    keys = sessionKeys(`the session of ${hop.roleArn}`, assumer, keys, access.sts.clock);
  }
  return keys;
}

function roleOf({ roleArn, externalId, sessionName, duration }: ProfileHop, ownName: string): AssumedRole {
  return {
    roleArn,
    externalId,
    duration: duration ?? durationOnTheWay,
    sessionName: sessionName ?? ownName,
    policy: undefined,
    tags: [],
    sourceIdentity: undefined,
  };
}

function sourceKeys(
  source: ProfileSource,
  profile: Profile,
  paths: ProfilePaths,
  access: BaseAccess,
  keysOf: (base: BaseIdentity) => BaseKeys,
): BaseKeys {
  const { clock, signal } = access.sts;
  switch (source.kind) {
    case 'keys':
      return heldKeys(`profile ${profile.name}`, async () => keysNow(profile, access), clock);
    case 'base':
      return keysOf(source.base);
    case 'web-identity':
      return webIdentityKeys(source.identity, access);
    case 'sso':
      return heldKeys(`the SSO profile ${source.profile}`, () => ssoKeys(source.profile, paths, access), clock);
    case 'process':
      return heldKeys(
        `the command of profile ${source.profile}`,
        () => processKeys(source.profile, source.command, signal),
        clock,
      );
  }
}

/** Read again for every session, as whoever rotates keys writes them into the file. */
function keysNow({ name, file }: Profile, { surroundings }: BaseAccess): AccessKeys {
  const { source } = profileChain(name, readProfileFiles(file, surroundings));
  if (source.kind === 'keys') return source.keys;
  throw amazonS3V2Error('PROFILE_INCOMPLETE', `profile ${name} held keys when the run began and no longer does`);
}

/** The way of the SDK to IAM Identity Center: the token that `aws sso login` has left, renewed where it can be. */
async function ssoKeys(
  profile: string,
  { credentials, config }: ProfilePaths,
  { sts, surroundings }: BaseAccess,
): Promise<AccessKeys | TemporaryKeys> {
  const { fromSSO } = await import('@aws-sdk/credential-providers');
  // Without a region: it is that of the Identity Center, which the profile names.
  const { region, ...settings } = clientSettings(sts.region, undefined, sts.network);
  const provider = fromSSO({
    profile,
    filepath: credentials,
    configFilepath: config,
    ignoreCache: true,
    clientConfig: settings,
  });
  try {
    // The provider has no deadline of its own, and takes no signal.
    const ended = (signal: AbortSignal) => unlessAborted(provider(), signal);
    return keysFrom(await withDeadline(sts.clock, ssoWithin, sts.signal, ended));
  } catch (error) {
    sts.signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    const folder = `${homeFolder(surroundings.environment)}/.aws/sso/cache`;
    throw amazonS3V2Error(
      'SSO_SESSION_EXPIRED',
      `profile ${profile} (its token lies in ${folder}): ${why.slice(0, 300)}`,
      {
        remedy: `Run aws sso login --profile ${profile}, as the user that runs the agent.`,
      },
    );
  }
}

interface SdkIdentity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

function keysFrom({ accessKeyId, secretAccessKey, sessionToken, expiration }: SdkIdentity): AccessKeys | TemporaryKeys {
  if (sessionToken === undefined) return { accessKeyId, secretAccessKey };
  const keys = { accessKeyId, secretAccessKey, sessionToken };
  return expiration === undefined ? keys : { ...keys, expiresAt: expiration.getTime() };
}
