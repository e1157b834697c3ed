import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Refusal, refusalOf } from '../../../../connector/amazon-s3-v2/diagnosis/refusal.js';

const who = 'User: arn:aws:sts::111122223333:assumed-role/reader/s is not authorized to perform:';

describe('what AWS says of a refusal', () => {
  const cases: readonly (readonly [string, Refusal['reason']])[] = [
    ['because no identity-based policy allows the s3:GetObject action', { kind: 'missing', policy: 'identity-based' }],
    ['because no session policy allows the s3:GetObject action', { kind: 'missing', policy: 'session' }],
    ['because no resource-based policy allows the s3:GetObject action', { kind: 'missing', policy: 'resource-based' }],
    ['because no role trust policy allows the sts:AssumeRole action', { kind: 'missing', policy: 'trust' }],
    [
      'because no permissions boundary allows the s3:GetObject action',
      { kind: 'missing', policy: 'permissions-boundary' },
    ],
    [
      'because no service control policy allows the s3:GetObject action',
      { kind: 'missing', policy: 'service-control' },
    ],
    ['because no VPC endpoint policy allows the s3:GetObject action', { kind: 'missing', policy: 'vpc-endpoint' }],
    ['with an explicit deny in a resource-based policy', { kind: 'denied', policy: 'resource-based' }],
    ['with an explicit deny in an identity-based policy', { kind: 'denied', policy: 'identity-based' }],
    ['with an explicit deny in a session policy', { kind: 'denied', policy: 'session' }],
    ['with an explicit deny in the role trust policy', { kind: 'denied', policy: 'trust' }],
    ['with an explicit deny in a resource control policy', { kind: 'denied', policy: 'resource-control' }],
    ['because no horoscope policy allows the s3:GetObject action', { kind: 'unsaid' }],
  ];
  for (const [words, reason] of cases) {
    it(`... ${words}`, () => {
      const refusal = refusalOf(`${who} s3:GetObject on resource: "arn:aws:s3:::bucket/key" ${words}`);
      assert.deepEqual(refusal.reason, reason);
      assert.equal(refusal.principal, 'arn:aws:sts::111122223333:assumed-role/reader/s');
      assert.equal(refusal.action, 's3:GetObject');
    });
  }

  it('names the resource, with and without quotes', () => {
    const { resource } = refusalOf(
      `${who} s3:GetObject on resource: "arn:aws:s3:::bucket/key" because no session policy`,
    );
    assert.equal(resource, 'arn:aws:s3:::bucket/key');
    const key = 'arn:aws:kms:eu-west-1:111122223333:key/1234-ab';
    const kms = refusalOf(`${who} kms:Decrypt on resource: ${key} because no identity-based policy allows the action`);
    assert.deepEqual([kms.action, kms.resource], ['kms:Decrypt', key]);
    const bare = refusalOf(
      'User: arn:aws:iam::1:user/u is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::2:role/r',
    );
    assert.deepEqual([bare.resource, bare.reason], ['arn:aws:iam::2:role/r', { kind: 'unsaid' }]);
  });

  it('is nothing at all across accounts', () => {
    const nothing = { principal: undefined, action: undefined, resource: undefined, reason: { kind: 'unsaid' } };
    assert.deepEqual(refusalOf('Access Denied'), nothing);
  });
});
