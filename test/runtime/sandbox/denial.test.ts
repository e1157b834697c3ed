import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { allow, failure, home, partner, place, trust } from './place.js';

const mover = `arn:aws:iam::${home}:user/mover`;
const Key = 'k';
const all = allow('s3:*');
const deny = { Effect: 'Deny', Action: 's3:GetObject', Resource: '*' };

/** One family of messages each (S3 user guide, access denied message examples). */
const families: readonly (readonly [string, { identity?: unknown; session?: unknown; bucket?: unknown }, string])[] = [
  ['no identity policy', {}, 'because no identity-based policy allows the s3:GetObject action'],
  [
    'no session policy',
    { identity: all, session: allow('s3:PutObject') },
    'because no session policy allows the s3:GetObject action',
  ],
  ['identity policy denies', { identity: deny }, 'with an explicit deny in an identity-based policy'],
  ['session policy denies', { identity: all, session: deny }, 'with an explicit deny in a session policy'],
  [
    'bucket policy denies',
    { identity: all, bucket: { ...deny, Principal: '*', Resource: 'arn:aws:s3:::data/*' } },
    'with an explicit deny in a resource-based policy',
  ],
];

for (const [name, { identity, session, bucket }, reason] of families) {
  test(`S3 says why it refuses within an account: ${name}`, async (t) => {
    const policies = identity === undefined ? [] : [{ Version: '2012-10-17', Statement: identity }];
    const here = await place(t, {
      roles: { tested: { trust: trust({ AWS: mover }), policies } },
      ...(bucket === undefined ? {} : { bucketPolicy: { Version: '2012-10-17', Statement: bucket } }),
    });
    const { Credentials: given } = await here.sts(here.mover).send(
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${home}:role/tested`,
        RoleSessionName: 'session',
        ...(session === undefined ? {} : { Policy: JSON.stringify({ Version: '2012-10-17', Statement: session }) }),
      }),
    );
    const s3 = here.s3({
      accessKeyId: given?.AccessKeyId ?? '',
      secretAccessKey: given?.SecretAccessKey ?? '',
      sessionToken: given?.SessionToken ?? '',
    });
    await assert.rejects(s3.send(new GetObjectCommand({ Bucket: 'data', Key })), (error) => {
      assert.ok(failure('AccessDenied', 403)(error));
      const who = `arn:aws:sts::${home}:assumed-role/tested/session`;
      const expected = `User: ${who} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::data/${Key}" ${reason}`;
      assert.equal(error instanceof Error ? error.message : error, expected);
      return true;
    });
  });
}

test('S3 does not say why it refuses another account', async (t) => {
  const here = await place(t, { more: { buckets: { theirs: { account: partner, region: 'eu-west-1' } } } });
  const s3 = here.s3();
  const refused = { name: 'AccessDenied', message: 'Access Denied' };
  await assert.rejects(s3.send(new GetObjectCommand({ Bucket: 'theirs', Key })), refused);
  await assert.rejects(s3.send(new ListObjectsV2Command({ Bucket: 'theirs' })), refused);
});
