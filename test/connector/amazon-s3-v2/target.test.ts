import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { crc32 } from 'node:zlib';
import type { ObjectWrite, Target } from '../../../runtime/connector-api.js';
import { type Answer, grant, reply, reset, type SeenRequest, s3Error, silence } from './scripted-service.js';
import { pathOf, requestsOf, role, type ScriptedOptions, withScriptedTarget } from './scripted-side.js';

const mebibyte = 1024 * 1024;

const xml = (body: string, status = 200) => reply(status, body, { 'content-type': 'application/xml' });
const created = xml('<InitiateMultipartUploadResult><UploadId>U1</UploadId></InitiateMultipartUploadResult>');
const completed = xml(
  '<CompleteMultipartUploadResult><ETag>&quot;whole-2&quot;</ETag></CompleteMultipartUploadResult>',
);
const failedInside = xml(
  '<Error><Code>InternalError</Code><Message>We encountered an internal error.</Message></Error>',
);
const listed = xml('<ListPartsResult><UploadId>U1</UploadId></ListPartsResult>');
const refused = s3Error(403, 'AccessDenied');
const stored = reply(200, '', { etag: '"e"' });

type Step = 'create' | 'part' | 'parts' | 'complete' | 'abort' | 'put' | 'head' | 'sts';

function stepOf({ method, path }: SeenRequest): Step {
  if (path === '/') return 'sts';
  if (method === 'HEAD') return 'head';
  if (method === 'DELETE') return 'abort';
  if (method === 'GET') return 'parts';
  if (method === 'POST') return path.includes('uploadId=') ? 'complete' : 'create';
  return path.includes('partNumber=') ? 'part' : 'put';
}

/** Answers each kind of request as usual, except where the test says otherwise. */
function storage(special: Partial<Record<Step, Answer | readonly Answer[]>> = {}) {
  const usual: Record<Step, Answer> = {
    create: created,
    part: stored,
    complete: completed,
    abort: reply(204),
    parts: s3Error(404, 'NoSuchUpload'),
    put: stored,
    head: reply(404),
    sts: grant(900),
  };
  const counts = new Map<Step, number>();
  return (request: SeenRequest): Answer => {
    const step = stepOf(request);
    const count = counts.get(step) ?? 0;
    counts.set(step, count + 1);
    const answer = special[step] ?? usual[step];
    return typeof answer === 'function' ? answer : (answer[count] ?? usual[step]);
  };
}

const ours = (bytes: number, run = 'run-1') =>
  reply(200, '', { etag: '"ours"', 'content-length': String(bytes), 'x-amz-meta-crossrole-run': run });

async function writeOf(target: Target, bytes: number): Promise<ObjectWrite> {
  const write = await target.beginWrite();
  for (let left = bytes; left > 0; left -= mebibyte) await write.write(Buffer.alloc(Math.min(left, mebibyte), 5));
  return write;
}

const stepsOf = (seen: readonly SeenRequest[]) => seen.map(stepOf);
const large = 20 * mebibyte;

