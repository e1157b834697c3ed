import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { CrossroleErrors } from '../../../runtime/errors.js';
import { readSandboxConfig } from '../../../runtime/sandbox/config.js';
import { testClock } from '../../connector/test-clock.js';
import {
  allow,
  deny,
  type Keys,
  otherAccount,
  ownAccount,
  ownerConfig,
  policy,
  smallAws,
  trusting,
} from './small-aws.js';

const user = `arn:aws:iam::${ownAccount}:user/mover`;
const reader = `arn:aws:iam::${ownAccount}:role/reader`;
const partner = `arn:aws:iam::${otherAccount}:role/partner`;
const all = 'arn:aws:s3:::data/*';
const session = (role: string) => `arn:aws:sts::${role.split(':')[4]}:assumed-role/${role.split('/')[1]}/session`;

interface Parts {
  readonly userPolicies?: readonly object[];
  readonly readerPolicies?: readonly object[];
  readonly readerTrust?: object;
  readonly partnerTrust?: object;
  readonly bucketPolicy?: object;
}

function config({ userPolicies, readerPolicies, readerTrust, partnerTrust, bucketPolicy }: Parts = {}) {
  return {
    accounts: {
      [ownAccount]: {
        users: {
          mover: {
            accessKeyId: 'AKIAMOVER',
            secretKeyEnv: 'SECRET',
            policies: userPolicies ?? [policy(allow('sts:AssumeRole', '*'))],
          },
        },
        roles: {
          reader: {
            trust: readerTrust ?? trusting(user),
            policies: readerPolicies ?? [policy(allow('s3:GetObject', all))],
          },
        },
      },
      [otherAccount]: {
        roles: { partner: { trust: partnerTrust ?? trusting(user), policies: [policy(allow('s3:GetObject', all))] } },
      },
    },
    buckets: {
      data: {
        account: ownAccount,
        region: 'eu-west-1',
        ...(bucketPolicy ? { policy: bucketPolicy } : {}),
        objects: { 'a/k': { text: 'x' }, 'b/k': { text: 'y' } },
      },
    },
  };
}

async function started(t: TestContext, parts?: Parts) {
  const aws = await smallAws(t, config(parts));
  const keys = aws.userKeys('AKIAMOVER', 'SECRET');
  const get = (as: Keys, Key = 'a/k') => aws.s3(as).send(new GetObjectCommand({ Bucket: 'data', Key }));
  return { aws, keys, get };
}

const denied = { name: 'AccessDenied' };

test('trust: the principal, its account and a deny', async (t) => {
  const rootOfOwn = `arn:aws:iam::${ownAccount}:root`;
  const cases: readonly [string, Parts, boolean][] = [
    ['the user itself is named', { readerTrust: trusting(user), userPolicies: [] }, true],
    ['somebody else is named', { readerTrust: trusting(`${user}2`) }, false],
    ['the account delegates to policies that allow it', { readerTrust: trusting(rootOfOwn) }, true],
    ['the account delegates to policies that do not', { readerTrust: trusting(ownAccount), userPolicies: [] }, false],
    ['a policy of the user denies it', { userPolicies: [policy(deny('sts:*', '*'))] }, false],
  ];
  for (const [what, parts, expected] of cases) {
    const { aws, keys } = await started(t, parts);
    const work = aws.assume(keys, { RoleArn: reader });
    if (expected) await work;
    else await assert.rejects(work, denied, what);
  }
  const other = await started(t, { userPolicies: [] });
  await assert.rejects(
    other.aws.assume(other.keys, { RoleArn: partner }),
    denied,
    'across accounts both sides must allow it',
  );
});

