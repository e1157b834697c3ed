/** Runs that outlast their sessions, by a clock that passes with the requests S3 has seen. */
import assert from 'node:assert/strict';
import { beforeEach, mock, type TestContext, test } from 'node:test';
import type { RunReport } from '../../runtime/engine/report.js';
import { type DrivenClock, drivenClock } from './driven-clock.js';
import {
  allow,
  type Changes,
  curatedRole,
  landingRole,
  lines,
  policy,
  type TwoSides,
  trust,
  twoSides,
} from './two-sides.js';

/** The SDK signs with the time of the process, which goes with the clock here: no request seems to come from another day. */
beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['Date'], now: Date.now() });
});

/** Milliseconds: no step jumps over a renewal. */
const longestStep = 30_000;

const fullRead = { reads: '*.csv', source: { allowWildcardCharacters: true } };

/** `count` objects, whose rows together fill several parts of the target. */
async function manyObjects(t: TestContext, count: number, bytes: number, changes: Changes): Promise<TwoSides> {
  const sides = await twoSides(t, { ...fullRead, ...changes });
  const content = lines(bytes);
  for (let i = 0; i < count; i++) {
    await sides.sandbox.putObject('landing', `in/${String(i).padStart(5, '0')}.csv`, content);
  }
  return sides;
}

