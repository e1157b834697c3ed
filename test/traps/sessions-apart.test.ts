/** Sides that differ in anything that makes a session never share one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PropertyValues } from '../../runtime/connector-api.js';
import { systemClock } from '../../runtime/connector-api.js';
import { allow, byInstance, landingRole, lines, policy, trust, twoSides } from './two-sides.js';

const anyExternalId = trust({ StringLike: { 'sts:ExternalId': '*' } }, [
  'arn:aws:iam::111111111111:user/mover',
  'arn:aws:iam::111111111111:user/other',
  'arn:aws:iam::111111111111:role/agent-ec2',
]);
const bothBuckets = {
  landing: { account: '111111111111', region: 'eu-west-1' },
  curated: { account: '111111111111', region: 'eu-west-1' },
};
const otherUser = {
  other: {
    accessKeyId: 'AKIAOTHER',
    secretKeyEnv: 'OTHER_SECRET',
    policies: [policy(allow(['sts:AssumeRole', 'sts:TagSession']))],
  },
};
/** One role for both sides, and the same name, duration and policy for their sessions. */
const alike = { iamRoleArn: landingRole, externalId: 'same-1', regionName: 'eu-west-1' };
const sameSession = { sessionName: 'same-name', sessionPolicy: 'none' };

for (const [what, curated, target, seen] of [
  ['nothing', {}, {}, () => ''],
  ['external id', { externalId: 'other-2' }, {}, ({ params }) => params.externalId],
  ['user', { accessKey: 'AKIAOTHER', secretKey: { env: 'OTHER_SECRET' } }, {}, ({ principalArn }) => principalArn],
  ['kind of base', byInstance, {}, ({ principalArn }) => principalArn],
  ['session tags', { sessionTags: { team: 'two' } }, {}, ({ params }) => JSON.stringify(params.tags)],
  ['session policy', {}, { sessionPolicy: 'derived' }, ({ params }) => JSON.stringify(params.policy)],
  ['duration', {}, { temporaryCredentialDuration: 1800 }, ({ params }) => params.durationSeconds],
] satisfies [
  string,
  PropertyValues,
  PropertyValues,
  (entry: { params: Readonly<Record<string, unknown>>; principalArn: string | null }) => unknown,
][]) {
  test(`two sides under one role that differ in: ${what}`, async (t) => {
    const sides = await twoSides(t, {
      landing: alike,
      curated: { ...alike, ...curated },
      source: sameSession,
      target: { ...sameSession, ...target },
      landingRole: { trust: anyExternalId },
      moreUsers: otherUser,
      buckets: bothBuckets,
    });
    await sides.sandbox.putObject('landing', 'in/a.csv', lines(1000));
    const { report } = await sides.run();
    assert.equal(report.status, 'succeeded', JSON.stringify(report.errors));
    const assumed = sides.assumed(landingRole);
    assert.equal(assumed.length, 2, 'a session for each side');
    assert.equal(new Set(assumed.map(seen)).size, what === 'nothing' ? 1 : 2);
    const keysOf = (bucket: string) =>
      new Set(
        sides
          .of('s3')
          .filter((entry) => entry.bucket === bucket)
          .map(({ accessKeyId }) => accessKeyId),
      );
    assert.deepEqual([keysOf('landing').size, keysOf('curated').size], [1, 1]);
    assert.ok(
      [...keysOf('landing')].every((key) => !keysOf('curated').has(key)),
      'one session was used by both sides',
    );
  });
}

test('mappings that run at once in one process have sessions of their own', async (t) => {
  const sides = await twoSides(t, { target: { ifExists: 'overwrite' } });
  await sides.sandbox.putObject('landing', 'in/a.csv', lines(100_000));
  const reports = await Promise.all([
    sides.runHere(systemClock),
    sides.runHere(systemClock),
    sides.runHere(systemClock),
  ]);
  for (const { status, errors } of reports) assert.equal(status, 'succeeded', JSON.stringify(errors));
  assert.equal(sides.of('sts').length, 6);
  const names = reports.flatMap(({ sessions }) => sessions.map(({ sessionName }) => sessionName));
  assert.equal(new Set(names).size, 6);
  for (const name of names) {
    const keys = new Set(
      sides
        .of('s3')
        .filter((entry) => entry.sessionName === name)
        .map(({ accessKeyId }) => accessKeyId),
    );
    assert.equal(keys.size, 1, `session ${name}`);
  }
});
