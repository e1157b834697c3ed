import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, type AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import { allow, errorFields, failure, fakeClock, home, type Place, partner, place, policy, trust } from './place.js';

const moverArn = `arn:aws:iam::${home}:user/mover`;
const arnOf = (role: string, account = home): string => `arn:aws:iam::${account}:role/${role}`;

function assume(
  here: Place,
  role: string,
  more: Partial<AssumeRoleCommandInput> = {},
  keys: Place['admin'] = here.mover,
) {
  const RoleArn = role.startsWith('arn:') ? role : arnOf(role);
  return here.sts(keys).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'session', ...more }));
}

function keysOf({ Credentials: given }: Awaited<ReturnType<typeof assume>>) {
  return {
    accessKeyId: given?.AccessKeyId ?? '',
    secretAccessKey: given?.SecretAccessKey ?? '',
    sessionToken: given?.SessionToken ?? '',
  };
}

test('a session lives as long as asked for, times the scale', async (t) => {
  const clock = fakeClock(Date.now());
  const here = await place(t, { clock, more: { sessionTimeScale: 0.01 } });
  for (const [DurationSeconds, milliseconds] of [
    [900, 9000],
    [undefined, 36_000],
  ] as const) {
    const { Credentials: given, AssumedRoleUser: user } = await assume(
      here,
      'reader',
      DurationSeconds ? { DurationSeconds } : {},
    );
    const whole = Math.floor((clock.now() + milliseconds) / 1000) * 1000;
    assert.equal(given?.Expiration?.getTime(), whole);
    assert.match(given?.AccessKeyId ?? '', /^ASIA[A-Z2-7]{16}$/);
    assert.equal(user?.Arn, `arn:aws:sts::${home}:assumed-role/reader/session`);
  }
});

test('limits of every parameter', async (t) => {
  const here = await place(t);
  const cases: readonly Partial<AssumeRoleCommandInput>[] = [
    { DurationSeconds: 899 },
    { DurationSeconds: 43_201 },
    { RoleSessionName: 'x' },
    { RoleSessionName: 'x'.repeat(65) },
    { RoleSessionName: 'blank here' },
    { ExternalId: 'x' },
    { ExternalId: 'blank here' },
    { SourceIdentity: 'a b' },
    { Policy: `{"Version":"2012-10-17","Statement":[]${' '.repeat(2048)}}` },
    { Policy: '{"x":"\u0100"}' },
    { Tags: [{ Key: '', Value: 'x' }] },
    { Tags: [{ Key: 'a{b', Value: 'x' }] },
    { SerialNumber: 'arn:aws:iam::111111111111:mfa/x' },
  ];
  for (const more of cases)
    await assert.rejects(assume(here, 'reader', more), failure('ValidationError', 400), JSON.stringify(more));
  await assert.rejects(
    assume(here, 'reader', {
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'A', Value: '2' },
      ],
    }),
    failure('InvalidParameterValue', 400),
  );
});

test('no session is longer than its role allows, nor than an hour when a session asks', async (t) => {
  const here = await place(t, {
    roles: { next: { trust: trust({ AWS: arnOf('machine') }), maxSessionDuration: 43_200 } },
  });
  await assume(here, 'reader', { DurationSeconds: 7200 });
  await assert.rejects(
    assume(here, 'reader', { DurationSeconds: 7201 }),
    /exceeds the MaxSessionDuration set for this role\./,
  );
  const machine = await instanceKeys(here);
  await assume(here, 'next', { DurationSeconds: 3600 }, machine);
  await assert.rejects(
    assume(here, 'next', { DurationSeconds: 3601 }, machine),
    /exceeds the 1 hour session limit for roles assumed by role chaining/,
  );
});

