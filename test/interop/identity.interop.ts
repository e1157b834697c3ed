import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { derivedSessionPolicy } from '../../connector/amazon-s3-v2/identity/session-policy.js';
import { hasKms } from '../../connector/amazon-s3-v2/storage/endpoints.js';
import { clientOf } from './owner.js';
import { type AccessKey, type Servers, serversOf } from './servers.js';
import { transfer } from './transfer.js';

const { stranger, external } = serversOf(process.env);
const orders = { source: { object: 'orders.csv' }, target: { object: 'copy.csv' } };

test('a session policy of the mapping that leaves the object out refuses it, and the error says where to look', async (t) => {
  const { servers, folders, source, target, run } = transfer(t);
  await source.put('orders.csv', 'id\n1\n');
  const sessionPolicy = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 's3:GetObject',
        Resource: `arn:aws:s3:::${servers.source.bucket}/${folders.source}other.csv`,
      },
    ],
  };
  const { status, report } = await run({ ...orders, source: { ...orders.source, advanced: { sessionPolicy } } });
  assert.deepEqual([status, report.error?.code, report.error?.transformation], [1, 'ACCESS_DENIED', 'rows']);
  assert.match(
    String(report.error?.message),
    /orders\.csv is refused to arn:aws:sts::\d+:assumed-role\/.*interop\.rows\./,
  );
  assert.match(String(report.error?.remedy), /the session policy \(sessionPolicy\)/);
  assert.deepEqual(await target.keys(), []);
});

test('the derived session policy allows the objects of the mapping and refuses others that the role may read', async (t) => {
  const { servers, folders, source } = transfer(t);
  const { bucket } = servers.source;
  await source.put('orders-1.csv', 'id\n1\n');
  await source.put('other.csv', 'id\n2\n');
  const { text } = derivedSessionPolicy({
    partition: 'aws',
    region: servers.region,
    bucket,
    kms: hasKms({ restEndpoint: servers.s3Endpoint }),
    access: { side: 'source', keys: { kind: 'pattern', literal: `${folders.source}orders-`, pattern: '*.csv' } },
  });
  const read = async (policy: string | undefined, key: string): Promise<number | undefined> => {
    const client = clientOf(servers, await sessionKeys(servers, policy));
    t.after(() => client.destroy());
    try {
      const { $metadata } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: folders.source + key }));
      return $metadata.httpStatusCode;
    } catch (error) {
      assert.ok(error instanceof Error);
      return Object(Reflect.get(error, '$metadata')).httpStatusCode;
    }
  };
  assert.equal(await read(undefined, 'other.csv'), 200);
  assert.equal(await read(text, 'orders-1.csv'), 200);
  assert.equal(await read(text, 'other.csv'), 403);
});

test('a caller that the role does not trust gets no session', {
  skip: stranger === undefined && 'CROSSROLE_INTEROP_STRANGER_ACCESS_KEY is not set',
}, async (t) => {
  const { servers, source, target, run } = transfer(t);
  await source.put('orders.csv', 'id\n1\n');
  assert.ok(stranger);
  const { status, report } = await run({ ...orders, caller: stranger });
  assert.deepEqual([status, report.error?.code], [1, 'ASSUME_ROLE_DENIED']);
  assert.ok([servers.source.role, servers.target.role].some((role) => report.error?.message.includes(role)));
  assert.ok(!JSON.stringify(report).includes(stranger.secretAccessKey));
  assert.deepEqual(await target.keys(), []);
});

test('a role that demands an external id gives a session for that one alone', {
  skip: external === undefined && 'CROSSROLE_INTEROP_EXTERNAL_ID is not set',
}, async (t) => {
  const { source, target, run } = transfer(t);
  await source.put('orders.csv', 'id\n1\n');
  assert.ok(external);
  const { role, externalId, stsEndpoint } = external;
  const runWith = (more: object) =>
    run({
      ...orders,
      source: { ...orders.source, connection: { iamRoleArn: role, stsEndpoint, ...more } },
    });
  for (const wrong of [{}, { externalId: `${externalId}x` }, { externalId: externalId.toUpperCase() }]) {
    const { status, report } = await runWith(wrong);
    assert.deepEqual([status, report.error?.code, report.error?.transformation], [1, 'ASSUME_ROLE_DENIED', 'rows']);
    assert.match(String(report.error?.remedy), /external id/);
  }
  const { status, report } = await runWith({ externalId });
  assert.deepEqual([status, report.error], [0, null]);
  assert.equal((await target.get('copy.csv')).toString(), 'id\n1\n');
});

/** Keys of a session of the source's role, of 900 seconds. */
async function sessionKeys(
  servers: Servers,
  policy: string | undefined,
): Promise<AccessKey & { sessionToken: string }> {
  const { stsEndpoint: endpoint, region, base: credentials, source } = servers;
  const client = new STSClient({ endpoint, region, credentials });
  try {
    const { Credentials } = await client.send(
      new AssumeRoleCommand({
        RoleArn: source.role,
        RoleSessionName: 'interop-policy',
        ...(policy === undefined ? {} : { Policy: policy }),
      }),
    );
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  } finally {
    client.destroy();
  }
}
