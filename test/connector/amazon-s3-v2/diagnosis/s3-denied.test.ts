import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type SideFacts, s3Denied } from '../../../../connector/amazon-s3-v2/diagnosis/s3-denied.js';
import type { SessionPolicySetting } from '../../../../connector/amazon-s3-v2/identity/role-request.js';
import type { ServiceError } from '../../../../connector/amazon-s3-v2/storage/service-error.js';

const roleArn = 'arn:aws:iam::111122223333:role/data/reader';
const key = 'arn:aws:kms:eu-west-1:444455556666:key/1234-ab';
const session = 'arn:aws:sts::111122223333:assumed-role/reader/s';
const viaS3 = { StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' } };

function factsOf(sessionPolicy: SessionPolicySetting): SideFacts {
  const request = { duration: 900, sessionName: undefined, tags: [], sourceIdentity: undefined, through: [] };
  return {
    transformation: 'orders',
    identity: {
      kind: 'assumed-role',
      base: { kind: 'ec2-role' },
      role: { roleArn, externalId: undefined, sessionPolicy, ...request },
    },
    scope: {
      partition: 'aws',
      region: 'eu-west-1',
      bucket: 'data',
      access: { side: 'source', keys: { kind: 'key', key: 'in.csv' } },
    },
  };
}

function refused(what: string, why: string, sessionPolicy: SessionPolicySetting = { kind: 'derived' }) {
  const failure: ServiceError = {
    code: 'AccessDenied',
    message: `User: ${session} is not authorized to perform: ${what} ${why}`,
    status: 403,
    bucketRegion: undefined,
    requestId: undefined,
    clockCorrected: false,
  };
  const request = {
    operation: 'GetObject',
    uri: 's3://data/in.csv',
    principal: session,
    expectedBucketOwner: undefined,
  };
  return s3Denied(failure, request, factsOf(sessionPolicy));
}

describe('a refusal because of a KMS key', () => {
  const decrypt = `kms:Decrypt on resource: ${key}`;
  const statement = { Effect: 'Allow', Action: ['kms:Decrypt'], Resource: key, Condition: viaS3 };

  it('names the gate, and the policy of the role where that is what lacks', () => {
    const error = refused(decrypt, 'because no identity-based policy allows the kms:Decrypt action');
    assert.equal(error.code, 'KMS_DENIED');
    assert.deepEqual(error.diagnosis, {
      gate: 'kms',
      fixes: [{ attachTo: 'permission policy of role reader in account 111122223333', statement }],
    });
  });

  it('names the policy of the key where that is what lacks', () => {
    const { diagnosis } = refused(decrypt, 'because no resource-based policy allows the kms:Decrypt action');
    const { Effect, ...rest } = statement;
    const inKeyPolicy = { Effect, Principal: { AWS: roleArn }, ...rest, Resource: '*' };
    assert.deepEqual(diagnosis.fixes, [{ attachTo: `key policy of ${key}`, statement: inKeyPolicy }]);
  });

  it('offers both where it is not said', () => {
    const { diagnosis } = refused(decrypt, '');
    assert.deepEqual(
      diagnosis.fixes?.map(({ attachTo }) => attachTo),
      ['permission policy of role reader in account 111122223333', `key policy of ${key}`],
    );
  });
});

describe('a refusal of S3', () => {
  const get = 's3:GetObject on resource: "arn:aws:s3:::data/in.csv"';

  it('has no statement where an explicit deny is what refuses, and says what to do instead', () => {
    for (const [policy, code] of [
      ['a resource-based policy', 'BUCKET_POLICY_DENIES'],
      ['a session policy', 'SESSION_POLICY_DENIES'],
      ['an identity-based policy', 'ACCESS_DENIED'],
      ['a service control policy', 'ACCESS_DENIED'],
    ]) {
      const error = refused(get, `with an explicit deny in ${policy}`, { kind: 'document', text: '{}' });
      assert.equal(error.code, code);
      assert.deepEqual(error.diagnosis, { gate: 'read', fixes: [] });
      assert.match(error.remedy, /Deny/);
    }
  });

  it('grants in the policy of the bucket where that is what lacks', () => {
    const error = refused(get, 'because no resource-based policy allows the s3:GetObject action');
    assert.equal(error.code, 'BUCKET_POLICY_DENIES');
    const Principal = { AWS: roleArn };
    const statement = { Effect: 'Allow', Principal, Action: ['s3:GetObject'], Resource: 'arn:aws:s3:::data/in.csv' };
    assert.deepEqual(error.diagnosis.fixes, [{ attachTo: 'bucket policy of data', statement }]);
  });

  it('by a derived session policy is a defect of the program, which no statement mends', () => {
    const error = refused(get, 'because no session policy allows the s3:GetObject action');
    assert.equal(error.code, 'SESSION_POLICY_DENIES');
    assert.deepEqual(error.diagnosis.fixes, []);
    assert.match(error.remedy, /`none`.*report/);
  });

  it('for a missing object without permission to list asks for that permission', () => {
    const error = refused(
      's3:ListBucket on resource: "arn:aws:s3:::data"',
      'because no identity-based policy allows the s3:ListBucket action',
    );
    assert.deepEqual(error.diagnosis.fixes?.[0].statement, {
      Effect: 'Allow',
      Action: ['s3:ListBucket'],
      Resource: 'arn:aws:s3:::data',
      Condition: { StringLike: { 's3:prefix': 'in.csv' } },
    });
  });
});