test('trust: the external id has to be the one', async (t) => {
  const { aws, keys } = await started(t, {
    readerTrust: trusting(user, { StringEquals: { 'sts:ExternalId': 'a+b=c,d.e@f:g/h-i' } }),
  });
  await assert.rejects(aws.assume(keys, { RoleArn: reader }), denied);
  await assert.rejects(aws.assume(keys, { RoleArn: reader, ExternalId: 'A+b=c,d.e@f:g/h-i' }), denied);
  await aws.assume(keys, { RoleArn: reader, ExternalId: 'a+b=c,d.e@f:g/h-i' });
  const last = aws.sandbox.auditLog
    .filter(({ operation }) => operation === 'AssumeRole')
    .map(({ status, decision }) => [status, decision?.gate]);
  assert.deepEqual(
    last.map(([status]) => status),
    [403, 403, 200],
  );
});

test('durations: the limits of STS, of the role and of chaining', async (t) => {
  const { aws, keys } = await started(t, { readerTrust: trusting([user, partner]) });
  const assume = (DurationSeconds: number) => aws.assume(keys, { RoleArn: reader, DurationSeconds });
  for (const seconds of [899, 43_201]) await assert.rejects(assume(seconds), /validation error/);
  await assert.rejects(assume(3601), /exceeds the MaxSessionDuration set for this role/);
  const { expiration } = await assume(900);
  assert.ok(Math.abs(expiration.getTime() - Date.now() - 900_000) < 5000);
});

test('a session is who it says and may do what its role and its session policy both allow', async (t) => {
  const { aws, keys, get } = await started(t);
  await assert.rejects(get(keys), denied, 'the user has no access of its own');
  const as = await aws.assume(keys, { RoleArn: reader });
  assert.equal((await aws.sts(as).send(new GetCallerIdentityCommand({}))).Arn, session(reader));
  await get(as);
  await assert.rejects(aws.s3(as).send(new PutObjectCommand({ Bucket: 'data', Key: 'a/n', Body: 'x' })), denied);

  const narrowed = await aws.assume(keys, {
    RoleArn: reader,
    Policy: JSON.stringify(policy(allow('s3:*', 'arn:aws:s3:::data/a/*'))),
  });
  await get(narrowed);
  await assert.rejects(get(narrowed, 'b/k'), denied);
  const gates = aws.sandbox.auditLog.filter(({ key }) => key === 'b/k').map(({ decision }) => decision?.gate);
  assert.deepEqual(gates, ['session-policy']);
});

test('a bucket policy that grants to the session is not cut by the session policy, one that grants to the role is', async (t) => {
  const nothing = JSON.stringify(policy(allow('s3:ListBucket', 'arn:aws:s3:::nothing')));
  const granting = (principal: string) => policy({ ...allow('s3:GetObject', all), Principal: { AWS: principal } });
  for (const [principal, allowed] of [
    [session(reader), true],
    [reader, false],
  ] as const) {
    const { aws, keys, get } = await started(t, { readerPolicies: [], bucketPolicy: granting(principal) });
    const work = get(await aws.assume(keys, { RoleArn: reader, Policy: nothing }));
    if (allowed) await work;
    else await assert.rejects(work, denied);
    await get(await aws.assume(keys, { RoleArn: reader }));
  }
});

test('across accounts the bucket policy has to agree, and a deny anywhere wins', async (t) => {
  const plain = await started(t);
  await assert.rejects(plain.get(await plain.aws.assume(plain.keys, { RoleArn: partner })), denied);
  const agreeing = { ...allow('s3:GetObject', all), Principal: { AWS: partner } };
  const agreed = await started(t, { bucketPolicy: policy(agreeing) });
  await agreed.get(await agreed.aws.assume(agreed.keys, { RoleArn: partner }));
  const refused = await started(t, {
    bucketPolicy: policy(agreeing, { ...deny('s3:*', 'arn:aws:s3:::data/a/*'), Principal: '*' }),
  });
  const as = await refused.aws.assume(refused.keys, { RoleArn: partner });
  await assert.rejects(refused.get(as), denied);
  await refused.get(as, 'b/k');
});