async function instanceKeys({ sandbox }: Place): Promise<Place['admin']> {
  const url = `${sandbox.endpoint}/latest`;
  const token = await fetch(`${url}/api/token`, {
    method: 'PUT',
    headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '60' },
  });
  const headers = { 'x-aws-ec2-metadata-token': await token.text() };
  const document: unknown = await (
    await fetch(`${url}/meta-data/iam/security-credentials/machine`, { headers })
  ).json();
  const field = (name: string): string => String(Reflect.get(Object(document), name));
  return {
    accessKeyId: field('AccessKeyId'),
    secretAccessKey: field('SecretAccessKey'),
    ...{ sessionToken: field('Token') },
  };
}

test('the trust policy decides, with its conditions', async (t) => {
  const bound = (condition: unknown, action: unknown = 'sts:*') => ({
    trust: trust({ AWS: moverArn }, condition, action),
  });
  const here = await place(t, {
    roles: {
      external: bound({ StringEquals: { 'sts:ExternalId': 'right' } }),
      named: bound({ StringLike: { 'sts:RoleSessionName': 'run-*' } }),
      tagged: bound({
        StringEquals: { 'aws:RequestTag/team': 'data' },
        'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] },
      }),
      untagged: bound({}, 'sts:AssumeRole'),
      identified: bound({ StringEquals: { 'sts:SourceIdentity': 'ann' } }),
      brief: bound({ NumericLessThanEquals: { 'sts:DurationSeconds': '900' } }),
      root: { trust: trust({ AWS: home }) },
      stranger: { trust: trust({ AWS: `arn:aws:iam::${home}:user/admin` }) },
    },
  });
  const denied = failure('AccessDenied', 403);
  await assume(here, 'external', { ExternalId: 'right' });
  for (const more of [{ ExternalId: 'wrong' }, { ExternalId: 'RIGHT' }, {}])
    await assert.rejects(assume(here, 'external', more), denied);
  await assume(here, 'named', { RoleSessionName: 'run-1' });
  await assert.rejects(assume(here, 'named'), denied);
  const Tags = [{ Key: 'team', Value: 'data' }];
  await assume(here, 'tagged', { Tags });
  await assert.rejects(assume(here, 'tagged', { Tags: [...Tags, { Key: 'more', Value: 'x' }] }), denied);
  await assume(here, 'untagged');
  await assert.rejects(assume(here, 'untagged', { Tags }), denied);
  await assert.rejects(assume(here, 'untagged', { SourceIdentity: 'ann' }), denied);
  assert.equal((await assume(here, 'identified', { SourceIdentity: 'ann' })).SourceIdentity, 'ann');
  await assert.rejects(assume(here, 'identified', { SourceIdentity: 'bob' }), denied);
  await assume(here, 'brief', { DurationSeconds: 900 });
  await assert.rejects(assume(here, 'brief'), denied);
  await assume(here, 'root');
  await assert.rejects(
    assume(here, 'stranger'),
    new RegExp(`User: ${moverArn} is not authorized to perform: sts:AssumeRole on resource: ${arnOf('stranger')}`),
  );
  assert.deepEqual(here.sandbox.auditLog.at(-1)?.decision, { gate: 'trust-policy', statement: null });
  await assert.rejects(assume(here, 'nobody'), denied);
});

test('across accounts the caller needs the consent of both', async (t) => {
  const trusting = { trust: trust({ AWS: [moverArn, `arn:aws:iam::${home}:role/reader`] }) };
  const here = await place(t, { partnerRoles: { theirs: trusting } });
  await assume(here, arnOf('theirs', partner));
  const reader = keysOf(await assume(here, 'reader'));
  await assert.rejects(assume(here, arnOf('theirs', partner), {}, reader), failure('AccessDenied', 403));
  assert.equal(here.sandbox.auditLog.at(-1)?.decision?.gate, 'identity-policy');
});

