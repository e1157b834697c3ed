/** Against the sandbox, which authorizes as AWS does: what every peer of this connector gets wrong somewhere. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PropertyValues, Source, Target } from '../../../runtime/connector-api.js';
import { testClock } from '../test-clock.js';
import { collect, configured, readAll, sideOf, type TestRun, testRun } from '../test-run.js';
import { accounts, externalId, type SandboxPlace, sandboxPlace } from './sandbox-place.js';

const mebibyte = 1024 * 1024;

interface Opening {
  readonly object?: string;
  readonly connection?: PropertyValues;
  readonly advanced?: PropertyValues;
  readonly run?: TestRun;
}

function sideFor(place: SandboxPlace, { object = 'key', connection = {}, advanced = {} }: Opening) {
  return sideOf(object, { ...place.connection, ...connection }, advanced);
}

async function openSource(place: SandboxPlace, opening: Opening = {}): Promise<Source> {
  const side = configured(place.connector.configureSource(sideFor(place, opening)));
  return place.closing(await side.open(opening.run ?? testRun()));
}

async function openTarget(place: SandboxPlace, opening: Opening = {}): Promise<Target> {
  const side = configured(place.connector.configureTarget(sideFor(place, opening)));
  return place.closing(await side.open(opening.run ?? testRun()));
}

const inSandbox = (
  name: string,
  options: Parameters<typeof sandboxPlace>[0],
  work: (place: SandboxPlace) => Promise<void>,
) =>
  it(name, async () => {
    const place = await sandboxPlace(options);
    try {
      await work(place);
    } finally {
      await place.close();
    }
  });

const of = (place: SandboxPlace, service: string) =>
  place.sandbox.auditLog.filter((entry) => entry.service === service);
const ec2: PropertyValues = { accessKey: undefined, secretKey: undefined, useEc2RoleToAssumeRole: true };
const workerSession = (name: string) => `arn:aws:sts::${accounts.partner}:assumed-role/worker/${name}`;

describe('amazon-s3-v2 identities in the sandbox', () => {
  inSandbox('asks STS for what each side says, and uses S3 as that session alone', {}, async (place) => {
    await place.put('key', Buffer.from('bytes'));
    const advanced = { temporaryCredentialDuration: 3600, sessionName: 'reader=1' };
    const source = await openSource(place, { advanced });
    const [object] = await collect(source.list());
    await readAll(source.open(object, { start: 0, end: 5 }));
    const target = await openTarget(place, { object: 'out', advanced: { sessionPolicy: 'none' } });
    await target.commit(await (await target.beginWrite()).finish());

    const [forSource, forTarget] = of(place, 'sts').map(({ params }) => params);
    assert.equal(forSource?.durationSeconds, 3600);
    assert.equal(forSource?.externalId, externalId);
    assert.match(JSON.stringify(forSource?.policy), /place\/key/);
    assert.equal(forTarget?.durationSeconds, 900);
    assert.equal(forTarget?.policy, undefined);
    assert.deepEqual(
      of(place, 's3').map(({ operation, principalArn }) => `${operation} ${principalArn}`),
      [
        `HeadObject ${workerSession('reader=1')}`,
        `GetObject ${workerSession('reader=1')}`,
        `PutObject ${workerSession('contract.side.test-run')}`,
      ],
    );
    assert.equal(source.session()?.principalArn, workerSession('reader=1'));
    assert.deepEqual(
      { ...target.session(), grantedExpirations: target.session()?.grantedExpirations.length },
      {
        roleArn: place.connection.iamRoleArn,
        principalArn: workerSession('contract.side.test-run'),
        sessionName: 'contract.side.test-run',
        requestedDuration: 900,
        grantedExpirations: 1,
        refreshes: 0,
        stsCalls: 1,
      },
    );
  });

  inSandbox(
    'works as the role, not as the EC2 role that assumes it, and caps what chaining caps',
    {},
    async (place) => {
      await place.put('key', Buffer.from('bytes'));
      const run = testRun();
      const source = await openSource(place, { connection: ec2, advanced: { temporaryCredentialDuration: 7200 }, run });
      assert.equal((await collect(source.list())).length, 1);
      assert.ok(of(place, 's3').every(({ principalArn }) => principalArn === workerSession('contract.side.test-run')));
      assert.equal(source.session()?.requestedDuration, 7200);
      assert.equal(source.session()?.stsCalls, 2);
      assert.deepEqual(
        run.warnings.map(({ code }) => code),
        ['CHAINED_DURATION_CAPPED'],
      );
    },
  );

  inSandbox('lets no side profit from the session of another one with the right external id', {}, async (place) => {
    await openSource(place);
    for (const connection of [
      { externalId: 'wrong' },
      { externalId: undefined },
      { externalId: externalId.toUpperCase() },
    ]) {
      await assert.rejects(openSource(place, { connection }), { code: 'ASSUME_ROLE_DENIED' });
    }
  });

  inSandbox('explains every way in which a session is refused', {}, async (place) => {
    const role = (name: string) => ({ iamRoleArn: `arn:aws:iam::${accounts.partner}:role/${name}` });
    for (const [opening, code] of [
      [{ connection: role('none') }, 'ASSUME_ROLE_DENIED'],
      [{ connection: { accessKey: 'AKIANOBODY' } }, 'BASE_KEY_UNKNOWN'],
      [{ connection: { secretKey: 'wrong' } }, 'BASE_SECRET_WRONG'],
      [{ advanced: { temporaryCredentialDuration: 7201 } }, 'DURATION_EXCEEDS_ROLE'],
      [{ advanced: { sessionPolicy: { Statement: [{ Effect: 'Perhaps' }] } } }, 'SESSION_POLICY_REFUSED'],
    ] satisfies [Opening, string][]) {
      await assert.rejects(openSource(place, opening), { code }, code);
    }
    assert.equal(of(place, 's3').length, 0);
  });

  inSandbox('gives a session no more than its side needs', {}, async (place) => {
    await place.put('key', Buffer.from('bytes'));
    await place.put('other', Buffer.from('bytes'));
    const source = await openSource(place);
    const [object] = await collect(source.list());
    const other = { ...object, uri: object.uri.replace('/key', '/other') };
    await assert.rejects(readAll(source.open(other, { start: 0, end: 5 })), { code: 'SESSION_POLICY_DENIES' });

    await openTarget(place, { object: 'out' });
    const { policy } = of(place, 'sts')[1].params ?? {};
    const resources = [...JSON.stringify(policy).matchAll(/arn:aws:s3:::([^"]*)/g)].map(([, resource]) => resource);
    assert.deepEqual(resources, ['data/place/out']);
  });

  inSandbox('names the gate of S3 that refuses', {}, async (place) => {
    await place.put('key', Buffer.from('bytes'));
    const idle = { iamRoleArn: `arn:aws:iam::${accounts.partner}:role/idle` };
    await assert.rejects(collect((await openSource(place, { connection: idle })).list()), {
      code: 'ACCESS_DENIED',
      place: { object: 's3://data/place/key' },
    });
    const owner = { expectedBucketOwner: accounts.ours };
    await assert.rejects(collect((await openSource(place, { connection: owner })).list()), { code: 'ACCESS_DENIED' });
    const bucket = { folderPath: 'nowhere' };
    await assert.rejects(
      collect(
        (
          await openSource(place, { object: '*', connection: bucket, advanced: { allowWildcardCharacters: true } })
        ).list(),
      ),
      { code: 'NO_SUCH_BUCKET' },
    );
    const region = { regionName: 'us-east-2' };
    await assert.rejects(collect((await openSource(place, { connection: region })).list()), { code: 'WRONG_REGION' });
  });

  inSandbox('reads and writes keys of any code points under derived policies', {}, async (place) => {
    for (const key of [
      'odd//key',
      './a/../b',
      'sp ace+plus%20',
      'a*b?c',
      ['cost$ $', '{x}'].join(''),
      'é',
      '\u4e2d\u{1f600}',
      '&<>"\'',
    ]) {
      const target = await openTarget(place, { object: key });
      const write = await target.beginWrite();
      await write.write(Buffer.from(key));
      await target.commit(await write.finish());
      assert.equal(String(await place.get(key)), key);
      const source = await openSource(place, { object: key });
      const [object] = await collect(source.list());
      assert.equal(String(await readAll(source.open(object, { start: 0, end: object.size }))), key);
    }
  });
});

describe('amazon-s3-v2 lifetimes in the sandbox', () => {
  const clocked = () => {
    const clock = testClock({ patience: 10_000 });
    return { clock, run: testRun({ clock }) };
  };

  it('reads, lists and writes across many lifetimes, with one AssumeRole for each', async () => {
    const { clock, run } = clocked();
    const place = await sandboxPlace({ clock });
    try {
      for (let i = 0; i < 1100; i++) await place.put(`many/${String(i).padStart(5, '0')}`, Buffer.from(String(i)));
      const source = await openSource(place, { object: 'many/*', advanced: { allowWildcardCharacters: true }, run });
      let listed = 0;
      for await (const object of source.list()) {
        listed += 1;
        if (listed % 250 === 0) {
          await clock.advance(890_000);
          assert.equal(String(await readAll(source.open(object, { start: 0, end: object.size }))), String(listed - 1));
        }
      }
      assert.equal(listed, 1100);

      const target = await openTarget(place, { object: 'out', run });
      const write = await target.beginWrite();
      for (let i = 0; i < 30; i++) {
        await write.write(Buffer.alloc(mebibyte, i));
        if (i % 10 === 9) await clock.advance(890_000);
      }
      const prepared = await write.finish();
      await clock.advance(890_000);
      await target.commit(prepared);
      assert.equal((await place.get('out'))?.length, 30 * mebibyte);

      // The SDK signs by the real clock, so STS may refuse a call's time before it grants the next one: grants are counted.
      const grants = of(place, 'sts').filter(({ status }) => status === 200).length;
      const reports = [source.session(), target.session()];
      assert.deepEqual(
        reports.map((report) => (report?.refreshes ?? 0) >= 3),
        [true, true],
      );
      assert.equal(
        grants,
        reports.reduce((sum, report) => sum + (report?.grantedExpirations.length ?? 0), 0),
      );
      assert.ok(of(place, 's3').every(({ code }) => code !== 'ExpiredToken'));
    } finally {
      await place.close();
    }
  });

  it('aborts an upload after its session has ended', async () => {
    const { clock, run } = clocked();
    const place = await sandboxPlace({ clock });
    try {
      const target = await openTarget(place, { object: 'out', run });
      const write = await target.beginWrite();
      for (let i = 0; i < 20; i++) await write.write(Buffer.alloc(mebibyte, i));
      run.controller.abort(new Error('cancelled'));
      await clock.advance(2_000_000);
      await write.abort();
      assert.deepEqual(place.sandbox.openUploads(), []);
    } finally {
      await place.close();
    }
  });

  for (const [operation, occurrence] of [
    ['GetObject', 2],
    ['UploadPart', 2],
    ['CompleteMultipartUpload', 1],
  ] as const) {
    const faults = [{ on: { operation, occurrence }, do: 'expire' }];
    inSandbox(`goes on when a session ends all of a sudden at ${operation}`, { more: { faults } }, async (place) => {
      await place.put('key', Buffer.alloc(mebibyte, 1));
      const source = await openSource(place);
      const [object] = await collect(source.list());
      for (let i = 0; i < 3; i++) await readAll(source.open(object, { start: i, end: mebibyte }));
      const target = await openTarget(place, { object: 'out' });
      const write = await target.beginWrite();
      for (let i = 0; i < 20; i++) await write.write(Buffer.alloc(mebibyte, i));
      await target.commit(await write.finish());
      const refreshed = operation === 'GetObject' ? source : target;
      assert.equal(refreshed.session()?.refreshes, 1);
    });
  }

  for (const seconds of [-7200, 7200]) {
    inSandbox(
      `works with a clock that is off by ${seconds} s`,
      { more: { clockOffsetSeconds: seconds } },
      async (place) => {
        await place.put('key', Buffer.from('bytes'));
        const source = await openSource(place);
        const [object] = await collect(source.list());
        assert.equal(String(await readAll(source.open(object, { start: 0, end: 5 }))), 'bytes');
        assert.equal(source.session()?.refreshes, 0);
      },
    );
  }

  inSandbox('asks STS once for any number of parallel requests', {}, async (place) => {
    await place.put('key', Buffer.alloc(mebibyte, 1));
    const source = await openSource(place);
    const [object] = await collect(source.list());
    await Promise.all(Array.from({ length: 60 }, (_, i) => readAll(source.open(object, { start: i, end: i + 1000 }))));
    assert.equal(of(place, 'sts').length, 1);
  });

  const ended = [{ on: { operation: 'GetObject', occurrence: 20 }, do: 'expire' }];
  inSandbox(
    'asks STS once more for all requests that find their session ended',
    { more: { faults: ended } },
    async (place) => {
      await place.put('key', Buffer.alloc(mebibyte, 1));
      const source = await openSource(place);
      const [object] = await collect(source.list());
      await Promise.all(
        Array.from({ length: 60 }, (_, i) => readAll(source.open(object, { start: i, end: i + 1000 }))),
      );
      assert.ok(of(place, 's3').filter(({ code }) => code === 'ExpiredToken').length > 1, 'several were refused');
      assert.equal(of(place, 'sts').length, 2);
    },
  );
});

describe('amazon-s3-v2 against a faulty S3 in the sandbox', () => {
  const bytes = Buffer.from(Array.from({ length: 3 * mebibyte }, (_, i) => (i * 13 + (i >> 9)) & 0xff));

  for (const fault of ['throttle', 'reset', 'truncate', 'error500'] as const) {
    const faults = [
      { on: { operation: 'GetObject', occurrence: 1 }, do: fault, afterBytes: 1_000_000 },
      { on: { operation: 'UploadPart', occurrence: 1 }, do: fault === 'truncate' ? 'reset' : fault },
      { on: { operation: 'CompleteMultipartUpload', occurrence: 1 }, do: fault === 'truncate' ? 'reset' : fault },
    ];
    inSandbox(`moves every byte once in spite of: ${fault}`, { more: { faults } }, async (place) => {
      await place.put('key', bytes);
      const run = testRun({ clock: testClock({ patience: 10_000 }) });
      const source = await openSource(place, { run });
      const [object] = await collect(source.list());
      assert.ok((await readAll(source.open(object, { start: 0, end: object.size }))).equals(bytes));

      const target = await openTarget(place, { object: 'out', run });
      const write = await target.beginWrite();
      for (let i = 0; i < 4; i++) await write.write(bytes);
      await target.commit(await write.finish());
      const written = await place.get('out');
      assert.ok(written && Buffer.concat([bytes, bytes, bytes, bytes]).equals(written));
    });
  }
});
