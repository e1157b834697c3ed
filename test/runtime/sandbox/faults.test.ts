import assert from 'node:assert/strict';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { allow, errorFields, failure, home, type Place, place, policy } from './place.js';

const Bucket = 'data';
const size = 200_000;
const open = policy({ ...allow(['s3:GetObject', 's3:PutObject'], 'arn:aws:s3:::data/*'), Principal: '*' });

async function faulty(t: Parameters<typeof place>[0], ...faults: readonly unknown[]): Promise<Place> {
  const here = await place(t, { bucketPolicy: open, more: { faults } });
  await here.sandbox.putObject(Bucket, 'k', Buffer.alloc(size, 'x'));
  return here;
}

interface Received {
  readonly status: number | undefined;
  readonly bytes: number;
  readonly end: string;
}

/** Reads without a client that would try again; `leaveAfter` bytes the connection is dropped. */
function get(endpoint: string, path: string, leaveAfter = Number.POSITIVE_INFINITY): Promise<Received> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(endpoint);
    let response: IncomingMessage | undefined;
    let bytes = 0;
    const done = (end: string) => resolve({ status: response?.statusCode, bytes, end });
    const request = httpRequest({ hostname, port, path, agent: false }, (message) => {
      response = message;
      message.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes >= leaveAfter) {
          done('left');
          request.destroy();
        }
      });
      message.on('end', () => done('complete'));
      message.on('error', (error) => done('code' in error ? String(error.code) : error.message));
    });
    request.on('error', (error) => done('code' in error ? String(error.code) : error.message));
    request.end();
  });
}

test('the n-th, every n-th, and only what matches', async (t) => {
  const here = await faulty(
    t,
    { on: { operation: 'HeadObject', key: 'k', occurrence: 2 }, do: 'throttle' },
    { on: { operation: 'GetObject', every: 3 }, do: 'error500' },
  );
  const s3 = here.s3();
  const outcome = async (command: HeadObjectCommand | GetObjectCommand): Promise<unknown> => {
    try {
      const answer = command instanceof HeadObjectCommand ? await s3.send(command) : await s3.send(command);
      return answer.$metadata.httpStatusCode;
    } catch (error) {
      return errorFields(error).status;
    }
  };
  const times = async (count: number, command: HeadObjectCommand | GetObjectCommand): Promise<unknown[]> => {
    const outcomes = [];
    for (let i = 0; i < count; i++) outcomes.push(await outcome(command));
    return outcomes;
  };
  assert.deepEqual(await times(4, new HeadObjectCommand({ Bucket, Key: 'k' })), [200, 503, 200, 200]);
  assert.deepEqual(
    await times(6, new GetObjectCommand({ Bucket, Key: 'k', Range: 'bytes=0-0' })),
    [206, 206, 500, 206, 206, 500],
  );
  assert.deepEqual(await times(2, new HeadObjectCommand({ Bucket, Key: 'other' })), [404, 404]);
});

test('truncate and reset cut the body at the byte', async (t) => {
  const { sandbox } = await faulty(
    t,
    { on: { operation: 'GetObject', occurrence: 1 }, do: 'truncate', afterBytes: 70_000 },
    { on: { operation: 'GetObject', occurrence: 2 }, do: 'reset', afterBytes: 1 },
    { on: { operation: 'GetObject', occurrence: 3 }, do: 'reset' },
  );
  const truncated = await get(sandbox.endpoint, '/data/k');
  assert.deepEqual([truncated.status, truncated.bytes], [200, 70_000]);
  assert.notEqual(truncated.end, 'complete');
  const reset = await get(sandbox.endpoint, '/data/k');
  assert.ok(reset.bytes <= 1 && reset.end === 'ECONNRESET', JSON.stringify(reset));
  assert.deepEqual(await get(sandbox.endpoint, '/data/k'), { status: undefined, bytes: 0, end: 'ECONNRESET' });
  assert.deepEqual(await get(sandbox.endpoint, '/data/k'), { status: 200, bytes: size, end: 'complete' });
  assert.deepEqual(
    sandbox.auditLog.map(({ status }) => status),
    [200, 200, null, 200],
  );
});

test('stall keeps the connection open until the client leaves; slow keeps the pace', async (t) => {
  const { sandbox } = await faulty(
    t,
    { on: { operation: 'GetObject', occurrence: 1 }, do: 'stall', afterBytes: 1000 },
    { on: { operation: 'GetObject', occurrence: 2 }, do: 'slow', bytesPerSecond: 1_000_000 },
  );
  assert.deepEqual(await get(sandbox.endpoint, '/data/k', 1000), { status: 200, bytes: 1000, end: 'left' });
  const begun = performance.now();
  assert.equal((await get(sandbox.endpoint, '/data/k')).bytes, size);
  assert.ok(performance.now() - begun >= 190, 'a fifth of a megabyte takes a fifth of a second');
});

test('reset comes before the effect of a write, truncate after it', async (t) => {
  const here = await faulty(
    t,
    { on: { operation: 'PutObject', key: 'before' }, do: 'reset' },
    { on: { operation: 'PutObject', key: 'after' }, do: 'truncate' },
  );
  for (const Key of ['before', 'after'])
    await assert.rejects(here.s3().send(new PutObjectCommand({ Bucket, Key, Body: 'x' })));
  assert.deepEqual(
    here.sandbox.listObjects(Bucket).map(({ key }) => key),
    ['after', 'k'],
  );
});

test('expire ends the session for good, and only that one', async (t) => {
  const here = await faulty(t, { on: { service: 's3', key: 'in/2' }, do: 'expire' });
  const session = async () => {
    const command = new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${home}:role/reader`, RoleSessionName: 'one' });
    const { Credentials: given } = await here.sts(here.mover).send(command);
    return {
      accessKeyId: given?.AccessKeyId ?? '',
      secretAccessKey: given?.SecretAccessKey ?? '',
      sessionToken: given?.SessionToken ?? '',
    };
  };
  await here.sandbox.putObject(Bucket, 'in/1', Buffer.from('x'));
  const [first, second] = [await session(), await session()];
  const read = (keys: typeof first, Key: string) => here.s3(keys).send(new GetObjectCommand({ Bucket, Key }));
  await read(first, 'in/1');
  await assert.rejects(read(first, 'in/2'), failure('ExpiredToken', 400));
  await assert.rejects(read(first, 'in/1'), failure('ExpiredToken', 400));
  await read(second, 'in/1');
});

test('STS has faults of its own, by the role asked for as well', async (t) => {
  const here = await faulty(
    t,
    { on: { operation: 'AssumeRole', roleArn: `arn:aws:iam::${home}:role/reader`, occurrence: 1 }, do: 'throttle' },
    { on: { service: 'sts', operation: 'GetCallerIdentity' }, do: 'error500' },
  );
  const sts = here.sts(here.mover);
  const assume = () =>
    sts.send(new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${home}:role/reader`, RoleSessionName: 'one' }));
  await assert.rejects(assume(), failure('Throttling', 400));
  await assume();
  await assert.rejects(sts.send(new GetCallerIdentityCommand({})), failure('InternalFailure', 500));
});