test('listing is bound to the prefix condition, and a missing key is told only to who may list', async (t) => {
  const prefixed = allow('s3:ListBucket', 'arn:aws:s3:::data', {
    Condition: { StringLike: { 's3:prefix': ['a/*', 'a/'] } },
  });
  const { aws, keys, get } = await started(t, { readerPolicies: [policy(prefixed, allow('s3:GetObject', all))] });
  const as = await aws.assume(keys, { RoleArn: reader });
  const list = (Prefix?: string) =>
    aws.s3(as).send(new ListObjectsV2Command({ Bucket: 'data', ...(Prefix === undefined ? {} : { Prefix }) }));
  assert.equal((await list('a/')).KeyCount, 1);
  await assert.rejects(list('b/'), denied);
  await assert.rejects(list(), denied);
  await assert.rejects(get(as, 'a/none'), denied);
  const listing = await started(t, { readerPolicies: [policy(allow(['s3:ListBucket', 's3:GetObject'], '*'))] });
  await assert.rejects(listing.get(await listing.aws.assume(listing.keys, { RoleArn: reader }), 'a/none'), {
    name: 'NoSuchKey',
  });
});

test('keys that are unknown, wrong, without their token, or expired are refused each in its way', async (t) => {
  const clock = testClock();
  // Ninety seconds a session: a clock that went a quarter of an hour ahead would be refused for that.
  const aws = await smallAws(t, { ...config(), sessionTimeScale: 0.1 }, clock);
  const keys = aws.userKeys('AKIAMOVER', 'SECRET');
  const get = (as: Keys) => aws.s3(as).send(new GetObjectCommand({ Bucket: 'data', Key: 'a/k' }));
  await assert.rejects(get({ ...keys, accessKeyId: 'AKIANOBODY' }), { name: 'InvalidAccessKeyId' });
  await assert.rejects(get({ ...keys, secretAccessKey: 'wrong' }), { name: 'SignatureDoesNotMatch' });
  const as = await aws.assume(keys, { RoleArn: reader, DurationSeconds: 900 });
  await get(as);
  await assert.rejects(get({ accessKeyId: as.accessKeyId, secretAccessKey: as.secretAccessKey }), {
    name: 'InvalidToken',
  });
  await assert.rejects(get({ ...as, sessionToken: `${as.sessionToken}x` }), { name: 'InvalidToken' });
  await clock.advance(89_000);
  await get(as);
  await clock.advance(1000);
  await assert.rejects(get(as), (error: Error & { $metadata?: { httpStatusCode?: number } }) => {
    assert.deepEqual([error.name, error.$metadata?.httpStatusCode], ['ExpiredToken', 400]);
    return true;
  });
  await assert.rejects(aws.assume({ ...keys, secretAccessKey: 'wrong' }, { RoleArn: reader }), {
    name: 'SignatureDoesNotMatch',
  });
});

test('a clock that is more than a quarter of an hour off is told', async (t) => {
  const aws = await smallAws(t, { ...config(), clockOffsetSeconds: 3600 });
  await assert.rejects(
    aws.s3(aws.userKeys('AKIAMOVER', 'SECRET')).send(new GetObjectCommand({ Bucket: 'data', Key: 'a/k' })),
    {
      name: 'RequestTimeTooSkewed',
    },
  );
});

test('what a policy says that the sandbox does not know stops it at the start, with its place', () => {
  const unknown: readonly [string, object][] = [
    ['an action', policy(allow('dynamodb:GetItem', '*'))],
    ['an operator', policy(allow('s3:GetObject', '*', { Condition: { StringMatches: { 's3:prefix': 'a' } } }))],
    ['a key', policy(allow('s3:GetObject', '*', { Condition: { StringEquals: { 'aws:SourceVpc': 'vpc-1' } } }))],
    ['an element', policy({ ...allow('s3:GetObject', '*'), Ressource: '*' })],
  ];
  for (const [what, document] of unknown) {
    const text = JSON.stringify(
      ownerConfig({ buckets: { data: { account: ownAccount, region: 'eu-west-1', policy: document } } }),
      null,
      1,
    );
    assert.throws(
      () => readSandboxConfig(text, 'sandbox.json'),
      (error) =>
        error instanceof CrossroleErrors &&
        error.errors.every(({ code, place }) => code === 'SANDBOX_CONFIG_INVALID' && (place.line ?? 0) > 5),
      what,
    );
  }
});
