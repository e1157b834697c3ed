import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { allow, instanceKeys, ownAccount, ownerConfig, policy, smallAws } from './small-aws.js';

const instance = {
  accounts: {
    [ownAccount]: {
      roles: {
        agent: {
          trust: policy({ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }),
          policies: [policy(allow('sts:AssumeRole', '*'))],
        },
      },
      instanceRole: 'agent',
    },
  },
  buckets: {},
};

test('instance metadata answers version 2 only', async (t) => {
  const aws = await smallAws(t, instance);
  const url = `${aws.sandbox.endpoint}/latest/meta-data/iam/security-credentials/`;
  assert.equal((await fetch(url)).status, 401);
  const tokenUrl = `${aws.sandbox.endpoint}/latest/api/token`;
  assert.equal((await fetch(tokenUrl, { method: 'PUT' })).status, 400);
  const answer = await fetch(tokenUrl, { method: 'PUT', headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '60' } });
  const headers = { 'x-aws-ec2-metadata-token': await answer.text() };
  assert.equal(await (await fetch(url, { headers })).text(), 'agent');
  const keys = await instanceKeys(aws, 'agent');
  assert.match(keys.accessKeyId, /^ASIA/);
  const { Arn } = await aws.sts(keys).send(new GetCallerIdentityCommand({}));
  assert.match(Arn ?? '', /^arn:aws:sts::111111111111:assumed-role\/agent\//);
  assert.equal((await fetch(`${url}other`, { headers })).status, 404);
  assert.equal((await fetch(url, { headers: { 'x-aws-ec2-metadata-token': 'made up' } })).status, 401);
});

test('a session of the instance can chain for an hour at most', async (t) => {
  const worker = {
    trust: policy({ Effect: 'Allow', Principal: { AWS: ownAccount }, Action: 'sts:AssumeRole' }),
    maxSessionDuration: 43_200,
  };
  const accounts = {
    [ownAccount]: { ...instance.accounts[ownAccount], roles: { ...instance.accounts[ownAccount].roles, worker } },
  };
  const aws = await smallAws(t, { ...instance, accounts });
  const keys = await instanceKeys(aws, 'agent');
  const RoleArn = `arn:aws:iam::${ownAccount}:role/worker`;
  await assert.rejects(
    aws.assume(keys, { RoleArn, DurationSeconds: 3601 }),
    /1 hour session limit for roles assumed by role chaining/,
  );
  await aws.assume(keys, { RoleArn, DurationSeconds: 3600 });
});

test('faults hit the request that they name, and no other', async (t) => {
  const on = (occurrence: number) => ({ operation: 'GetObject', key: 'k', occurrence });
  const aws = await smallAws(
    t,
    ownerConfig({
      faults: [
        { on: on(1), do: 'throttle' },
        { on: on(2), do: 'error500' },
        { on: on(3), do: 'reset', afterBytes: 10 },
        { on: on(4), do: 'truncate', afterBytes: 10 },
      ],
    }),
  );
  const client = aws.s3(aws.userKeys('AKIAOWNER', 'OWNER_SECRET'));
  await client.send(new PutObjectCommand({ Bucket: 'data', Key: 'k', Body: 'x'.repeat(1000) }));
  const get = async () =>
    (await client.send(new GetObjectCommand({ Bucket: 'data', Key: 'k' }))).Body?.transformToString();
  await assert.rejects(get(), { name: 'SlowDown' });
  await assert.rejects(get(), { name: 'InternalError' });
  await assert.rejects(get(), 'the connection is reset');
  await assert.rejects(get(), 'the body is cut');
  assert.equal((await get())?.length, 1000);
});

test('the audit log has a line for every request, the refused ones too, and no secret', async (t) => {
  const aws = await smallAws(t, ownerConfig());
  const keys = aws.userKeys('AKIAOWNER', 'OWNER_SECRET');
  await aws.s3(keys).send(new PutObjectCommand({ Bucket: 'data', Key: 'k', Body: 'x' }));
  await assert.rejects(
    aws.s3({ ...keys, secretAccessKey: 'wrong' }).send(new GetObjectCommand({ Bucket: 'data', Key: 'k' })),
  );
  const entries = aws.sandbox.auditLog.map(({ service, operation, status, code, bucket, key }) => [
    service,
    operation,
    status,
    code,
    bucket,
    key,
  ]);
  assert.deepEqual(entries, [
    ['s3', 'PutObject', 200, null, 'data', 'k'],
    ['s3', 'GetObject', 403, 'SignatureDoesNotMatch', 'data', 'k'],
  ]);
  const { readFileSync } = await import('node:fs');
  const text = readFileSync(aws.sandbox.auditLogPath, 'utf8');
  assert.equal(text.trimEnd().split('\n').length, 2);
  assert.ok(!text.includes(keys.secretAccessKey));
});