test('a session can do what both its role and its session policy allow', async (t) => {
  const here = await place(t, {
    roles: { writer: { trust: trust({ AWS: moverArn }), policies: [policy(allow('s3:*'))] } },
  });
  const Policy = JSON.stringify(policy(allow('s3:PutObject', 'arn:aws:s3:::data/out/*')));
  const s3 = here.s3(keysOf(await assume(here, 'writer', { Policy })));
  const put = (Key: string) => s3.send(new PutObjectCommand({ Bucket: 'data', Key, Body: 'x' }));
  await put('out/k');
  await assert.rejects(put('in/k'), failure('AccessDenied', 403));
  assert.equal(here.sandbox.auditLog.at(-1)?.decision?.gate, 'session-policy');
  await assert.rejects(
    s3.send(new GetObjectCommand({ Bucket: 'data', Key: 'out/k' })),
    /no session policy allows the s3:GetObject action/,
  );
  assert.deepEqual(here.sandbox.auditLog[0].params.policy, JSON.parse(Policy));
  for (const wrong of ['{', '{"Statement":[{"Effect":"Allow","Action":"s3:Nothing","Resource":"*"}]}']) {
    await assert.rejects(assume(here, 'writer', { Policy: wrong }), failure('MalformedPolicyDocumentException', 400));
  }
});

test('tags of a session can be asked for in policies, and transitive ones go along the chain', async (t) => {
  const tagged = policy({ ...allow('s3:GetObject'), Condition: { StringEquals: { 'aws:PrincipalTag/team': 'data' } } });
  const both = trust({ AWS: [moverArn, arnOf('first')] }, {}, ['sts:AssumeRole', 'sts:TagSession']);
  const here = await place(t, {
    roles: { first: { trust: both, policies: [policy(allow('sts:*'))] }, second: { trust: both, policies: [tagged] } },
  });
  await here.sandbox.putObject('data', 'k', Buffer.from('x'));
  const reads = async (keys: Place['admin']): Promise<unknown> => {
    try {
      await here.s3(keys).send(new GetObjectCommand({ Bucket: 'data', Key: 'k' }));
      return 'read';
    } catch (error) {
      return errorFields(error).code;
    }
  };
  const Tags = [{ Key: 'team', Value: 'data' }];
  assert.equal(await reads(keysOf(await assume(here, 'second', { Tags }))), 'read');
  assert.equal(await reads(keysOf(await assume(here, 'second'))), 'AccessDenied');
  const plain = keysOf(await assume(here, 'first', { Tags }));
  assert.equal(await reads(keysOf(await assume(here, 'second', {}, plain))), 'AccessDenied');
  const passed = keysOf(await assume(here, 'first', { Tags, TransitiveTagKeys: ['team'] }));
  assert.equal(await reads(keysOf(await assume(here, 'second', {}, passed))), 'read');
  await assert.rejects(assume(here, 'second', { Tags }, passed), failure('InvalidParameterValue', 400));
});

test('tags that go along have to be allowed at the next role, too', async (t) => {
  const tagging = ['sts:AssumeRole', 'sts:TagSession'];
  const here = await place(t, {
    roles: {
      first: { trust: trust({ AWS: moverArn }, {}, tagging), policies: [policy(allow('sts:*'))] },
      second: { trust: trust({ AWS: arnOf('first') }) },
    },
  });
  const Tags = [{ Key: 'team', Value: 'data' }];
  await assume(here, 'second', {}, keysOf(await assume(here, 'first', { Tags })));
  const passed = keysOf(await assume(here, 'first', { Tags, TransitiveTagKeys: ['team'] }));
  await assert.rejects(assume(here, 'second', {}, passed), failure('AccessDenied', 403));
});

test('a source identity stays for the whole chain', async (t) => {
  const both = trust({ AWS: [moverArn, arnOf('first')] }, {}, 'sts:*');
  const here = await place(t, {
    roles: { first: { trust: both, policies: [policy(allow('sts:*'))] }, second: { trust: both } },
  });
  const first = keysOf(await assume(here, 'first', { SourceIdentity: 'ann' }));
  assert.equal((await assume(here, 'second', {}, first)).SourceIdentity, 'ann');
  await assert.rejects(assume(here, 'second', { SourceIdentity: 'bob' }, first), failure('AccessDenied', 403));
});
