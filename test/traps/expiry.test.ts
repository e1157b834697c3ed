/** A session that ends at any point of a run is replaced there, and nothing shows of it but the report. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byInstance, type Changes, curatedRole, landingRole, lines, type TwoSides, twoSides } from './two-sides.js';

/** The target has two parts: one of 8 MiB and a rest. */
const input = lines(9 << 20);
const expire = (operation: string, occurrence: number) => ({ on: { operation, occurrence }, do: 'expire' });

async function filled(t: Parameters<typeof twoSides>[0], changes: Changes): Promise<TwoSides> {
  const sides = await twoSides(t, changes);
  await sides.sandbox.putObject('landing', 'in/a.csv', input);
  return sides;
}

function assertEveryRefreshReported(
  sides: TwoSides,
  { sessions }: Awaited<ReturnType<TwoSides['run']>>['report'],
): void {
  for (const { roleArn, refreshes, grantedExpirations, stsCalls } of sessions) {
    const asked = sides.assumed(String(roleArn));
    assert.equal(grantedExpirations.length, asked.filter(({ status }) => status === 200).length);
    assert.equal(refreshes, grantedExpirations.length - 1);
    assert.equal(stsCalls, asked.length);
  }
}

const wildcards = { reads: '*.csv', source: { allowWildcardCharacters: true } };
const points: readonly (readonly [string, string, Changes, readonly object[]])[] = [
  ['before the first request', landingRole, {}, [expire('HeadObject', 1)]],
  ['before the first byte', landingRole, {}, [expire('GetObject', 1)]],
  ['between two pages of a listing', landingRole, wildcards, [expire('ListObjectsV2', 2)]],
  [
    'within a body, which breaks off with it',
    landingRole,
    {},
    [{ on: { operation: 'GetObject', occurrence: 1 }, do: 'reset', afterBytes: 3_000_000 }, expire('GetObject', 2)],
  ],
  ['before an upload', curatedRole, {}, [expire('CreateMultipartUpload', 1)]],
  ['between two parts', curatedRole, {}, [expire('UploadPart', 2)]],
  ['at the commit', curatedRole, {}, [expire('CompleteMultipartUpload', 1)]],
];

for (const [what, role, changes, faults] of points) {
  test(`a session that ends ${what}`, async (t) => {
    const sides = await filled(t, { ...changes, sandbox: { faults } });
    // Keys of another kind fill the first page of the listing.
    if (changes.reads) {
      const fill = Array.from({ length: 1000 }, (_, i) => sides.sandbox.putObject('landing', `in/0${i}`, Buffer.of(1)));
      await Promise.all(fill);
    }
    const { report } = await sides.run();
    assert.equal(report.status, 'succeeded', JSON.stringify(report.errors));
    assert.ok((await sides.output())?.equals(input), 'the object has other bytes');
    assert.deepEqual(sides.sandbox.openUploads(), []);
    assertEveryRefreshReported(sides, report);
    const refreshed = report.sessions.filter(({ refreshes }) => refreshes === 1).map(({ roleArn }) => roleArn);
    assert.deepEqual(refreshed, [role]);
  });
}

test('a session that ends at the abort of an upload leaves none behind', async (t) => {
  // What stops the run: the second part is never taken.
  const refused = Array.from({ length: 20 }, (_, index) => ({
    on: { operation: 'UploadPart', occurrence: index + 2 },
    do: 'error500',
  }));
  const sides = await filled(t, { sandbox: { faults: [...refused, expire('AbortMultipartUpload', 1)] } });
  const { report } = await sides.run();
  assert.equal(report.status, 'failed');
  assert.deepEqual(sides.sandbox.openUploads(), []);
  const aborts = sides.of('s3').filter(({ operation }) => operation === 'AbortMultipartUpload');
  assert.deepEqual(aborts.map(({ status }) => status).slice(0, 2), [400, 204]);
  assert.equal(await sides.output(), undefined);
});

for (const seconds of [-3600, 3600]) {
  test(`the clock of AWS is ${seconds} s ahead of ours`, async (t) => {
    const sides = await filled(t, { sandbox: { clockOffsetSeconds: seconds } });
    const { report } = await sides.run();
    assert.equal(report.status, 'succeeded', JSON.stringify(report.errors));
    assert.ok((await sides.output())?.equals(input));
    // Neither over already nor an hour too long: the session is kept, for its lifetime is what the answer says it is.
    assert.deepEqual(
      report.sessions.map(({ refreshes }) => refreshes),
      [0, 0],
    );
    for (const { grantedExpirations } of report.sessions) {
      const ahead = (Date.parse(grantedExpirations[0]) - Date.now()) / 1000;
      assert.ok(Math.abs(ahead - 900 - seconds) < 60, `granted for ${ahead} s by our clock`);
    }
  });
}

test('an expired session is HTTP 400, and never told as a wrong region or a request S3 does not understand', async (t) => {
  for (const operation of ['GetObject', 'HeadObject']) {
    const sides = await filled(t, { sandbox: { faults: [{ on: { operation }, do: 'expire' }] } });
    const { report } = await sides.run();
    const refused = sides.of('s3').filter((entry) => entry.operation === operation);
    assert.deepEqual(
      refused.map(({ status, code }) => `${status} ${code}`),
      ['400 ExpiredToken', '400 ExpiredToken'],
      'one refresh, one retry',
    );
    if (operation === 'GetObject') {
      assert.equal(report.error?.code, 'S3_KEY_REFUSED');
      assert.match(report.error.message, /ExpiredToken/);
    }
    assert.notEqual(report.error?.code, 'WRONG_REGION');
    assert.equal(sides.assumed(landingRole).length, 2);
  }
});

test('credentials of the base that end are fetched anew', async (t) => {
  const faults = [
    { on: { service: 'sts', operation: 'AssumeRole', roleArn: landingRole, occurrence: 1 }, do: 'expire' },
  ];
  const sides = await filled(t, { landing: byInstance, sandbox: { faults } });
  const { report } = await sides.run();
  assert.equal(report.status, 'succeeded', JSON.stringify(report.errors));
  const keys = sides.assumed(landingRole).map(({ accessKeyId, status }) => `${accessKeyId} ${status}`);
  assert.equal(new Set(keys).size, 2);
  assert.match(keys[1], / 200$/);
});
