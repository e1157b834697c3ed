import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import type { ObjectInfo } from '../../../runtime/connector-api.js';
import { collect, readAll } from '../test-run.js';
import { type Answer, grant, reply, reset, type SeenRequest, s3Error } from './scripted-service.js';
import { pathOf, requestsOf, role, type ScriptedOptions, withScriptedSource } from './scripted-side.js';

const content = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7) & 0xff));
const object: ObjectInfo = { uri: 's3://bucket/key', size: content.length, etag: '"v1"', modified: new Date(0) };

function rangeOf({ headers }: SeenRequest): [start: number, end: number] {
  const [, start, last] = /^bytes=(\d+)-(\d+)$/.exec(String(headers.range)) ?? [];
  return [Number(start), Number(last) + 1];
}

const contentRange = (start: number, end: number) => ({
  'content-range': `bytes ${start}-${end - 1}/${content.length}`,
});

const whole: Answer = (response, request) => {
  const [start, end] = rangeOf(request);
  reply(206, content.subarray(start, end), contentRange(start, end))(response, request);
};

/** Sends `bytes` of what was asked for, then breaks the connection, or goes silent. */
const part =
  (bytes: number, then: 'reset' | 'silence'): Answer =>
  (response, request) => {
    const [start, end] = rangeOf(request);
    response.writeHead(206, { ...contentRange(start, end), 'content-length': String(end - start) });
    response.write(content.subarray(start, start + bytes), () => {
      if (then === 'reset') setTimeout(() => response.socket?.destroy(), 5);
    });
  };

const isList = ({ path }: SeenRequest) => path.includes('list-type=2');

const listing = (entries: readonly (readonly [key: string, etag: string, size?: number])[], token?: string) =>
  reply(
    200,
    `<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>${token !== undefined}</IsTruncated>${token ? `<NextContinuationToken>${token}</NextContinuationToken>` : ''}${entries
      .map(
        ([key, etag, size = 1]) =>
          `<Contents><Key>${key}</Key><ETag>&quot;${etag}&quot;</ETag><Size>${size}</Size><LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents>`,
      )
      .join('')}</ListBucketResult>`,
    { 'content-type': 'application/xml' },
  );

const range = { start: 0, end: content.length };

