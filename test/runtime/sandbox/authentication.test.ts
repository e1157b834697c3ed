import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { failure, fakeClock, home, type Place, place } from './place.js';

const readerArn = `arn:aws:iam::${home}:role/reader`;
const list = (here: Place, keys: Place['admin']) => here.s3(keys).send(new ListObjectsV2Command({ Bucket: 'data' }));

async function session(here: Place) {
  const command = new AssumeRoleCommand({ RoleArn: readerArn, RoleSessionName: 'one', DurationSeconds: 900 });
  const { Credentials: given } = await here.sts(here.mover).send(command);
  return {
    accessKeyId: given?.AccessKeyId ?? '',
    secretAccessKey: given?.SecretAccessKey ?? '',
    sessionToken: given?.SessionToken ?? '',
  };
}

test('a key or secret that is not right is refused in the words of each service', async (t) => {
  const here = await place(t);
  const unknown = { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' };
  const wrong = { ...here.admin, secretAccessKey: 'x' };
  const who = (keys: Place['admin']) => here.sts(keys).send(new GetCallerIdentityCommand({}));
  await assert.rejects(list(here, unknown), failure('InvalidAccessKeyId', 403));
  await assert.rejects(list(here, wrong), failure('SignatureDoesNotMatch', 403));
  await assert.rejects(list(here, { ...here.admin, sessionToken: 'made up' }), failure('InvalidToken', 400));
  await assert.rejects(who(unknown), failure('InvalidClientTokenId', 403));
  await assert.rejects(who(wrong), failure('SignatureDoesNotMatch', 403));
  assert.equal((await who(here.mover)).Arn, `arn:aws:iam::${home}:user/mover`);
});

test('a session needs its token, and ends when its time is over', async (t) => {
  const clock = fakeClock();
  const here = await place(t, { clock, more: { sessionTimeScale: 0.1 } });
  await here.sandbox.putObject('data', 'in/k', Buffer.from('x'));
  const keys = await session(here);
  const get = (given: Place['admin']) => here.s3(given).send(new GetObjectCommand({ Bucket: 'data', Key: 'in/k' }));
  const { sessionToken, ...withoutToken } = keys;
  await get(keys);
  await assert.rejects(get(withoutToken), failure('InvalidAccessKeyId', 403));
  await assert.rejects(get({ ...keys, sessionToken: `${sessionToken.slice(0, -1)}x` }), failure('InvalidToken', 400));
  assert.equal(
    (await here.sts(keys).send(new GetCallerIdentityCommand({}))).Arn,
    `arn:aws:sts::${home}:assumed-role/reader/one`,
  );
  clock.advance(89_000);
  await get(keys);
  clock.advance(1000);
  await assert.rejects(get(keys), failure('ExpiredToken', 400));
  await assert.rejects(here.sts(keys).send(new GetCallerIdentityCommand({})), failure('ExpiredToken', 403));
});

test('a clock that is a quarter of an hour off is refused', async (t) => {
  const here = await place(t, { more: { clockOffsetSeconds: 1000 } });
  const signedLate = here.s3();
  await assert.rejects(
    signedLate.send(new ListObjectsV2Command({ Bucket: 'data' })),
    failure('RequestTimeTooSkewed', 403),
  );
  // The answer's Date told the client the time.
  await signedLate.send(new ListObjectsV2Command({ Bucket: 'data' }));
});

test('neither file nor memory of the log holds a secret', async (t) => {
  const here = await place(t);
  const keys = await session(here);
  await assert.rejects(list(here, keys), failure('AccessDenied', 403));
  await here.s3().send(new PutObjectCommand({ Bucket: 'data', Key: 'k', Body: 'x' }));
  const file = readFileSync(here.sandbox.auditLogPath, 'utf8');
  const lines = file
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  assert.deepEqual(lines, here.sandbox.auditLog);
  for (const secret of [
    here.admin.secretAccessKey,
    here.mover.secretAccessKey,
    keys.secretAccessKey,
    keys.sessionToken,
  ]) {
    assert.ok(!file.includes(secret));
  }
  assert.doesNotMatch(file, /Signature=|[0-9a-f]{64}/);
  const [assumed, listed] = here.sandbox.auditLog;
  assert.deepEqual(assumed.params, { roleArn: readerArn, sessionName: 'one', durationSeconds: 900 });
  assert.deepEqual(assumed.decision, { gate: 'trust-policy', statement: 'trust-policy.Statement[0]' });
  assert.deepEqual(
    [listed.operation, listed.principalArn, listed.roleArn, listed.sessionName, listed.status, listed.code],
    ['ListObjectsV2', `arn:aws:sts::${home}:assumed-role/reader/one`, readerArn, 'one', 403, 'AccessDenied'],
  );
});
