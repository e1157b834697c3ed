/** How long a session lasts: what was asked for, what was granted, and what drives its renewal. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byInstance, curatedRole, landingRole, lines, twoSides } from './two-sides.js';

test('more than an hour from a base that is itself a session: one warning with both numbers, and the run goes on', async (t) => {
  const sides = await twoSides(t, { landing: byInstance, source: { temporaryCredentialDuration: 7200 } });
  await sides.sandbox.putObject('landing', 'in/a.csv', lines(1000));
  const { ended, report } = await sides.run();
  assert.equal(ended.status, 0);
  const warned = report.warnings.filter(({ code }) => code === 'CHAINED_DURATION_CAPPED');
  assert.equal(warned.length, 1);
  assert.match(warned[0].message, /7200 s.*3600 s/);
  const session = report.sessions.find(({ roleArn }) => roleArn === landingRole);
  assert.equal(session?.requestedDuration, 7200);
  assertLasts(session?.grantedExpirations[0], 3600);
  assert.deepEqual(
    sides.assumed(landingRole).map(({ params }) => params.durationSeconds),
    [7200, 3600],
  );
});

test('twelve hours from an IAM user', async (t) => {
  const advanced = { temporaryCredentialDuration: 43_200 };
  const sides = await twoSides(t, { source: advanced, target: advanced });
  await sides.sandbox.putObject('landing', 'in/a.csv', lines(1000));
  const { report } = await sides.run();
  assert.equal(report.status, 'succeeded', JSON.stringify(report.errors));
  assert.deepEqual(report.warnings, []);
  for (const { requestedDuration, grantedExpirations, roleArn } of report.sessions) {
    assert.equal(requestedDuration, 43_200);
    assertLasts(grantedExpirations[0], 43_200);
    assert.ok([landingRole, curatedRole].includes(String(roleArn)));
  }
});

test('more than the role grants is an error with both numbers, before anything is read', async (t) => {
  const sides = await twoSides(t, {
    landingRole: { maxSessionDuration: 3600 },
    source: { temporaryCredentialDuration: 7200 },
  });
  const { ended, report } = await sides.run();
  assert.equal(ended.status, 1);
  assert.equal(report.error?.code, 'DURATION_EXCEEDS_ROLE');
  assert.match(report.error.remedy, /3600 s.*7200 s/);
  assert.ok(sides.of('s3').every(({ bucket }) => bucket !== 'landing'));
});

function assertLasts(expiration: string | undefined, seconds: number): void {
  const lasts = (Date.parse(expiration ?? '') - Date.now()) / 1000;
  assert.ok(lasts > seconds - 60 && lasts <= seconds, `it lasts ${lasts} s`);
}