describe('amazon-s3-v2 reading', () => {
  it('resumes a body that breaks off at the byte it had reached, under the listed ETag', async () => {
    await withScriptedSource(
      (_, count) => (count === 1 ? part(50_000, 'reset') : count === 2 ? part(30_000, 'reset') : whole),
      {},
      async (source, { service }) => {
        assert.ok(
          (await readAll(source.open(object, { start: 100, end: 150_100 }))).equals(content.subarray(100, 150_100)),
        );
        assert.deepEqual(
          service.seen.map(({ headers }) => [headers.range, headers['if-match']]),
          [
            ['bytes=100-150099', '"v1"'],
            ['bytes=50100-150099', '"v1"'],
            ['bytes=80100-150099', '"v1"'],
          ],
        );
      },
    );
  });

  it('gives a body up that brings nothing for 30 s, and resumes it', async () => {
    await withScriptedSource(
      (_, count) => (count === 1 ? part(60_000, 'silence') : whole),
      {},
      async (source, { clock, service }) => {
        const copies: Buffer[] = [];
        let bytes = 0;
        for await (const chunk of source.open(object, range)) {
          copies.push(Buffer.from(chunk));
          bytes += chunk.length;
          if (bytes === 60_000) setTimeout(() => clock.advance(30_000), 5);
        }
        assert.ok(Buffer.concat(copies).equals(content));
        assert.equal(service.seen[1].headers.range, 'bytes=60000-199999');
      },
    );
  });

  it('does not count the time that its reader takes', async () => {
    await withScriptedSource(
      () => part(60_000, 'silence'),
      {},
      async (source, { clock, service }) => {
        const chunks = source.open(object, range)[Symbol.asyncIterator]();
        await chunks.next();
        await clock.advance(29_000);
        await clock.advance(29_000);
        await chunks.return?.();
        assert.equal(service.seen.length, 1);
      },
    );
  });

  it('gives up when body after body brings nothing', async () => {
    await withScriptedSource(
      () => part(0, 'reset'),
      {},
      async (source) => {
        await assert.rejects(readAll(source.open(object, range)), { code: 'SOURCE_READ_BROKEN' });
      },
    );
  });

  it('waits for a storage that is busy, and for a broken connection', async () => {
    // As after a clock that was off has been set right in mid-run: the answer's time is the machine's.
    const skewed = s3Error(403, 'RequestTimeTooSkewed', 'off', { date: new Date().toUTCString() });
    const answers = [
      skewed,
      s3Error(503, 'SlowDown'),
      s3Error(500, 'InternalError'),
      reset,
      reply(502, '<html>'),
      whole,
    ];
    await withScriptedSource(
      (_, count) => answers[count - 1],
      {},
      async (source) => assert.ok((await readAll(source.open(object, range))).equals(content)),
    );
  });

  it('names a KMS key that can not be used', async () => {
    await withScriptedSource(
      () => s3Error(400, 'KMS.DisabledException', 'arn:aws:kms:eu-west-1:111122223333:key/k is disabled.'),
      {},
      async (source) => {
        await assert.rejects(readAll(source.open(object, range)), { code: 'KMS_KEY_UNUSABLE', message: /is disabled/ });
      },
    );
  });

  it('never takes other bytes than those it asked for', async () => {
    await withScriptedSource(
      () => reply(200, content),
      {},
      async (source) => {
        await assert.rejects(readAll(source.open(object, { start: 10, end: 20 })), { code: 'RANGE_IGNORED' });
      },
    );
  });

  for (const [what, script, code] of [
    ['412', () => s3Error(412, 'PreconditionFailed'), 'SOURCE_OBJECT_CHANGED'],
    ['416', () => s3Error(416, 'InvalidRange'), 'SOURCE_OBJECT_CHANGED'],
    ['404', () => s3Error(404, 'NoSuchKey'), 'SOURCE_OBJECT_GONE'],
    [
      '403 for a key that is listed no more',
      (request: SeenRequest) => (isList(request) ? listing([]) : s3Error(403, 'AccessDenied')),
      'SOURCE_OBJECT_GONE',
    ],
    [
      '403 for a key that is listed with another ETag',
      (request: SeenRequest) => (isList(request) ? listing([['key', 'v2']]) : s3Error(403, 'AccessDenied')),
      'SOURCE_OBJECT_CHANGED',
    ],
    [
      '403 for a key that is listed as before',
      (request: SeenRequest) => (isList(request) ? listing([['key', 'v1']]) : s3Error(403, 'AccessDenied')),
      'ACCESS_DENIED',
    ],
    ['403 where listing is refused, too', () => s3Error(403, 'AccessDenied'), 'ACCESS_DENIED'],
    ['an archived object', () => s3Error(403, 'InvalidObjectState'), 'OBJECT_ARCHIVED'],
    ['a missing bucket', () => s3Error(404, 'NoSuchBucket'), 'NO_SUCH_BUCKET'],
    ['a key that is unknown', () => s3Error(403, 'InvalidAccessKeyId'), 'S3_KEY_REFUSED'],
    ['something else', () => s3Error(400, 'InvalidRequest'), 'S3_REQUEST_FAILED'],
  ] as const) {
    it(`explains ${what} as ${code}`, async () => {
      await withScriptedSource(script, {}, async (source) => {
        await assert.rejects(readAll(source.open(object, range)), { code, place: { object: object.uri } });
      });
    });
  }

  it('names the region that the bucket is in', async () => {
    const elsewhere = s3Error(301, 'PermanentRedirect', 'elsewhere', { 'x-amz-bucket-region': 'us-west-2' });
    await withScriptedSource(
      () => elsewhere,
      {},
      async (source) => {
        await assert.rejects(readAll(source.open(object, range)), (error) => {
          assert.ok(error instanceof Error && 'code' in error && 'remedy' in error);
          assert.equal(error.code, 'WRONG_REGION');
          assert.match(String(error.remedy), /us-west-2/);
          return true;
        });
      },
    );
  });
});

