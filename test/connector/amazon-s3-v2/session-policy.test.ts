import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { derivedSessionPolicy, type SessionScope } from '../../../connector/amazon-s3-v2/identity/session-policy.js';
import type { KeyScope } from '../../../connector/amazon-s3-v2/identity/side-statements.js';

const place = { partition: 'aws', region: 'eu-west-1', bucket: 'landing', kms: true };
const reads = (keys: KeyScope): SessionScope => ({ ...place, access: { side: 'source', keys } });
const writes = (key: string, setsAcl = false): SessionScope => ({ ...place, access: { side: 'target', key, setsAcl } });

interface Statement {
  readonly Action: readonly string[];
  readonly Resource: string;
  readonly Condition?: unknown;
}

function statements(scope: SessionScope): Statement[] {
  const { text } = derivedSessionPolicy(scope);
  return JSON.parse(text).Statement;
}

const warned = (scope: SessionScope) => derivedSessionPolicy(scope).warnings.map(({ code }) => code);

describe('derivedSessionPolicy', () => {
  it('lets a source read one key, list that prefix, and decrypt through S3', () => {
    assert.deepEqual(JSON.parse(derivedSessionPolicy(reads({ kind: 'key', key: 'in/a.csv' })).text), {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: ['s3:GetObject'], Resource: 'arn:aws:s3:::landing/in/a.csv' },
        {
          Effect: 'Allow',
          Action: ['s3:ListBucket'],
          Resource: 'arn:aws:s3:::landing',
          Condition: { StringLike: { 's3:prefix': 'in/a.csv' } },
        },
        {
          Effect: 'Allow',
          Action: ['kms:Decrypt'],
          Resource: '*',
          Condition: { StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' } },
        },
      ],
    });
  });

  it('lets a source read and list a pattern', () => {
    const [get, list] = statements(reads({ kind: 'pattern', literal: 'in/2026-', pattern: '*/?.csv' }));
    assert.equal(get.Resource, 'arn:aws:s3:::landing/in/2026-*/?.csv');
    assert.deepEqual(list.Condition, { StringLike: { 's3:prefix': 'in/2026-*' } });
  });

  it('lets a target write one key, and change ACLs only when one is set', () => {
    const [write] = statements(writes('out/a.csv'));
    assert.equal(write.Resource, 'arn:aws:s3:::landing/out/a.csv');
    assert.deepEqual(write.Action, [
      's3:PutObject',
      's3:AbortMultipartUpload',
      's3:ListMultipartUploadParts',
      's3:GetObject',
    ]);
    assert.ok(statements(writes('out/a.csv', true))[0].Action.includes('s3:PutObjectAcl'));
  });

  it('writes ARNs and services of the partition', () => {
    const scope = { ...writes('a'), partition: 'aws-cn', region: 'cn-north-1' };
    const [write, kms] = statements(scope);
    assert.equal(write.Resource, 'arn:aws-cn:s3:::landing/a');
    assert.deepEqual(kms.Condition, { StringEquals: { 'kms:ViaService': 's3.cn-north-1.amazonaws.com.cn' } });
    const [, sovereign] = statements({ ...writes('a'), partition: 'aws-eusc', region: 'eusc-de-east-1' });
    assert.deepEqual(sovereign.Condition, { StringEquals: { 'kms:ViaService': 's3.eusc-de-east-1.amazonaws.eu' } });
    assert.equal(statements({ ...writes('a'), partition: 'aws-us-gov' })[0].Resource, 'arn:aws-us-gov:s3:::landing/a');
  });

  it('says nothing of KMS to storage that has none', () => {
    for (const scope of [reads({ kind: 'key', key: 'a' }), writes('a')]) {
      assert.doesNotMatch(derivedSessionPolicy({ ...scope, kms: false }).text, /kms/);
      assert.match(derivedSessionPolicy(scope).text, /kms/);
    }
  });

  it('takes *, ? and $ of a key literally', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: policy variables of IAM
    assert.equal(statements(writes('a*b?c${d}'))[0].Resource, 'arn:aws:s3:::landing/a${*}b${?}c${$}{d}');
    const [get] = statements(reads({ kind: 'pattern', literal: 'a$/', pattern: '*$?' }));
    // biome-ignore lint/suspicious/noTemplateCurlyInString: policy variables of IAM
    assert.equal(get.Resource, 'arn:aws:s3:::landing/a${$}/*${$}?');
  });

  it('widens a key at the first character that STS refuses, and says so', () => {
    assert.equal(statements(writes('out/données.csv'))[0].Resource, 'arn:aws:s3:::landing/out/données.csv');
    assert.equal(statements(writes('out/\u6570.csv'))[0].Resource, 'arn:aws:s3:::landing/out/*');
    assert.deepEqual(warned(writes('out/\u6570.csv')), ['SESSION_POLICY_WIDENED']);
    const [get, list] = statements(reads({ kind: 'pattern', literal: 'in/', pattern: '*\u6570*.csv' }));
    assert.equal(get.Resource, 'arn:aws:s3:::landing/in/**');
    assert.deepEqual(list.Condition, { StringLike: { 's3:prefix': 'in/*' } });
  });

  it('widens to the folder, then to the bucket, where the policy grows too long', () => {
    const folder = 'f'.repeat(200);
    const longKey = reads({ kind: 'key', key: `${folder}/${'n'.repeat(800)}` });
    assert.equal(statements(longKey)[0].Resource, `arn:aws:s3:::landing/${folder}/*`);
    assert.deepEqual(warned(longKey), ['SESSION_POLICY_WIDENED']);
    const longFolder = reads({ kind: 'key', key: `${'f'.repeat(900)}/n` });
    assert.equal(statements(longFolder)[0].Resource, 'arn:aws:s3:::landing/*');
    assert.deepEqual(warned(longFolder), ['SESSION_POLICY_WIDENED', 'SESSION_POLICY_WIDENED']);
  });

  it('is always short enough and made of characters that STS takes', () => {
    const key = fc.string({ unit: 'binary', maxLength: 1024 });
    fc.assert(
      fc.property(key, key, (literal, rest) => {
        for (const keys of [
          { kind: 'key', key: literal } as const,
          { kind: 'pattern', literal, pattern: `*${rest}` } as const,
        ]) {
          assert.match(derivedSessionPolicy(reads(keys)).text, /^[\t\n\r\u0020-\u00ff]{1,2048}$/);
        }
      }),
      { numRuns: 200 },
    );
  });
});
