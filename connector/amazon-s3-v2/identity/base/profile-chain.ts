import { amazonS3V2Error } from '../../errors.js';
import type { RoleHop } from '../role-request.js';
import type { AccessKeys, BaseIdentity } from './base-identity.js';
import type { ProfileFiles, ProfileSettings } from './profile-file.js';
import type { WebIdentity } from './web-identity.js';

/** Where the first keys of a profile come from. */
export type ProfileSource =
  | { readonly kind: 'keys'; readonly keys: AccessKeys }
  | { readonly kind: 'base'; readonly base: BaseIdentity }
  | { readonly kind: 'web-identity'; readonly identity: WebIdentity }
  /** IAM Identity Center, which the SDK alone knows. */
  | { readonly kind: 'sso'; readonly profile: string }
  /** A command that prints keys. */
  | { readonly kind: 'process'; readonly profile: string; readonly command: string };

/** A role that a profile assumes. */
export interface ProfileHop extends RoleHop {
  readonly sessionName: string | undefined;
  /** Seconds; undefined where the profile does not say. */
  readonly duration: number | undefined;
}

/** What a profile means: its source, and the roles that are assumed from it, first to last. */
export interface ProfileChain {
  readonly source: ProfileSource;
  readonly hops: readonly ProfileHop[];
}

/** More roles than this, one behind the other, are a mistake. */
const maximumHops = 8;

/**
 * Follows `source_profile` from a profile to its source, by the rules of the AWS CLI: keys of a profile that is the source of
 * another win over its own role. Throws `PROFILE_NOT_FOUND`, `PROFILE_LOOP`, `PROFILE_INCOMPLETE` and `PROFILE_NOT_SUPPORTED`.
 */
export function profileChain(name: string, files: ProfileFiles): ProfileChain {
  const hops: ProfileHop[] = [];
  const visited: string[] = [];
  let current = name;
  for (;;) {
    const settings = files.profiles.get(current);
    if (!settings) throw notFound(current, visited, files);
    const isSource = visited.length > 0;
    const loops = visited.includes(current);
    if (loops && visited[visited.length - 1] !== current) throw loop([...visited, current]);
    visited.push(current);
    const keys = keysOf(current, settings, isSource || !settings.has('role_arn'));
    if (isSource && keys) return { source: { kind: 'keys', keys }, hops };
    if (loops) throw loop(visited);
    const role = roleOf(current, settings);
    if (!role) return { source: sourceWithoutRole(current, settings, keys, files), hops };
    if (role.kind === 'web-identity') return { source: role, hops };
    hops.unshift(role.hop);
    if (hops.length > maximumHops) {
      throw amazonS3V2Error('PROFILE_NOT_SUPPORTED', `profile ${name} assumes more than ${maximumHops} roles in a row`);
    }
    if (role.kind === 'source') return { source: { kind: 'base', base: role.base }, hops };
    current = role.profile;
  }
}

function notFound(name: string, visited: readonly string[], { profiles, paths }: ProfileFiles) {
  const from = visited[visited.length - 1];
  const who = from === undefined ? '' : `, which profile ${from} names as its source_profile,`;
  const where = paths.credentials === paths.config ? paths.config : `${paths.credentials} and ${paths.config}`;
  const there = profiles.size === 0 ? 'hold no profile' : `hold ${profiles.size} profiles`;
  return amazonS3V2Error('PROFILE_NOT_FOUND', `there is no profile ${name}${who} in ${where} (they ${there})`);
}

function loop(profiles: readonly string[]) {
  return amazonS3V2Error('PROFILE_LOOP', `the profiles are each other's source: ${profiles.join(' → ')}`);
}

function incomplete(profile: string, why: string) {
  return amazonS3V2Error('PROFILE_INCOMPLETE', `profile ${profile} ${why}`);
}

/** @param needed whether one key without the other is an error: keys beside a role of its own have no meaning */
function keysOf(profile: string, settings: ProfileSettings, needed: boolean): AccessKeys | undefined {
  const accessKeyId = given(settings, 'aws_access_key_id');
  const secretAccessKey = given(settings, 'aws_secret_access_key');
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    const sessionToken = given(settings, 'aws_session_token');
    return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
  }
  if (!needed || (accessKeyId === undefined && secretAccessKey === undefined)) return undefined;
  const missing = accessKeyId === undefined ? 'aws_access_key_id' : 'aws_secret_access_key';
  throw incomplete(profile, `has no ${missing}`);
}