describe('amazon-s3-v2 writing', () => {
  it('sends a small object by one request, at its commit', async () => {
    await withScriptedTarget(
      storage(),
      { advanced: { acl: 'bucket-owner-full-control' } },
      async (target, { service }) => {
        const prepared = await (await writeOf(target, 1000)).finish();
        assert.equal(service.seen.length, 0);
        assert.deepEqual(await target.commit(prepared), { uri: 's3://bucket/key', bytes: 1000, etag: '"e"' });
        assert.deepEqual(requestsOf(service), ['PUT /bucket/key']);
        const [{ headers, body }] = service.seen;
        assert.equal(body.length, 1000);
        assert.equal(headers['x-amz-meta-crossrole-run'], 'run-1');
        assert.equal(headers['x-amz-acl'], 'bucket-owner-full-control');
      },
    );
  });

  it('sends a large one in parts of 8 MiB with their CRC32, and completes them in order', async () => {
    await withScriptedTarget(storage(), {}, async (target, { service, run }) => {
      const prepared = await (await writeOf(target, large)).finish();
      assert.equal(run.buffers.lent(), 0);
      assert.deepEqual((await target.commit(structuredClone(prepared))).etag, '"whole-2"');
      const [create, ...others] = service.seen;
      assert.equal(pathOf(create), 'POST /bucket/key?uploads=');
      assert.equal(create.headers['x-amz-meta-crossrole-run'], 'run-1');
      const parts = others.filter((request) => stepOf(request) === 'part');
      assert.deepEqual(parts.map(({ body }) => body.length).sort(), [4 * mebibyte, 8 * mebibyte, 8 * mebibyte]);
      for (const { headers, body } of parts) {
        const checksum = Buffer.alloc(4);
        checksum.writeUInt32BE(crc32(body));
        assert.equal(headers['x-amz-checksum-crc32'], checksum.toString('base64'));
        assert.match(
          String(headers['x-amz-content-sha256']),
          /^[0-9a-f]{64}$/,
          'signed, as the transport is plain http',
        );
      }
      const numbers = [...others[others.length - 1].body.toString().matchAll(/<PartNumber>(\d+)</g)].map(([, n]) => n);
      assert.deepEqual(numbers, ['1', '2', '3']);
    });
  });

  it('sends no checksum where the storage wants none', async () => {
    await withScriptedTarget(storage(), { connection: { checksums: 'when-required' } }, async (target, { service }) => {
      await target.commit(await (await writeOf(target, large)).finish());
      for (const { headers } of service.seen) {
        assert.deepEqual(
          Object.keys(headers).filter((name) => name.includes('checksum')),
          [],
        );
      }
    });
  });

  it('has at most five buffers at a time, and waits while four parts are under way', async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow: Answer = (response, request) => released.then(() => stored(response, request));
    await withScriptedTarget(storage({ part: slow }), {}, async (target, { run }) => {
      const write = await target.beginWrite();
      let taken = 0;
      const writing = (async () => {
        for (; taken < 60; taken++) await write.write(Buffer.alloc(mebibyte));
      })();
      await new Promise((resolve) => setTimeout(resolve, 100));
      assert.ok(taken < 40, `${taken} MiB were taken`);
      release();
      await writing;
      await write.finish();
      assert.ok(run.buffers.peak() <= 5 * 8 * mebibyte);
    });
  });

  it('repeats a part that was refused for the moment, and fails with the part that failed for good', async () => {
    await withScriptedTarget(storage({ part: [s3Error(503, 'SlowDown'), reset] }), {}, async (target) => {
      const prepared = await (await writeOf(target, large)).finish();
      assert.equal(prepared.bytes, large);
    });
    // Refused only once all four parts have arrived: none can come behind the abort.
    const arrived: (() => void)[] = [];
    const part: Answer = (response, request) => {
      arrived.push(() => s3Error(403, 'AccessDenied')(response, request));
      if (arrived.length === 4) for (const refuse of arrived) refuse();
    };
    await withScriptedTarget(storage({ part }), {}, async (target, { service, run }) => {
      const write = await target.beginWrite();
      await assert.rejects(
        async () => {
          for (let i = 0; i < 100; i++) await write.write(Buffer.alloc(mebibyte));
          await write.finish();
        },
        { code: 'ACCESS_DENIED', place: { object: 's3://bucket/key' } },
      );
      await write.abort();
      assert.equal(run.buffers.lent(), 0);
      const steps = stepsOf(service.seen);
      assert.equal(steps.lastIndexOf('part'), 4, steps.join(' '));
      assert.ok(
        steps.slice(5).length > 0 && steps.slice(5).every((step) => step === 'abort' || step === 'parts'),
        steps.join(' '),
      );
    });
  });

  for (const [what, answers, expected] of [
    ['looks whether an upload is gone where parts were cut off', [], ['abort', 'parts']],
    ['aborts again where a part was stored behind the abort', [listed], ['abort', 'parts', 'abort', 'parts']],
    ['aborts twice where it may not look', [refused, refused], ['abort', 'parts', 'abort', 'parts']],
    ['does not abort for ever', Array.from({ length: 9 }, () => listed), Array(5).fill(['abort', 'parts']).flat()],
  ] as const) {
    it(what, async () => {
      await withScriptedTarget(storage({ part: silence, parts: answers }), {}, async (target, { service, run }) => {
        const write = await writeOf(target, large);
        while (!stepsOf(service.seen).includes('part')) await new Promise((resolve) => setImmediate(resolve));
        run.controller.abort(new Error('cancelled'));
        await write.abort();
        const steps = stepsOf(service.seen);
        assert.deepEqual(steps.slice(steps.lastIndexOf('part') + 1), expected);
        const left = run.warnings.filter(({ code }) => code === 'ABORT_FAILED').length;
        assert.equal(left, expected.length === 10 ? 1 : 0);
      });
    });
  }

  it('names an upload that it could not abort', async () => {
    await withScriptedTarget(storage({ abort: s3Error(403, 'AccessDenied') }), {}, async (target, { run }) => {
      const write = await writeOf(target, large);
      run.controller.abort(new Error('cancelled'));
      await write.abort();
      assert.deepEqual(
        run.warnings
          .filter(({ code }) => code === 'ABORT_FAILED')
          .map(({ message }) => /U1 of s3:\/\/bucket\/key/.test(message)),
        [true],
      );
    });
  });

  it('takes an upload that is gone already for aborted', async () => {
    await withScriptedTarget(storage({ abort: s3Error(404, 'NoSuchUpload') }), {}, async (target, { run }) => {
      await (await writeOf(target, large)).abort();
      assert.deepEqual(run.warnings, []);
    });
  });

  it('aborts an upload whose creation was answered only after the cancellation', async () => {
    let answerCreation = () => {};
    const late: Answer = (response, request) => {
      answerCreation = () => created(response, request);
    };
    await withScriptedTarget(storage({ create: late }), {}, async (target, { run, service }) => {
      const write = await writeOf(target, 9 * mebibyte);
      while (service.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      run.controller.abort(new Error('cancelled'));
      const aborted = write.abort();
      answerCreation();
      await aborted;
      assert.deepEqual(stepsOf(service.seen), ['create', 'abort']);
    });
  });

  it('gives cleaning up 20 s where the storage does not answer, then names the upload', async () => {
    await withScriptedTarget(storage({ abort: silence }), {}, async (target, { clock, run, service }) => {
      const write = await writeOf(target, large);
      const aborted = write.abort();
      while (!stepsOf(service.seen).includes('abort')) await new Promise((resolve) => setTimeout(resolve, 1));
      await clock.advance(20_000);
      await aborted;
      assert.deepEqual(
        run.warnings.map(({ code }) => code),
        ['ABORT_FAILED'],
      );
    });
  });

  it('goes on under a new session when one ends between parts, at the commit, or at the abort', async () => {
    const expired = s3Error(400, 'ExpiredToken');
    const withRole: ScriptedOptions = { connection: role };
    for (const step of ['create', 'part', 'complete', 'abort', 'put'] as const) {
      await withScriptedTarget(storage({ [step]: [expired] }), withRole, async (target, { run }) => {
        const write = await writeOf(target, step === 'put' ? 10 : large);
        if (step === 'abort') await write.abort();
        else await target.commit(await write.finish());
        assert.equal(target.session()?.stsCalls, 2, step);
        assert.deepEqual(run.warnings, []);
      });
    }
  });
});

