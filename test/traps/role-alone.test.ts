/** S3 sees the role and nobody else, at the address it was given. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forwarder } from './forwarder.js';
import {
  allow,
  byInstance,
  curatedRole,
  instanceRole,
  landingRole,
  lines,
  mover,
  policy,
  twoSides,
} from './two-sides.js';

test('a role assumed by the role of the instance is who works: in the report, and for S3', async (t) => {
  const sides = await twoSides(t, { landing: byInstance, curated: byInstance });
  await sides.sandbox.putObject('landing', 'in/a.csv', lines(1000));
  const { report } = await sides.run();
  assert.equal(report.status, 'succeeded', JSON.stringify(report.errors));
  for (const [transformation, role] of [
    ['orders', landingRole],
    ['kept', curatedRole],
  ]) {
    const session = report.sessions.find((each) => each.transformation === transformation);
    const assumed = role.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/');
    assert.equal(session?.roleArn, role);
    assert.equal(session?.principalArn, `${assumed}/copy.${transformation}.${report.run}`);
    const bucket = transformation === 'orders' ? 'landing' : 'curated';
    const seen = sides.of('s3').filter((entry) => entry.bucket === bucket);
    assert.ok(seen.length > 0);
    assert.deepEqual([...new Set(seen.map(({ principalArn }) => principalArn))], [session?.principalArn]);
  }
  assert.deepEqual([...new Set(sides.of('sts').map(({ roleArn }) => roleArn))], [instanceRole]);
});

test('a base identity that could itself do all the work does none of it', async (t) => {
  const everything = allow(['s3:*', 'sts:AssumeRole']);
  const open = (bucket: string) => {
    const Resource = [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`];
    return policy({ Effect: 'Allow', Principal: { AWS: mover }, Action: 's3:*', Resource });
  };
  const buckets = {
    landing: { account: '111111111111', region: 'eu-west-1', policy: open('landing') },
    curated: { account: '222222222222', region: 'eu-central-1', policy: open('curated') },
  };
  const user = { policies: [policy(everything)] };

  await t.test('where the roles can do it, too', async (t) => {
    const sides = await twoSides(t, { user, buckets });
    await sides.sandbox.putObject('landing', 'in/a.csv', lines(1000));
    const { report } = await sides.run();
    assert.equal(report.status, 'succeeded', JSON.stringify(report.errors));
    assert.deepEqual(
      [...new Set(sides.of('s3').map(({ roleArn }) => roleArn))].sort(),
      [landingRole, curatedRole].sort(),
    );
  });
  await t.test('where the role can not', async (t) => {
    const sides = await twoSides(t, { user, buckets, landingRole: { policies: [policy(allow('s3:PutObject'))] } });
    await sides.sandbox.putObject('landing', 'in/a.csv', lines(1000));
    const { report } = await sides.run();
    assert.equal(report.error?.code, 'ACCESS_DENIED');
    assert.ok(sides.of('s3').every(({ principalArn }) => principalArn !== mover));
  });
});

for (const [what, moved] of [
  ['S3 alone', { s3: true, sts: false }],
  ['STS alone', { s3: false, sts: true }],
  ['both, each to its own', { s3: true, sts: true }],
] as const) {
  test(`an endpoint of the connection moves ${what}`, async (t) => {
    const sides = await twoSides(t);
    const [s3, sts] = [await forwarder(t, sides.sandbox.endpoint), await forwarder(t, sides.sandbox.endpoint)];
    const endpoints = {
      ...(moved.s3 ? { restEndpoint: s3.endpoint } : {}),
      ...(moved.sts ? { stsEndpoint: sts.endpoint } : {}),
    };
    sides.connect(endpoints, endpoints);
    await sides.sandbox.putObject('landing', 'in/a.csv', lines(1000));
    const { report } = await sides.run();
    assert.equal(report.status, 'succeeded', JSON.stringify(report.errors));
    assert.equal(s3.seen.length, moved.s3 ? sides.of('s3').length : 0);
    assert.ok(s3.seen.every((line) => line !== 'POST /'));
    assert.deepEqual(sts.seen, moved.sts ? ['POST /', 'POST /'] : []);
  });
}