type ProfileRole =
  | { readonly kind: 'web-identity'; readonly identity: WebIdentity }
  | { readonly kind: 'profile'; readonly hop: ProfileHop; readonly profile: string }
  | { readonly kind: 'source'; readonly hop: ProfileHop; readonly base: BaseIdentity };

function roleOf(profile: string, settings: ProfileSettings): ProfileRole | undefined {
  const roleArn = given(settings, 'role_arn');
  const tokenFile = given(settings, 'web_identity_token_file');
  const sourceProfile = given(settings, 'source_profile');
  const credentialSource = given(settings, 'credential_source');
  const sessionName = given(settings, 'role_session_name');
  if (roleArn === undefined) {
    const alone = tokenFile === undefined ? (sourceProfile ?? credentialSource) : tokenFile;
    if (alone !== undefined) throw incomplete(profile, 'names a source for a role and has no role_arn');
    return undefined;
  }
  const sources = [tokenFile, sourceProfile, credentialSource].filter((source) => source !== undefined);
  const choices = 'source_profile, credential_source and web_identity_token_file';
  if (sources.length !== 1) throw incomplete(profile, `has role_arn and needs exactly one of ${choices}`);
  if (tokenFile !== undefined) {
    const tokenFileSetting = `web_identity_token_file of profile ${profile}`;
    return { kind: 'web-identity', identity: { roleArn, tokenFile, tokenFileSetting, sessionName } };
  }
  if (settings.has('mfa_serial')) {
    throw amazonS3V2Error('PROFILE_NOT_SUPPORTED', `profile ${profile} needs a code of an MFA device (mfa_serial)`);
  }
  const hop: ProfileHop = {
    roleArn,
    externalId: given(settings, 'external_id'),
    sessionName,
    duration: durationOf(profile, given(settings, 'duration_seconds')),
  };
  if (sourceProfile !== undefined) return { kind: 'profile', hop, profile: sourceProfile };
  return { kind: 'source', hop, base: namedSource(profile, credentialSource ?? '') };
}

function durationOf(profile: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[0-9]{1,6}$/.test(text)) throw incomplete(profile, 'has a duration_seconds that is no number of seconds');
  return Number(text);
}

function namedSource(profile: string, name: string): BaseIdentity {
  switch (name) {
    case 'Ec2InstanceMetadata':
      return { kind: 'ec2-role' };
    case 'EcsContainer':
      return { kind: 'container' };
    case 'Environment':
      return { kind: 'environment' };
    default:
      throw incomplete(
        profile,
        `has the credential_source ${name}; there are Ec2InstanceMetadata, EcsContainer and Environment`,
      );
  }
}

function sourceWithoutRole(
  profile: string,
  settings: ProfileSettings,
  keys: AccessKeys | undefined,
  files: ProfileFiles,
): ProfileSource {
  if (keys) return { kind: 'keys', keys };
  const command = given(settings, 'credential_process');
  if (command !== undefined) return { kind: 'process', profile, command };
  if ([...settings.keys()].some((name) => name.startsWith('sso_'))) {
    checkSso(profile, settings, files);
    return { kind: 'sso', profile };
  }
  if (settings.has('login_session')) {
    throw amazonS3V2Error('PROFILE_NOT_SUPPORTED', `profile ${profile} is a console login (login_session)`);
  }
  throw incomplete(profile, 'holds no credentials and names no source of any');
}

/** All that IAM Identity Center needs, found before it is asked. */
function checkSso(profile: string, settings: ProfileSettings, { ssoSessions }: ProfileFiles): void {
  const sessionName = given(settings, 'sso_session');
  const session = sessionName === undefined ? settings : ssoSessions.get(sessionName);
  if (!session) throw incomplete(profile, `names the sso_session ${sessionName}, and there is no such section`);
  for (const name of ['sso_start_url', 'sso_region']) {
    const where = session === settings ? '' : ` in [sso-session ${sessionName}]`;
    if (given(session, name) === undefined) throw incomplete(profile, `needs ${name}${where}`);
    const own = given(settings, name);
    if (own !== undefined && own !== given(session, name)) {
      throw incomplete(profile, `has another ${name} than its sso-session ${sessionName}`);
    }
  }
  for (const name of ['sso_account_id', 'sso_role_name']) {
    if (given(settings, name) === undefined) throw incomplete(profile, `needs ${name}`);
  }
}

function given(settings: ProfileSettings, name: string): string | undefined {
  const value = settings.get(name);
  return value === '' ? undefined : value;
}