describe('amazon-s3-v2 commit', () => {
  async function commitLarge(
    special: Partial<Record<Step, Answer | readonly Answer[]>>,
    options: ScriptedOptions = {},
  ) {
    let result: unknown;
    await withScriptedTarget(storage(special), options, async (target) => {
      result = await target.commit(await (await writeOf(target, large)).finish());
    });
    return result;
  }

  it('tries again when the answer is lost, or is an error inside a 200', async () => {
    assert.deepEqual(await commitLarge({ complete: [reset, failedInside, s3Error(500, 'InternalError')] }), {
      uri: 's3://bucket/key',
      bytes: large,
      etag: '"whole-2"',
    });
  });

  it('finds its own object by its metadata after the answer was lost', async () => {
    const committed = { uri: 's3://bucket/key', bytes: large, etag: '"ours"' };
    assert.deepEqual(await commitLarge({ complete: reset, head: ours(large) }), committed);
    const lost = { complete: [reset, s3Error(404, 'NoSuchUpload')], head: ours(large) };
    assert.deepEqual(await commitLarge(lost), committed);
  });

  it('takes its own object for no reason to fail with `fail`', async () => {
    await withScriptedTarget(
      storage({ put: [reset, s3Error(412, 'PreconditionFailed')], head: [reply(404), ours(10)] }),
      { advanced: { ifExists: 'fail' } },
      async (target, { service }) => {
        const committed = await target.commit(await (await writeOf(target, 10)).finish());
        assert.equal(committed.etag, '"ours"');
        assert.ok(
          service.seen
            .filter((request) => stepOf(request) === 'put')
            .every(({ headers }) => headers['if-none-match'] === '*'),
        );
      },
    );
  });

  for (const [what, head] of [
    ['there is none', reply(404)],
    ['it is of another run', ours(large, 'another')],
    ['it has another size', ours(large - 1)],
    ['it may not be looked at', reply(403)],
  ] as const) {
    it(`does not know whether the object was written when no try was answered and ${what}`, async () => {
      await assert.rejects(commitLarge({ complete: reset, head }), {
        code: 'COMMIT_UNKNOWN',
        place: { object: 's3://bucket/key' },
      });
    });
  }

  it('fails clearly when the commit is refused', async () => {
    await assert.rejects(commitLarge({ complete: s3Error(403, 'AccessDenied') }), { code: 'ACCESS_DENIED' });
    await assert.rejects(commitLarge({ complete: s3Error(404, 'NoSuchUpload') }), { code: 'S3_REQUEST_FAILED' });
    await assert.rejects(
      commitLarge({ complete: s3Error(412, 'PreconditionFailed') }, { advanced: { ifExists: 'fail' } }),
      { code: 'TARGET_EXISTS' },
    );
  });

  it('is not given up half-way when the run is cancelled', async () => {
    await withScriptedTarget(storage(), {}, async (target, { run }) => {
      const prepared = await (await writeOf(target, large)).finish();
      run.controller.abort(new Error('cancelled'));
      assert.equal((await target.commit(prepared)).etag, '"whole-2"');
    });
  });
});
