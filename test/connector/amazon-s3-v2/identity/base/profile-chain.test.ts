/**
 * What profiles mean. Here and in the other tests of this folder stand, in words of our own, the cases of smithy-lang/smithy-rs
 * (aws-config/test-data) that apply to a connector whose base is named and never searched for. 73 of 111 hold:
 *
 * | of                                     | cases | hold | where                                                    |
 * | -------------------------------------- | ----- | ---- | -------------------------------------------------------- |
 * | assume-role-tests                      |    28 |   27 | here                                                     |
 * | ecs-tests                              |    11 |   11 | base-keys.test.ts                                        |
 * | imds-config                            |    14 |    4 | base-keys.test.ts, settings.test.ts, sandbox-bases.test.ts |
 * | default-credential-provider-chain      |    29 |   22 | all of them, assume-role.test.ts                         |
 * | profile-provider                       |    18 |    9 | all of them, assume-role.test.ts                         |
 * | default-token-provider-chain           |     3 |    0 |                                                          |
 * | login-provider-test-cases              |     8 |    0 |                                                          |
 *
 * Not applicable:
 * - bearer tokens ("SSO token profile selected", sso_token, default-token-provider-chain): S3 takes none; PROFILE_INCOMPLETE
 * - a person's login (login-provider-test-cases): PROFILE_NOT_SUPPORTED
 * - the order of a chain (prefer_environment, profile_overrides_web_identity, imds_config_with_no_creds, imds_disabled,
 *   ecs_credentials_invalid_profile): there is no chain to fall through
 * - region, endpoint, FIPS and dual stack from files or from AWS_ENDPOINT_URL (region_override, e2e_fips_and_dual_stack_…,
 *   …_override_global_…, …_override_service_profile_url): no influence by design, as sandbox-bases.test.ts shows
 * - modes and other sources of the metadata endpoint (10 of imds-config): one variable names it, whatever its address family
 * - the account of credentials (credential_process_account_id_fallback): the role's ARN has it
 * - answers of IAM Identity Center (sso_credentials, sso_server_error): asked by the SDK's provider, at no other place than AWS
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type ProfileChain, profileChain } from '../../../../../connector/amazon-s3-v2/identity/base/profile-chain.js';
import { readProfileFiles } from '../../../../../connector/amazon-s3-v2/identity/base/profile-file.js';
import { CrossroleError } from '../../../../../runtime/connector-api.js';

const folder = mkdtempSync(join(tmpdir(), 'crossrole-profiles-'));
after(() => rmSync(folder, { recursive: true }));

let count = 0;

/** The chain of a profile in files of this content, as one line, or the code and text of the error. */
function meaning(profile: string, credentials: string | undefined, config?: string): string {
  const home = join(folder, String(count++));
  const write = (name: string, content: string | undefined) => {
    const file = `${home}-${name}`;
    if (content !== undefined) writeFileSync(file, content);
    return file;
  };
  const environment = {
    AWS_SHARED_CREDENTIALS_FILE: write('credentials', credentials),
    AWS_CONFIG_FILE: write('config', config),
  };
  const surroundings = { environment, connectionFolder: folder, instanceMetadata: 'http://127.0.0.1:9' };
  try {
    return line(profileChain(profile, readProfileFiles(undefined, surroundings)));
  } catch (error) {
    if (error instanceof CrossroleError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

function line({ source, hops }: ProfileChain): string {
  const roles = hops.map(({ roleArn, externalId, sessionName, duration }) =>
    [roleArn.split('/')[1], externalId, sessionName, duration].filter((part) => part !== undefined).join(' '),
  );
  return [sourceText(source), ...roles].join(' > ');
}

function sourceText(source: ProfileChain['source']): string {
  switch (source.kind) {
    case 'keys':
      return [source.keys.accessKeyId, source.keys.secretAccessKey, source.keys.sessionToken].filter(Boolean).join(' ');
    case 'base':
      return source.base.kind;
    case 'web-identity': {
      const { roleArn, tokenFile, sessionName } = source.identity;
      return ['token', tokenFile, roleArn.split('/')[1], sessionName].filter(Boolean).join(' ');
    }
    case 'sso':
    case 'process':
      return `${source.kind} ${source.profile}`;
  }
}

const keys = (name: string) => `aws_access_key_id = AKIA${name}\naws_secret_access_key = secret-${name}\n`;
const role = (name: string) => `role_arn = arn:aws:iam::444455556666:role/${name}\n`;
const from = (name: string) => `source_profile = ${name}\n`;
const token = 'web_identity_token_file = /run/token\n';
const sso = 'sso_start_url = https://acme.example/start\nsso_region = eu-north-1\n';
const ssoRole = 'sso_account_id = 444455556666\nsso_role_name = analyst\n';

/** What stands in [etl] and further sections, and what becomes of the profile etl. */
const cases: Readonly<Record<string, readonly [config: string, expected: string | RegExp]>> = {
  'a role from keys': [`${role('load')}${from('root')}[profile root]\n${keys('ROOT')}`, 'AKIAROOT secret-ROOT > load'],
  'own keys beside a role and its source': [
    `${keys('OWN')}${role('load')}${from('root')}[profile root]\n${keys('ROOT')}`,
    'AKIAROOT secret-ROOT > load',
  ],
  'a session name': [
    `${role('load')}role_session_name = nightly\n${from('root')}[profile root]\n${keys('ROOT')}`,
    'AKIAROOT secret-ROOT > load nightly',
  ],
  'an external id': [
    `${role('load')}external_id = acme-1\n${from('root')}[profile root]\n${keys('ROOT')}`,
    'AKIAROOT secret-ROOT > load acme-1',
  ],
  'a profile that is its own source': [`${keys('OWN')}${role('load')}${from('etl')}`, 'AKIAOWN secret-OWN > load'],
  'instance metadata as source': [`${role('load')}credential_source = Ec2InstanceMetadata`, 'ec2-role > load'],
  'the container as source': [`${role('load')}credential_source = EcsContainer`, 'container > load'],
  'the environment as source': [`${role('load')}credential_source = Environment`, 'environment > load'],
  'a source that nobody knows': [`${role('load')}credential_source = Moon`, /^PROFILE_INCOMPLETE: .*Moon; there are/],
  'a role without any source': [role('load'), /^PROFILE_INCOMPLETE: .*needs exactly one of source_profile/],
  'two sources': [
    `${role('load')}credential_source = Environment\n${from('root')}[profile root]\n${keys('ROOT')}`,
    /^PROFILE_INCOMPLETE: .*exactly one/,
  ],
  'a source without its secret': [
    `${role('load')}${from('root')}[profile root]\naws_access_key_id = AKIAROOT`,
    /^PROFILE_INCOMPLETE: profile root has no aws_secret_access_key$/,
  ],
  'a source without its key': [
    `${role('load')}${from('root')}[profile root]\naws_secret_access_key = secret-ROOT`,
    /^PROFILE_INCOMPLETE: profile root has no aws_access_key_id$/,
  ],
  'an empty source': [
    `${role('load')}${from('root')}[profile root]`,
    /^PROFILE_INCOMPLETE: profile root holds no cred/,
  ],
  'settings that are no identity': [
    'output = json\nregion = eu-west-1',
    /^PROFILE_INCOMPLETE: profile etl holds no cred/,
  ],
  'a source that is not there': [
    `${role('load')}${from('root')}`,
    /^PROFILE_NOT_FOUND: there is no profile root, which profile etl names/,
  ],
  'three profiles in a row': [
    `${role('load')}${from('mid')}[profile mid]\n${role('middle')}${from('root')}[profile root]\n${keys('ROOT')}`,
    'AKIAROOT secret-ROOT > middle > load',
  ],
  'keys of a source win over its role': [
    `${role('load')}${keys('OWN')}${from('mid')}[profile mid]\n${role('middle')}${from('root')}${keys('MID')}[profile root]\n${keys('ROOT')}`,
    'AKIAMID secret-MID > load',
  ],
  'two profiles that lean on each other': [
    `${role('load')}${from('mid')}[profile mid]\n${role('middle')}${from('etl')}`,
    /^PROFILE_LOOP: .*etl → mid → etl$/,
  ],
  'such a loop with keys in it': [
    `${role('load')}${keys('OWN')}${from('mid')}[profile mid]\n${role('middle')}${from('etl')}`,
    /^PROFILE_LOOP/,
  ],
  'its own source without keys': [`${role('load')}${from('etl')}`, /^PROFILE_LOOP: .*etl → etl$/],
  'a token': [role('load') + token, 'token /run/token load'],
  'a token with a session name': [`${role('load')}${token}role_session_name = pod`, 'token /run/token load pod'],
  'a token without a role': [token, /^PROFILE_INCOMPLETE: .*has? ?.*no role_arn$/],
  'a token as source': [
    `${role('load')}${from('pod')}[profile pod]\n${role('irsa')}${token}role_session_name = pod`,
    'token /run/token irsa pod > load',
  ],
  'Identity Center': [sso + ssoRole, 'sso etl'],
  'Identity Center as source': [
    `${role('load')}${from('people')}[profile people]\n${sso}${ssoRole}`,
    'sso people > load',
  ],
  'Identity Center without account': [`${sso}sso_role_name = analyst`, /^PROFILE_INCOMPLETE: .*needs sso_account_id$/],
  'Identity Center without role': [
    `${sso}sso_account_id = 444455556666`,
    /^PROFILE_INCOMPLETE: .*needs sso_role_name$/,
  ],
  'Identity Center with a session': [`sso_session = acme\n${ssoRole}[sso-session acme]\n${sso}`, 'sso etl'],
  'a session with a region beside it': [
    `sso_session = acme\nsso_region = eu-north-1\n${ssoRole}[sso-session acme]\nsso_start_url = https://acme.example`,
    /^PROFILE_INCOMPLETE: .*needs sso_region in \[sso-session acme\]$/,
  ],
  'a session with another region': [
    `sso_session = acme\nsso_region = eu-west-1\n${ssoRole}[sso-session acme]\n${sso}`,
    /^PROFILE_INCOMPLETE: .*another sso_region/,
  ],
  'a session that is not there': [`sso_session = acme\n${ssoRole}`, /^PROFILE_INCOMPLETE: .*sso_session acme/],
  'a session for a bearer token alone': [`sso_session = acme\n[sso-session acme]\n${sso}`, /^PROFILE_INCOMPLETE/],
  'a command': ['credential_process = /opt/keys --json', 'process etl'],
  'a device to ask': [
    `${role('load')}${from('root')}mfa_serial = arn:aws:iam::444455556666:mfa/me\n[profile root]\n${keys('ROOT')}`,
    /^PROFILE_NOT_SUPPORTED: .*MFA/,
  ],
  'a console login': ['login_session = arn:aws:iam::444455556666:user/me', /^PROFILE_NOT_SUPPORTED: .*login_session/],
  'a duration': [
    `${role('load')}duration_seconds = 1800\n${from('root')}[profile root]\n${keys('ROOT')}`,
    'AKIAROOT secret-ROOT > load 1800',
  ],
  'a duration that is none': [
    `${role('load')}duration_seconds = 1h\n${from('root')}[profile root]\n${keys('ROOT')}`,
    /^PROFILE_INCOMPLETE: .*duration_seconds/,
  ],
  'more roles than anyone has': [
    Array.from(
      { length: 10 },
      (_, n) => `${n === 0 ? '' : `[profile p${n}]\n`}${role(`r${n}`)}${from(`p${n + 1}`)}`,
    ).join(''),
    /^PROFILE_NOT_SUPPORTED: .*more than 8 roles/,
  ],
};

describe('the meaning of a profile', () => {
  for (const [what, [config, expected]] of Object.entries(cases)) {
    it(what, () => {
      const found = meaning('etl', undefined, `[profile etl]\n${config}`);
      if (typeof expected === 'string') assert.equal(found, expected);
      else assert.match(found, expected);
      assert.doesNotMatch(typeof expected === 'string' ? '' : found, /secret-/);
    });
  }
});

describe('files of profiles', () => {
  it('a credentials file heads its sections with the plain name, and wins over the config file', () => {
    const config = `[profile etl]\n${keys('CONFIG')}aws_session_token = from-config`;
    assert.equal(meaning('etl', `[etl]\n${keys('CRED')}`, config), 'AKIACRED secret-CRED from-config');
  });

  it('names are read without regard to case, comments and settings below a setting are passed over', () => {
    const text = `# all of it\n[ etl ] ; who\nAWS_Access_Key_ID=AKIAX ; mine\naws_secret_access_key = a#b;c\ns3 =\n  aws_access_key_id = AKIANESTED\n`;
    assert.equal(meaning('etl', text), 'AKIAX a#b;c');
  });

  it('quotes, blanks and odd characters may stand in names', () => {
    assert.equal(meaning('team a/b@c', undefined, `[profile "team a/b@c"]\n${keys('Q')}`), 'AKIAQ secret-Q');
    assert.equal(meaning('default', undefined, `[default]\n${keys('D')}`), 'AKIAD secret-D');
  });

  it('a plain name in a config file is no profile', () => {
    assert.match(
      meaning('etl', undefined, `[etl]\n${keys('X')}`),
      /^PROFILE_NOT_FOUND: there is no profile etl in .*no profile/,
    );
  });

  for (const [what, text, expected] of [
    ['a line that says nothing', `[etl]\naws_access_key_id AKIA\n`, /line 2: a setting is written name = value$/],
    ['a heading that does not end', `[etl\n${keys('X')}`, /line 1: a section is headed \[name\]$/],
    ['a setting before all sections', keys('X'), /line 1: the setting stands in no section$/],
  ] as const) {
    it(`${what} is an error with its line, and nothing of what stands there`, () => {
      const found = meaning('etl', text);
      assert.match(found, /^PROFILE_FILE_INVALID: /);
      assert.match(found, expected);
      assert.doesNotMatch(found, /AKIA|secret-X/);
    });
  }

  it('says which files are missing', () => {
    assert.match(meaning('etl', undefined), /^PROFILE_FILE_MISSING: neither .*-credentials nor .*-config exists$/);
  });
});