describe('amazon-s3-v2 sessions in requests', () => {
  const isSts = ({ path }: SeenRequest) => path === '/';
  const withRole: ScriptedOptions = { connection: role };

  it('replaces a session that S3 calls expired, once, and repeats the request with the new one', async () => {
    let granted = 0;
    await withScriptedSource(
      (request) => {
        if (isSts(request)) return grant(900, { accessKeyId: `ASIA${++granted}` });
        return String(request.headers.authorization).includes('ASIA1/') ? s3Error(400, 'ExpiredToken') : whole;
      },
      withRole,
      async (source) => {
        const reads = Array.from({ length: 8 }, () => readAll(source.open(object, range)));
        for (const bytes of await Promise.all(reads)) assert.ok(bytes.equals(content));
        assert.equal(source.session()?.stsCalls, 2);
        assert.equal(source.session()?.refreshes, 1);
      },
    );
  });

  it('takes a 400 without a body, which is all that HEAD has, for the end of the session', async () => {
    let granted = 0;
    const found = reply(200, '', { 'content-length': '1', etag: '"e"' });
    await withScriptedSource(
      (request) => {
        if (isSts(request)) return grant(900, { accessKeyId: `ASIA${++granted}` });
        return String(request.headers.authorization).includes('ASIA1/') ? reply(400) : found;
      },
      withRole,
      async (source) => {
        assert.equal((await collect(source.list())).length, 1);
        assert.equal(source.session()?.refreshes, 1);
      },
    );
  });

  it('takes a 400 without a body from another region for just that', async () => {
    await withScriptedSource(
      (request) => (isSts(request) ? grant(900) : reply(400, '', { 'x-amz-bucket-region': 'us-west-2' })),
      withRole,
      async (source) => {
        await assert.rejects(collect(source.list()), { code: 'WRONG_REGION' });
        assert.equal(source.session()?.stsCalls, 1);
      },
    );
  });

  it('does not go on replacing sessions that are refused again', async () => {
    await withScriptedSource(
      (request) => (isSts(request) ? grant(900) : s3Error(400, 'InvalidToken')),
      withRole,
      async (source) => {
        await assert.rejects(readAll(source.open(object, range)), { code: 'S3_KEY_REFUSED' });
        assert.equal(source.session()?.stsCalls, 2);
      },
    );
  });

  it('takes a refusal for the end of the session only within 5 s of it', async () => {
    let granted = 0;
    await withScriptedSource(
      (request) => {
        if (isSts(request)) return grant(900, { accessKeyId: `ASIA${++granted}` });
        return String(request.headers.authorization).includes('ASIA1/') ? s3Error(403, 'AccessDenied') : whole;
      },
      withRole,
      async (source, { clock }) => {
        await assert.rejects(readAll(source.open(object, range)), { code: 'ACCESS_DENIED' });
        assert.equal(source.session()?.stsCalls, 1);
        await clock.advance(896_000);
        assert.ok((await readAll(source.open(object, range))).equals(content));
      },
    );
  });

  it('sends the session with the owner of the bucket, and never the key of the user', async () => {
    await withScriptedSource(
      (request) => (isSts(request) ? grant(900) : whole),
      withRole,
      async (source, { service }) => {
        await readAll(source.open(object, range));
        const [, get] = service.seen;
        assert.match(String(get.headers.authorization), /Credential=ASIATEST\//);
        assert.equal(get.headers['x-amz-security-token'], 'session-token');
        assert.equal(get.headers['x-amz-expected-bucket-owner'], '111122223333');
      },
    );
  });

  for (const [setting, sent] of [
    ['999988887777', '999988887777'],
    ['any', undefined],
  ]) {
    it(`demands as owner of the bucket what expectedBucketOwner says: ${setting}`, async () => {
      await withScriptedSource(
        (request) => (isSts(request) ? grant(900) : whole),
        { connection: { ...role, expectedBucketOwner: setting } },
        async (source, { service }) => {
          await readAll(source.open(object, range));
          assert.equal(service.seen[1].headers['x-amz-expected-bucket-owner'], sent);
        },
      );
    });
  }

  it('tells who was refused what, and keeps secrets to itself', async () => {
    const body =
      '<Error><Code>AccessDenied</Code><Message>no identity-based policy allows the s3:GetObject action</Message><Token-0>session-token</Token-0></Error>';
    await withScriptedSource(
      (request) => (isSts(request) ? grant(900) : reply(403, body, { 'content-type': 'application/xml' })),
      withRole,
      async (source) => {
        await assert.rejects(readAll(source.open(object, range)), (error) => {
          assert.ok(error instanceof Error);
          assert.match(
            error.message,
            /GetObject of s3:\/\/bucket\/key .*assumed-role\/reader\/s.*identity-based policy/,
          );
          assert.doesNotMatch(
            inspect(error, { depth: 10, showHidden: true }),
            /session-token|session-secret|user-secret/,
          );
          return true;
        });
      },
    );
  });
});

describe('amazon-s3-v2 listing', () => {
  const pattern = (object: string, more: ScriptedOptions = {}): ScriptedOptions => ({
    object,
    advanced: { allowWildcardCharacters: true, ...more.advanced },
    ...more,
  });

  it('follows pages, decodes keys, and leaves out folder markers and what does not match', async () => {
    await withScriptedSource(
      (_, count) =>
        count === 1
          ? listing(
              [
                ['in/', 'm', 0],
                ['in/a+b%2Bc.csv', 'e1'],
                ['in/b.txt', 'e2'],
              ],
              'next',
            )
          : listing([['in/%E4%B8%AD%26.csv', 'e3', 5]]),
      pattern('in/*.csv'),
      async (source, { service }) => {
        assert.deepEqual(await collect(source.list()), [
          { uri: 's3://bucket/in/a b+c.csv', size: 1, etag: '"e1"', modified: new Date('2026-01-02T03:04:05Z') },
          { uri: 's3://bucket/in/\u4e2d&.csv', size: 5, etag: '"e3"', modified: new Date('2026-01-02T03:04:05Z') },
        ]);
        const [first, second] = service.seen.map(({ path }) => new URLSearchParams(path.split('?')[1]));
        assert.equal(first.get('prefix'), 'in/');
        assert.equal(first.get('delimiter'), '/');
        assert.equal(second.get('continuation-token'), 'next');
      },
    );
  });

  it('lists what lies deeper only where the pattern reaches there', async () => {
    const delimiters: (string | null)[] = [];
    for (const object of ['in/*', 'in/*/x', 'in/2*']) {
      await withScriptedSource(
        () => listing([]),
        pattern(object),
        async (source, { service }) => {
          await collect(source.list());
          delimiters.push(new URLSearchParams(service.seen[0].path.split('?')[1]).get('delimiter'));
        },
      );
    }
    assert.deepEqual(delimiters, ['/', null, '/']);
  });

  it('refuses a listing that is not in key order', async () => {
    await withScriptedSource(
      () =>
        listing([
          ['b', 'e'],
          ['a', 'e'],
        ]),
      pattern('*'),
      async (source) => assert.rejects(collect(source.list()), { code: 'LISTING_OUT_OF_ORDER' }),
    );
  });

  it('looks at a single object without listing', async () => {
    await withScriptedSource(
      () => reply(200, '', { 'content-length': '7', etag: '"e"', 'last-modified': 'Fri, 02 Jan 2026 03:04:05 GMT' }),
      {},
      async (source, { service }) => {
        const [found] = await collect(source.list());
        assert.deepEqual(found, {
          uri: 's3://bucket/key',
          size: 7,
          etag: '"e"',
          modified: new Date('2026-01-02T03:04:05Z'),
        });
        assert.deepEqual(requestsOf(service), ['HEAD /bucket/key']);
      },
    );
  });

  it('asks the listing whether a refused single object exists', async () => {
    await withScriptedSource(
      (request) => (isList(request) ? listing([['key2', 'e']]) : reply(403)),
      {},
      async (source) => assert.deepEqual(await collect(source.list()), []),
    );
    await withScriptedSource(
      (request) => (isList(request) ? listing([['key', 'e']]) : reply(403)),
      {},
      async (source) => assert.rejects(collect(source.list()), { code: 'ACCESS_DENIED' }),
    );
  });

  it('tells a missing bucket from a missing object, which HEAD does not', async () => {
    const noBucket = '<Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message></Error>';
    await withScriptedSource(
      (request) => reply(404, isList(request) ? noBucket : ''),
      {},
      async (source) => assert.rejects(collect(source.list()), { code: 'NO_SUCH_BUCKET' }),
    );
    await withScriptedSource(
      (request) => (isList(request) ? reply(403) : reply(404)),
      {},
      async (source) => assert.deepEqual(await collect(source.list()), []),
    );
  });

  it('keeps every code point of a key on the way', async () => {
    await withScriptedSource(
      (request) => (isList(request) ? listing([]) : reply(404)),
      { object: './a//b/../c d+e%20\u4e2d' },
      async (source, { service }) => {
        await collect(source.list());
        assert.equal(pathOf(service.seen[0]), 'HEAD /bucket/./a//b/../c%20d%2Be%2520%E4%B8%AD');
      },
    );
  });
});
