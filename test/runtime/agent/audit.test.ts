import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportOf, runAgent } from './agent-process.js';
import { asyncLines, curatedRole, landingRole, ordersMapping, twoAccounts } from './two-accounts.js';

const MIB = 1024 * 1024;
const SOURCE = 'raw/orders/2026/a.csv';

test('each side makes its requests under its own session, and STS was asked for what is configured', async (t) => {
  const sandbox = await twoAccounts(t);
  await sandbox.putObject('acme-landing', SOURCE, asyncLines(40 * MIB));
  const report = reportOf(await runAgent(['run', ordersMapping, '--json'], sandbox.env));
  assert.equal(report.status, 'succeeded');

  const s3 = sandbox.auditLog.filter(({ service }) => service === 's3');
  assert.ok(
    s3.some(({ operation }) => operation === 'UploadPart'),
    'the target is large enough for several parts',
  );
  for (const { bucket, roleArn, principalArn, params } of s3) {
    const side = bucket === 'acme-landing' ? 'orders' : 'curated';
    const session = report.sessions.find(({ transformation }) => transformation === side);
    assert.equal(roleArn, side === 'orders' ? landingRole : curatedRole);
    assert.equal(principalArn, session?.principalArn);
    assert.equal(params?.expectedBucketOwner, roleArn?.split(':')[4]);
  }

  const assumed = sandbox.auditLog.filter(({ operation }) => operation === 'AssumeRole');
  assert.equal(assumed.length, 2, 'one AssumeRole per lifetime and side');
  for (const { params, principalArn } of assumed) {
    assert.equal(principalArn, 'arn:aws:iam::111111111111:user/mover');
    const policy = JSON.stringify(params?.policy);
    const landing = policy.includes('acme-landing');
    assert.equal(params?.durationSeconds, landing ? 3600 : 900);
    assert.equal(params?.externalId, landing ? 'landing-7f3a' : 'curated:eu/2026=b+c');
    assert.equal(params?.sessionName, `eu_orders.${landing ? 'orders' : 'curated'}.${report.run}`);
    assert.match(policy, landing ? /acme-landing\/raw\/orders\/2026\/\*\.csv/ : /acme-curated\/eu\/orders\.csv/);
    assert.doesNotMatch(policy, landing ? /PutObject|acme-curated/ : /ListBucket|acme-landing/);
  }
});

test('the role of the instance is had by IMDSv2 and never reaches S3', async (t) => {
  const sandbox = await twoAccounts(t);
  await sandbox.putObject('acme-landing', SOURCE, asyncLines(1000));
  const mapping = ordersMapping.replace('iam-user', 'ec2-role');
  const report = reportOf(await runAgent(['run', mapping, '--json'], sandbox.env));
  assert.equal(report.status, 'succeeded');
  const of = (service: string) => sandbox.auditLog.filter((entry) => entry.service === service);
  assert.ok(of('imds').length > 0);
  assert.ok(
    of('imds').every(({ status }) => status === 200),
    'no request without a token',
  );
  assert.deepEqual([...new Set(of('sts').map(({ roleArn }) => roleArn))], ['arn:aws:iam::111111111111:role/agent-ec2']);
  assert.deepEqual(new Set(of('s3').map(({ roleArn }) => roleArn)), new Set([landingRole, curatedRole]));
});

test('no credential is in the report, the output or the audit log', async (t) => {
  const sandbox = await twoAccounts(t);
  await sandbox.putObject('acme-landing', SOURCE, asyncLines(1000));
  const ended = await runAgent(['run', ordersMapping, '--json', '--debug'], sandbox.env);
  for (const text of [ended.stdout, ended.stderr, JSON.stringify(sandbox.auditLog)]) {
    assert.ok(!text.includes(sandbox.env.MOVER_SECRET), 'a secret key was printed');
    assert.doesNotMatch(text, /SessionToken|SecretAccessKey|X-Amz-Signature/i);
  }
});
