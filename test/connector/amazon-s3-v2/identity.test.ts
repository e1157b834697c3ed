import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { identityOf } from '../../../connector/amazon-s3-v2/identity/identity.js';
import type { PropertyValues } from '../../../runtime/connector-api.js';

const keys = { accessKey: 'AKIAMOVER', secretKey: 'secret' };
const role = { iamRoleArn: 'arn:aws:iam::111122223333:role/reader' };
const ec2 = { useEc2RoleToAssumeRole: true };

function codes(connection: PropertyValues, advanced: PropertyValues = {}): string[] {
  const result = identityOf(connection, advanced);
  return result.ok ? [] : result.problems.map(({ code, property }) => `${code} ${property?.in}.${property?.id}`);
}

function accepted(connection: PropertyValues, advanced: PropertyValues = {}) {
  const result = identityOf(connection, advanced);
  assert.ok(result.ok, JSON.stringify(result));
  return result;
}

describe('identityOf', () => {
  it('knows AssumeRole via IAM user, with 900 s and a derived policy unless they are set', () => {
    assert.deepEqual(accepted({ ...keys, ...role, useEc2RoleToAssumeRole: false, externalId: 'acme/42' }).identity, {
      kind: 'assumed-role',
      base: { kind: 'iam-user', keys: { accessKeyId: 'AKIAMOVER', secretAccessKey: 'secret' } },
      role: {
        roleArn: role.iamRoleArn,
        externalId: 'acme/42',
        duration: 900,
        sessionName: undefined,
        sessionPolicy: { kind: 'derived' },
        through: [],
        tags: [],
        sourceIdentity: undefined,
      },
    });
  });

  it('knows AssumeRole via EC2 role, and takes over the settings of the side', () => {
    const { identity } = accepted(
      { ...ec2, ...role },
      { temporaryCredentialDuration: 7200, sessionName: 'nightly', sessionPolicy: { Statement: [] } },
    );
    assert.deepEqual(identity, {
      kind: 'assumed-role',
      base: { kind: 'ec2-role' },
      role: {
        roleArn: role.iamRoleArn,
        externalId: undefined,
        duration: 7200,
        sessionName: 'nightly',
        sessionPolicy: { kind: 'document', text: '{"Statement":[]}' },
        through: [],
        tags: [],
        sourceIdentity: undefined,
      },
    });
  });

  for (const [named, base] of [
    ['container', { kind: 'container' }],
    ['webIdentity', { kind: 'web-identity' }],
    ['environment', { kind: 'environment' }],
    ['profile:a:b c', { kind: 'profile', name: 'a:b c', file: undefined }],
  ] as const) {
    it(`knows the base identity ${named}`, () => {
      const { identity } = accepted({ baseIdentity: named, ...role });
      assert.deepEqual(identity.kind === 'assumed-role' && identity.base, base);
    });
  }

  it('takes a role and a region of one partition, and whatever an STS of its own may serve', () => {
    const chinese = { ...keys, iamRoleArn: 'arn:aws-cn:iam::111122223333:role/r' };
    accepted({ ...chinese, regionName: 'cn-northwest-1' });
    accepted({ ...keys, iamRoleArn: 'arn:aws-us-gov:iam::111122223333:role/r', regionName: 'us-gov-west-1' });
    accepted({ ...chinese, regionName: 'here', stsEndpoint: 'https://sts.own' });
  });

  it('lets a user act as itself, with a warning', () => {
    const { identity, warnings } = accepted(keys);
    assert.equal(identity.kind, 'iam-user');
    assert.deepEqual(
      warnings.map(({ code }) => code),
      ['NO_ROLE'],
    );
  });

  for (const [what, connection, advanced, expected] of [
    ['nothing at all', {}, {}, ['IDENTITY_MISSING connection.iamRoleArn']],
    [
      'a base without a role',
      { baseIdentity: 'environment' },
      {},
      ['BASE_IDENTITY_WITHOUT_ROLE connection.baseIdentity'],
    ],
    [
      'a base with keys',
      { baseIdentity: 'container', ...keys, ...role },
      {},
      ['BASE_IDENTITY_WITH_KEYS connection.baseIdentity'],
    ],
    [
      'a base with the EC2 flag',
      { baseIdentity: 'webIdentity', ...ec2, ...role },
      {},
      ['BASE_IDENTITY_WITH_EC2 connection.baseIdentity'],
    ],
    [
      'a base that nobody knows',
      { baseIdentity: 'profile:', ...role },
      {},
      ['BASE_IDENTITY_UNKNOWN connection.baseIdentity'],
    ],
    [
      'a file of profiles without a profile',
      { credentialProfileFilePath: 'p', baseIdentity: 'environment', ...role },
      {},
      ['PROFILE_FILE_WITHOUT_PROFILE connection.credentialProfileFilePath'],
    ],
    [
      'a chain into another partition',
      { ...keys, ...role, regionName: 'eu-west-1', roleChain: [{ roleArn: 'arn:aws-cn:iam::111122223333:role/r' }] },
      {},
      ['PARTITION_MISMATCH connection.regionName'],
    ],
    [
      'a role of another partition',
      { ...keys, ...role, regionName: 'cn-north-1' },
      {},
      ['PARTITION_MISMATCH connection.regionName'],
    ],
    [
      'a region of another partition',
      { ...keys, iamRoleArn: 'arn:aws-us-gov:iam::111122223333:role/r', regionName: 'eu-west-1' },
      {},
      ['PARTITION_MISMATCH connection.regionName'],
    ],
    ['the EC2 flag without a role', ec2, {}, ['EC2_WITHOUT_ROLE connection.useEc2RoleToAssumeRole']],
    ['the EC2 flag with keys', { ...ec2, ...keys, ...role }, {}, ['EC2_WITH_KEYS connection.useEc2RoleToAssumeRole']],
    [
      'the EC2 flag with one key',
      { ...ec2, ...role, accessKey: 'A' },
      {},
      ['EC2_WITH_KEYS connection.useEc2RoleToAssumeRole'],
    ],
    ['an access key alone', { accessKey: 'A', ...role }, {}, ['INCOMPLETE_KEYS connection.accessKey']],
    ['a secret key alone', { secretKey: 'S' }, {}, ['INCOMPLETE_KEYS connection.secretKey']],
    ['a role alone', role, {}, ['ROLE_WITHOUT_BASE connection.iamRoleArn']],
    [
      'an external id without a role',
      { ...keys, externalId: 'xx' },
      {},
      ['EXTERNAL_ID_WITHOUT_ROLE connection.externalId'],
    ],
    [
      'settings of sessions without a role',
      { ...keys, stsEndpoint: 'http://x' },
      { temporaryCredentialDuration: 900, sessionName: 'xx', sessionPolicy: 'none' },
      [
        'DURATION_WITHOUT_ROLE advanced.temporaryCredentialDuration',
        'SESSION_SETTING_WITHOUT_ROLE connection.stsEndpoint',
        'SESSION_SETTING_WITHOUT_ROLE advanced.sessionName',
        'SESSION_SETTING_WITHOUT_ROLE advanced.sessionPolicy',
      ],
    ],
    [
      'a policy that STS has no room for',
      { ...keys, ...role },
      { sessionPolicy: { Statement: ['x'.repeat(2048)] } },
      ['SESSION_POLICY_REFUSED advanced.sessionPolicy'],
    ],
    [
      'a policy with characters beyond Latin-1',
      { ...keys, ...role },
      { sessionPolicy: { Statement: ['\u4e2d'] } },
      ['SESSION_POLICY_REFUSED advanced.sessionPolicy'],
    ],
  ] satisfies [string, PropertyValues, PropertyValues, string[]][]) {
    it(`refuses ${what}`, () => assert.deepEqual(codes(connection, advanced), expected));
  }

  const duration = (seconds: number, more: PropertyValues = {}) =>
    codes({ ...keys, ...role, ...more }, { temporaryCredentialDuration: seconds });

  it('takes durations from 900 to 43200 s', () => {
    const refused = ['DURATION_OUT_OF_RANGE advanced.temporaryCredentialDuration'];
    assert.deepEqual(duration(899), refused);
    assert.deepEqual(duration(900), []);
    assert.deepEqual(duration(43_200), []);
    assert.deepEqual(duration(43_201), refused);
  });

  it('goes down to 1 s with an STS of its own, with a warning', () => {
    const sts = { stsEndpoint: 'http://127.0.0.1:1' };
    assert.deepEqual(duration(1, sts), []);
    assert.deepEqual(duration(0, sts), ['DURATION_OUT_OF_RANGE advanced.temporaryCredentialDuration']);
    const { warnings } = accepted({ ...keys, ...role, ...sts }, { temporaryCredentialDuration: 15 });
    assert.deepEqual(
      warnings.map(({ code }) => code),
      ['DURATION_BELOW_AWS_MINIMUM'],
    );
  });
});