/** Runs while every request to S3 takes `each` milliseconds of the clock. */
async function drive(sides: TwoSides, clock: DrivenClock, each: number): Promise<RunReport> {
  let isOver = false;
  const running = sides.runHere(clock).finally(() => {
    isOver = true;
  });
  let due = 0;
  let passed = 0;
  let seen = sides.sandbox.auditLog.length;
  while (!isOver) {
    const { auditLog } = sides.sandbox;
    for (; seen < auditLog.length; seen++) if (auditLog[seen].service === 's3') due += each;
    const step = Math.min(longestStep, due - passed);
    if (step > 0) clock.pass(step);
    mock.timers.setTime(clock.now());
    passed += step;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return running;
}

const grantsOf = (sides: TwoSides, role: string) => sides.assumed(role).filter(({ status }) => status === 200);

test('more than 50 lifetimes and 2,000 requests: one AssumeRole for each, and the same bytes', {
  timeout: 120_000,
}, async (t) => {
  const objects = 2100;
  const bytes = 8_500;
  const clock = drivenClock();
  const sides = await manyObjects(t, objects, bytes, { clock });
  const expected = await sides.runHere(clock);
  const once = await sides.output();
  assert.equal(expected.status, 'succeeded', JSON.stringify(expected.errors));
  assert.deepEqual(
    expected.sessions.map(({ refreshes }) => refreshes),
    [0, 0],
  );

  const before = sides.sandbox.auditLog.length;
  const report = await drive(sides, clock, 18_000);
  assert.equal(report.status, 'succeeded', JSON.stringify(report.errors));
  const output = await sides.output();
  assert.ok(output && once && output.length > 16 << 20 && output.equals(once), 'other bytes than under one session');
  const rows = ({ transformations }: RunReport) => transformations.map(({ rowsIn, rowsOut }) => [rowsIn, rowsOut]);
  assert.deepEqual(rows(report), rows(expected));

  const audit = sides.sandbox.auditLog.slice(before);
  const s3 = audit.filter(({ service }) => service === 's3');
  assert.ok(s3.length >= 2000);
  for (const { roleArn, refreshes, grantedExpirations, stsCalls } of report.sessions) {
    const asked = audit.filter(({ params }) => params.roleArn === roleArn);
    assert.ok(grantedExpirations.length > 50, `${roleArn}: ${grantedExpirations.length} sessions`);
    assert.deepEqual(
      asked.map(({ status }) => status),
      grantedExpirations.map(() => 200),
    );
    assert.equal(stsCalls, asked.length);
    assert.equal(refreshes, grantedExpirations.length - 1);
    // Sessions of 900 s are renewed after 600 s: any two calls of a side are at least so far apart.
    const times = asked.map(({ t: at }) => Date.parse(at));
    for (let i = 1; i < times.length; i++) assert.ok(times[i] - times[i - 1] >= 600_000 - 1, `call ${i} came early`);
    assert.deepEqual(
      grantedExpirations.map((expiration) => Date.parse(expiration)),
      times.map((time) => Math.floor((time + 900_000) / 1000) * 1000),
    );
  }
  assert.ok(s3.every(({ status }) => Number(status) < 300));
  // Every session of the source has signed requests, none was passed over for an older one; the last may have come too late.
  const used = new Set(s3.filter(({ roleArn }) => roleArn === landingRole).map(({ accessKeyId }) => accessKeyId));
  const granted = report.sessions.find(({ roleArn }) => roleArn === landingRole)?.grantedExpirations.length ?? 0;
  assert.ok(used.size >= granted - 1, `${used.size} of ${granted} sessions were used`);
});

test('what was granted drives the renewal, not what was asked for', async (t) => {
  const clock = drivenClock();
  const advanced = { temporaryCredentialDuration: 3600 };
  const sides = await manyObjects(t, 120, 1000, {
    clock,
    source: { ...fullRead.source, ...advanced },
    target: advanced,
    // An hour is asked for, and 6 minutes are granted.
    sandbox: { sessionTimeScale: 0.1 },
  });
  const report = await drive(sides, clock, 10_000);
  assert.equal(report.status, 'succeeded', JSON.stringify(report.errors));
  assert.ok(sides.of('s3').every(({ code }) => code !== 'ExpiredToken'));
  assert.ok(report.sessions.every(({ refreshes }) => refreshes >= 4));
});

const minute = 60_000;
/** The role trusts its callers until `end`, milliseconds since the epoch, and again from `again` on. */
const trustedUntil = (externalId: string, end: number, again = Number.POSITIVE_INFINITY) => {
  const statement = (condition: object) => {
    const [first] = trustOf(externalId, condition);
    return first;
  };
  const time = (at: number) => new Date(at).toISOString();
  return policy(
    statement({ DateLessThan: { 'aws:CurrentTime': time(end) } }),
    ...(again === Number.POSITIVE_INFINITY ? [] : [statement({ DateGreaterThan: { 'aws:CurrentTime': time(again) } })]),
  );
};
function trustOf(externalId: string, condition: object): object[] {
  const { Statement } = trust({ StringEquals: { 'sts:ExternalId': externalId }, ...condition });
  return Array.isArray(Statement) ? Statement : [];
}

test('a role that is taken away at minute 1 serves until its session ends, and the run then says why it stops', async (t) => {
  const clock = drivenClock();
  const start = clock.now();
  const sides = await manyObjects(t, 200, 1000, {
    clock,
    landingRole: { trust: trustedUntil('landing-1', start + minute) },
  });
  const report = await drive(sides, clock, 10_000);
  assert.deepEqual(
    report.errors.map(({ code, transformation }) => `${code} ${transformation}`),
    ['ASSUME_ROLE_DENIED orders'],
  );
  const served = sides.of('s3').filter(({ roleArn, status }) => roleArn === landingRole && status === 206);
  const last = Date.parse(served[served.length - 1].t) - start;
  assert.ok(last > 14 * minute && last <= 15 * minute, `the last read was at ${last / minute} min`);
  assert.deepEqual(sides.sandbox.listObjects('curated'), []);
  assert.deepEqual(sides.sandbox.openUploads(), []);
});

test('a session that is revoked at minute 1 together with the trust ends the run at once', async (t) => {
  const clock = drivenClock();
  const start = clock.now();
  const sides = await manyObjects(t, 200, 1000, {
    clock,
    landingRole: { trust: trustedUntil('landing-1', start + minute) },
    sandbox: { faults: [{ on: { operation: 'GetObject', occurrence: 10 }, do: 'expire' }] },
  });
  const report = await drive(sides, clock, 10_000);
  assert.deepEqual(
    report.errors.map(({ code }) => code),
    ['ASSUME_ROLE_DENIED'],
  );
  assert.ok(clock.now() - start < 3 * minute);
});

test('a session that is revoked at minute 1 is followed by a new one, if the role still may', async (t) => {
  const clock = drivenClock();
  const sides = await manyObjects(t, 30, 1000, {
    clock,
    sandbox: { faults: [{ on: { operation: 'GetObject', occurrence: 6 }, do: 'expire' }] },
  });
  const report = await drive(sides, clock, 10_000);
  assert.equal(report.status, 'succeeded', JSON.stringify(report.errors));
  assert.deepEqual(
    report.sessions.map(({ roleArn, refreshes }) => [roleArn, refreshes]),
    [
      [landingRole, 1],
      [curatedRole, 0],
    ],
  );
});

test('renewals that fail while the session is valid do not stop a run', async (t) => {
  const clock = drivenClock();
  const start = clock.now();
  const trusts = trustedUntil('landing-1', start + minute, start + 14 * minute);
  const sides = await manyObjects(t, 150, 1000, { clock, landingRole: { trust: trusts } });
  const report = await drive(sides, clock, 10_000);
  assert.equal(report.status, 'succeeded', JSON.stringify(report.errors));
  const statuses = sides.assumed(landingRole).map(({ status }) => status);
  const failed = statuses.filter((status) => status === 403).length;
  assert.ok(failed >= 3 && failed <= 12, `${failed} failed renewals in 4 minutes`);
  assert.deepEqual(statuses.slice(0, failed + 2), [200, ...Array(failed).fill(403), 200]);
  const session = report.sessions.find(({ roleArn }) => roleArn === landingRole);
  assert.equal(session?.stsCalls, statuses.length);
  assert.equal(session?.refreshes, grantsOf(sides, landingRole).length - 1);
});

for (const [what, replaced] of [
  ['the object as it was', false],
  ['an object that has changed meanwhile', true],
] as const) {
  test(`a body that breaks off is taken up under a fresh session: ${what}`, async (t) => {
    const clock = drivenClock();
    const afterBytes = 3_000_000;
    const sides = await twoSides(t, {
      clock,
      sandbox: {
        faults: [
          { on: { operation: 'GetObject', occurrence: 2 }, do: 'reset', afterBytes },
          { on: { operation: 'GetObject', occurrence: 3 }, do: 'expire' },
        ],
      },
      curatedRole: { policies: [policy(allow('s3:*'))] },
    });
    const content = lines(6_000_000);
    await sides.sandbox.putObject('landing', 'in/a.csv', content);
    const other = Buffer.from(content).fill('x', content.length - 10, content.length - 2);
    const running = sides.runHere(clock);
    // Once the body has begun to be sent: what was opened keeps its bytes, what is asked for next is another object.
    while (sides.of('s3').filter(({ operation }) => operation === 'GetObject').length < 2) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (replaced) await sides.sandbox.putObject('landing', 'in/a.csv', other);
    const report = await running;
    const reads = sides
      .of('s3')
      .filter(({ operation }) => operation === 'GetObject')
      .slice(1);
    assert.equal(new Set(reads.map(({ params }) => params.ifMatch)).size, 1);
    if (replaced) {
      assert.equal(report.error?.code, 'SOURCE_OBJECT_CHANGED', JSON.stringify(report.errors));
      assert.equal(await sides.output(), undefined);
      assert.deepEqual(sides.sandbox.openUploads(), []);
    } else {
      assert.equal(report.status, 'succeeded', JSON.stringify(report.errors));
      assert.ok((await sides.output())?.equals(content));
    }
    const keys = new Set(reads.map(({ accessKeyId }) => accessKeyId));
    assert.equal(keys.size, 2);
  });
}
