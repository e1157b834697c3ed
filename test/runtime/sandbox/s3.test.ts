import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { allow, errorFields, failure, home, partner, place, policy } from './place.js';

const Bucket = 'data';
const mebibyte = 1024 * 1024;
const md5 = (bytes: Uint8Array | string): string => createHash('md5').update(bytes).digest('hex');
const textOf = async (s3: S3Client, Key: string): Promise<string> =>
  (await (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString()) ?? '';

test('an object keeps its bytes, type, metadata and encryption', async (t) => {
  const key = { policy: policy({ ...allow('kms:*'), Principal: { AWS: home } }) };
  const s3 = (await place(t, { keys: { 'key-1': key } })).s3();
  const put = await s3.send(
    new PutObjectCommand({
      Bucket,
      Key: 'k',
      Body: 'bytes',
      ContentType: 'text/csv',
      CacheControl: 'no-cache',
      Metadata: { 'crossrole-run': 'r1' },
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: 'key-1',
      Tagging: 'a=1&b=2',
    }),
  );
  assert.equal(put.ETag, `"${md5('bytes')}"`);
  assert.equal(put.ServerSideEncryption, 'aws:kms');
  for (const command of [
    new GetObjectCommand({ Bucket, Key: 'k' }),
    new HeadObjectCommand({ Bucket, Key: 'k', ChecksumMode: 'ENABLED' }),
  ]) {
    const got = command instanceof GetObjectCommand ? await s3.send(command) : await s3.send(command);
    assert.equal(got.ContentType, 'text/csv');
    assert.equal(got.CacheControl, 'no-cache');
    assert.equal(got.ContentLength, 5);
    assert.deepEqual(got.Metadata, { 'crossrole-run': 'r1' });
    assert.equal(got.ServerSideEncryption, 'aws:kms');
    assert.equal(got.SSEKMSKeyId, `arn:aws:kms:eu-west-1:${home}:key/key-1`);
    assert.equal(got.TagCount, 2);
    assert.equal(got.ChecksumCRC32, checksumOf('bytes'));
  }
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
  await assert.rejects(s3.send(new GetObjectCommand({ Bucket, Key: 'k' })), failure('NoSuchKey', 404));
});

function checksumOf(text: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return bytes.toString('base64');
}

test('keys are code points and nothing else', async (t) => {
  const { s3: client, sandbox } = await place(t);
  const s3 = client();
  const keys = [
    'a//b',
    'a/./b',
    'a/../b',
    '../up',
    ' lead',
    'plus+and space',
    'per%25cent',
    'ü/é',
    'é',
    'q?x=1&y#z',
    "it's(1)!*",
    '😀',
    '\uffee',
    '<&>"',
  ];
  for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
  for (const Key of keys) assert.equal(await textOf(s3, Key), Key);
  const inBytes = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  assert.deepEqual(
    sandbox.listObjects(Bucket).map(({ key }) => key),
    inBytes,
  );
  const plain = await s3.send(new ListObjectsV2Command({ Bucket }));
  assert.deepEqual(
    plain.Contents?.map(({ Key }) => Key),
    inBytes,
  );
  const encoded = await s3.send(new ListObjectsV2Command({ Bucket, EncodingType: 'url' }));
  assert.deepEqual(
    encoded.Contents?.map(({ Key }) => decodeURIComponent((Key ?? '').replaceAll('+', ' '))),
    inBytes,
  );
  await assert.rejects(
    s3.send(new PutObjectCommand({ Bucket, Key: 'x'.repeat(1025), Body: '' })),
    failure('KeyTooLongError', 400),
  );
});

test('ranges and conditions of reads', async (t) => {
  const { s3: client, sandbox } = await place(t);
  const s3 = client();
  await sandbox.putObject(Bucket, 'k', Buffer.from('0123456789'));
  const etag = `"${md5('0123456789')}"`;
  const ranges: readonly (readonly [string, string, string | undefined])[] = [
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=-30', '0123456789', 'bytes 0-9/10'],
    ['bytes=5-500', '56789', 'bytes 5-9/10'],
    ['bytes=4-2', '0123456789', undefined],
    ['lines=1-2', '0123456789', undefined],
  ];
  for (const [Range, expected, contentRange] of ranges) {
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'k', Range }));
    assert.equal(await got.Body?.transformToString(), expected, Range);
    assert.equal(got.ContentRange, contentRange);
  }
  const get = (more: object) => s3.send(new GetObjectCommand({ Bucket, Key: 'k', ...more }));
  await assert.rejects(get({ Range: 'bytes=10-' }), failure('InvalidRange', 416));
  await assert.rejects(get({ Range: 'bytes=-0' }), failure('InvalidRange', 416));
  await assert.rejects(get({ IfMatch: '"other"' }), failure('PreconditionFailed', 412));
  await assert.rejects(get({ IfNoneMatch: etag }), (error) => errorFields(error).status === 304);
  await assert.rejects(
    get({ IfModifiedSince: new Date(Date.now() + 60_000) }),
    (error) => errorFields(error).status === 304,
  );
  await assert.rejects(get({ IfUnmodifiedSince: new Date(0) }), failure('PreconditionFailed', 412));
  assert.equal((await get({ IfMatch: etag, Range: 'bytes=0-0' })).ETag, etag);
  await sandbox.putObject(Bucket, 'empty', Buffer.alloc(0));
  assert.equal(await textOf(s3, 'empty'), '');
});

test('a listing comes in pages, and folds common prefixes', async (t) => {
  const { s3: client, sandbox } = await place(t);
  const s3 = client();
  const keys = ['a/1', 'a/2', 'a0', 'b/1', 'b/2', 'b/3', 'c'];
  for (const key of keys) await sandbox.putObject(Bucket, key, Buffer.from(key));
  const pages = async (more: object): Promise<string[][]> => {
    const all: string[][] = [];
    let token: string | undefined;
    do {
      const page = await s3.send(
        new ListObjectsV2Command({ Bucket, ...more, ...(token ? { ContinuationToken: token } : {}) }),
      );
      const names = [
        ...(page.Contents ?? []).map(({ Key }) => Key ?? ''),
        ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix ?? ''),
      ];
      assert.equal(page.KeyCount, names.length);
      assert.equal(page.IsTruncated, page.NextContinuationToken !== undefined);
      all.push(names.sort());
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return all;
  };
  assert.deepEqual(await pages({}), [keys]);
  assert.deepEqual(await pages({ MaxKeys: 3 }), [['a/1', 'a/2', 'a0'], ['b/1', 'b/2', 'b/3'], ['c']]);
  assert.deepEqual(await pages({ Delimiter: '/' }), [['a/', 'a0', 'b/', 'c']]);
  assert.deepEqual(await pages({ Delimiter: '/', MaxKeys: 1 }), [['a/'], ['a0'], ['b/'], ['c']]);
  assert.deepEqual(await pages({ Prefix: 'b/', Delimiter: '/' }), [['b/1', 'b/2', 'b/3']]);
  assert.deepEqual(await pages({ Prefix: 'b', StartAfter: 'b/1' }), [['b/2', 'b/3']]);
  assert.deepEqual(await pages({ Prefix: 'nothing' }), [[]]);
  assert.deepEqual(await pages({ MaxKeys: 0 }), [[]]);
  const list = (more: object) => s3.send(new ListObjectsV2Command({ Bucket, ...more }));
  await assert.rejects(list({ ContinuationToken: 'bogus' }), failure('InvalidArgument', 400));
});

test('conditional writes', async (t) => {
  const s3 = (await place(t)).s3();
  const put = (more: object) => s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ...more }));
  await assert.rejects(put({ IfMatch: '"x"' }), failure('NoSuchKey', 404));
  const { ETag } = await put({ IfNoneMatch: '*' });
  await assert.rejects(put({ IfNoneMatch: '*' }), failure('PreconditionFailed', 412));
  await assert.rejects(put({ IfMatch: '"other"' }), failure('PreconditionFailed', 412));
  await put({ IfMatch: ETag });
});

test('digests are verified, of whole bodies and of streams with trailers', async (t) => {
  const { s3: client, sandbox } = await place(t);
  const s3 = client();
  const put = (more: object) => s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ...more }));
  await assert.rejects(put({ ChecksumCRC32: 'AAAAAA==' }), failure('BadDigest', 400));
  await assert.rejects(put({ ContentMD5: Buffer.alloc(16).toString('base64') }), failure('BadDigest', 400));
  await assert.rejects(put({ ContentMD5: 'short' }), failure('InvalidDigest', 400));
  for (const ChecksumAlgorithm of ['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const) {
    const Body = Readable.from([Buffer.alloc(100_000, 1), Buffer.alloc(50_000, 2)]);
    await put({ Body, ContentLength: 150_000, ChecksumAlgorithm });
    assert.equal(sandbox.listObjects(Bucket)[0].size, 150_000);
  }
  assert.equal(sandbox.auditLog.at(-1)?.params.payload, 'STREAMING-UNSIGNED-PAYLOAD-TRAILER');
});

const parts = (
  Parts: readonly { ETag?: string | undefined; PartNumber: number; ChecksumCRC32?: string | undefined }[],
) => ({
  MultipartUpload: { Parts: [...Parts] },
});

test('an upload in parts becomes one object, with the part list that was sent', async (t) => {
  const { s3: client, sandbox } = await place(t);
  const s3 = client();
  const Key = 'big';
  const { UploadId } = await s3.send(
    new CreateMultipartUploadCommand({
      Bucket,
      Key,
      Metadata: { run: '7' },
      ContentType: 'text/csv',
      ChecksumAlgorithm: 'CRC32',
    }),
  );
  const bodies = [Buffer.alloc(5 * mebibyte, 'a'), Buffer.alloc(5 * mebibyte, 'b'), Buffer.from('end')];
  const listed = [];
  for (const [index, Body] of [...bodies.entries()].reverse()) {
    const PartNumber = index + 2;
    const { ETag, ChecksumCRC32 } = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
    listed.unshift({ PartNumber, ETag, ChecksumCRC32 });
  }
  await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 9, Body: 'not listed' }));
  const inParts = await s3.send(new ListPartsCommand({ Bucket, Key, UploadId, MaxParts: 2 }));
  assert.deepEqual(
    inParts.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size]),
    [
      [2, 5 * mebibyte],
      [3, 5 * mebibyte],
    ],
  );
  assert.equal(inParts.IsTruncated, true);
  const open = await s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'b' }));
  assert.deepEqual(
    open.Uploads?.map((upload) => [upload.Key, upload.UploadId]),
    [[Key, UploadId]],
  );
  assert.deepEqual(sandbox.listObjects(Bucket), [], 'nothing is visible before the completion');

  const done = await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, ...parts(listed) }));
  const digests = Buffer.concat(bodies.map((body) => Buffer.from(md5(body), 'hex')));
  assert.equal(done.ETag, `"${md5(digests)}-3"`);
  const got = await s3.send(
    new GetObjectCommand({ Bucket, Key, Range: `bytes=${5 * mebibyte - 2}-${5 * mebibyte + 1}` }),
  );
  assert.equal(await got.Body?.transformToString(), 'aabb');
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key }));
  assert.deepEqual(
    [head.ContentLength, head.ContentType, head.Metadata],
    [10 * mebibyte + 3, 'text/csv', { run: '7' }],
  );
  assert.deepEqual(sandbox.openUploads(), []);
  await assert.rejects(
    s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, ...parts(listed) })),
    failure('NoSuchUpload', 404),
  );
});

test('what a completion refuses', async (t) => {
  const { s3: client, sandbox } = await place(t);
  const s3 = client();
  const Key = 'k';
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm: 'CRC32' }));
  const upload = (PartNumber: number, Body: string | Buffer, more: object = {}) =>
    s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ChecksumAlgorithm: 'CRC32', ...more }));
  const one = { PartNumber: 1, ...(await upload(1, 'small')) };
  const two = { PartNumber: 2, ...(await upload(2, 'last')) };
  await assert.rejects(upload(0, ''), failure('InvalidArgument', 400));
  await assert.rejects(upload(10_001, ''), failure('InvalidArgument', 400));
  await assert.rejects(upload(3, 'x', { ChecksumAlgorithm: 'SHA256' }), failure('InvalidRequest', 400));
  const complete = (Parts: Parameters<typeof parts>[0], more: object = {}) =>
    s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, ...parts(Parts), ...more }));
  const pick = ({ PartNumber, ETag, ChecksumCRC32 }: typeof one) => ({ PartNumber, ETag, ChecksumCRC32 });
  await assert.rejects(complete([pick(two), pick(one)]), failure('InvalidPartOrder', 400));
  await assert.rejects(complete([pick(one), pick(two)]), failure('EntityTooSmall', 400));
  await assert.rejects(complete([{ ...pick(one), ETag: '"0"' }]), failure('InvalidPart', 400));
  await assert.rejects(complete([{ ...pick(one), PartNumber: 7 }]), failure('InvalidPart', 400));
  await assert.rejects(complete([{ PartNumber: 1, ETag: one.ETag }]), failure('InvalidRequest', 400));
  await assert.rejects(complete([]), failure('MalformedXML', 400));
  await sandbox.putObject(Bucket, Key, Buffer.from('already there'));
  await assert.rejects(complete([pick(one)], { IfNoneMatch: '*' }), failure('PreconditionFailed', 412));
  await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
  await assert.rejects(upload(1, 'late'), failure('NoSuchUpload', 404));
  assert.equal(await textOf(s3, Key), 'already there');
});

test('a bucket says where it is, and sends away whoever signs for another region', async (t) => {
  const here = await place(t);
  await here.s3().send(new HeadBucketCommand({ Bucket }));
  assert.equal(
    (await here.s3(here.admin, 'us-west-2').send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint,
    'eu-west-1',
  );
  const list = (region: string) => here.s3(here.admin, region).send(new ListObjectsV2Command({ Bucket }));
  await assert.rejects(list('eu-central-1'), failure('PermanentRedirect', 301));
  await assert.rejects(list('us-east-1'), failure('AuthorizationHeaderMalformed', 400));
  const head = here.s3(here.admin, 'eu-central-1').send(new HeadBucketCommand({ Bucket }));
  await assert.rejects(head, (error) => errorFields(error).status === 301 && regionOf(error) === 'eu-west-1');
  await assert.rejects(here.s3().send(new ListObjectsV2Command({ Bucket: 'nowhere' })), failure('NoSuchBucket', 404));
});

function regionOf(error: unknown): unknown {
  const response: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, '$response') : undefined;
  const headers: unknown =
    typeof response === 'object' && response !== null ? Reflect.get(response, 'headers') : undefined;
  return typeof headers === 'object' && headers !== null ? Reflect.get(headers, 'x-amz-bucket-region') : undefined;
}

test('the expected owner, ACLs and cross-account writes', async (t) => {
  const s3 = (await place(t)).s3();
  const put = (more: object) => s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ...more }));
  await put({ ExpectedBucketOwner: home, ACL: 'bucket-owner-full-control' });
  await assert.rejects(put({ ExpectedBucketOwner: partner }), failure('AccessDenied', 403));
  await assert.rejects(put({ ACL: 'public-read' }), failure('AccessControlListNotSupported', 400));
  await assert.rejects(put({ Bucket: 'theirs' }), failure('AccessDenied', 403));
  await assert.rejects(put({ StorageClass: 'CARDBOARD' }), failure('InvalidArgument', 400));
});

test('what it does not play is refused, not passed over', async (t) => {
  const { s3: client, sandbox } = await place(t);
  const s3 = client();
  const put = (more: object) => s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ...more }));
  await assert.rejects(put({ WebsiteRedirectLocation: '/elsewhere' }), failure('NotImplemented', 501));
  await assert.rejects(
    s3.send(new GetObjectCommand({ Bucket, Key: 'k', PartNumber: 1 })),
    failure('NotImplemented', 501),
  );
  assert.deepEqual(sandbox.listObjects(Bucket), []);
});

test('who may not list does not learn that a key is missing', async (t) => {
  const onlyGet = policy({ ...allow('s3:GetObject', 'arn:aws:s3:::data/*'), Principal: '*' });
  const here = await place(t, { bucketPolicy: onlyGet });
  await here.sandbox.putObject(Bucket, 'k', Buffer.from('x'));
  const s3 = here.s3(here.mover);
  assert.equal(await textOf(s3, 'k'), 'x');
  await assert.rejects(s3.send(new GetObjectCommand({ Bucket, Key: 'missing' })), failure('AccessDenied', 403));
  await assert.rejects(
    s3.send(new HeadObjectCommand({ Bucket, Key: 'missing' })),
    (error) => errorFields(error).status === 403,
  );
  await assert.rejects(here.s3().send(new GetObjectCommand({ Bucket, Key: 'missing' })), failure('NoSuchKey', 404));
  await assert.rejects(
    s3.send(new HeadBucketCommand({ Bucket })),
    (error) => errorFields(error).status === 403 && regionOf(error) === 'eu-west-1',
  );
});

test('a listing may be bound to a prefix', async (t) => {
  const bound = policy({
    ...allow('s3:ListBucket', 'arn:aws:s3:::data'),
    Principal: { AWS: `arn:aws:iam::${home}:user/mover` },
    Condition: { StringLike: { 's3:prefix': 'in/*' }, NumericLessThanEquals: { 's3:max-keys': '10' } },
  });
  const here = await place(t, { bucketPolicy: bound });
  const list = (more: object) => here.s3(here.mover).send(new ListObjectsV2Command({ Bucket, ...more }));
  await list({ Prefix: 'in/2026', MaxKeys: 10 });
  await assert.rejects(list({ Prefix: 'in/2026', MaxKeys: 11 }), failure('AccessDenied', 403));
  await assert.rejects(list({ Prefix: 'out/', MaxKeys: 1 }), failure('AccessDenied', 403));
  await assert.rejects(list({}), failure('AccessDenied', 403));
  assert.deepEqual(here.sandbox.auditLog.at(-1)?.decision, { gate: 'identity-policy', statement: null });
});

interface Raw {
  readonly status: number | undefined;
  readonly body: string;
  readonly connection: string | undefined;
}

function raw(
  endpoint: string,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body = '',
): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(endpoint);
    const request = httpRequest({ hostname, port, method, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode, body: text, connection: response.headers.connection }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

test('the public gets what a bucket policy gives it, by either style of address', async (t) => {
  const open = policy({ ...allow('s3:GetObject', 'arn:aws:s3:::data/open/*'), Principal: '*' });
  const { sandbox } = await place(t, { bucketPolicy: open });
  await sandbox.putObject(Bucket, 'open/k', Buffer.from('public'));
  await sandbox.putObject(Bucket, 'closed', Buffer.from('secret'));
  assert.equal((await raw(sandbox.endpoint, 'GET', '/data/open/k', {})).body, 'public');
  assert.equal((await raw(sandbox.endpoint, 'GET', '/open/k', { host: 'data.localhost' })).body, 'public');
  const denied = await raw(sandbox.endpoint, 'GET', '/data/closed', {});
  assert.equal(denied.status, 403);
  assert.match(denied.body, /<Code>AccessDenied<\/Code>.*<RequestId>/s);
  assert.equal((await raw(sandbox.endpoint, 'PUT', '/data/closed', {}, 'x')).status, 403);
  assert.match((await raw(sandbox.endpoint, 'GET', '/data/%ff', {})).body, /InvalidURI/);
  assert.equal((await raw(sandbox.endpoint, 'POST', '/data/', {}, 'x')).status, 501);
});

test('a refused upload that waits for 100 Continue never sends its body', async (t) => {
  const { sandbox } = await place(t);
  const { hostname, port } = new URL(sandbox.endpoint);
  const status = await new Promise((resolve, reject) => {
    const headers = { expect: '100-continue', 'content-length': '1000000' };
    const request = httpRequest({ hostname, port, method: 'PUT', path: '/data/k', headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
      request.destroy();
    });
    request.on('continue', () => reject(new Error('the body was asked for')));
    request.on('error', reject);
    request.flushHeaders();
  });
  assert.equal(status, 403);
});

test('an upload that breaks off leaves nothing', async (t) => {
  const open = policy({ ...allow('s3:PutObject', 'arn:aws:s3:::data/*'), Principal: '*' });
  const { sandbox } = await place(t, { bucketPolicy: open });
  const { hostname, port } = new URL(sandbox.endpoint);
  await new Promise<void>((resolve) => {
    const request = httpRequest({
      hostname,
      port,
      method: 'PUT',
      path: '/data/k',
      headers: { 'content-length': '1000000' },
    });
    request.on('error', () => resolve());
    request.write(Buffer.alloc(1000), () => request.destroy(new Error('gone')));
  });
  assert.equal((await raw(sandbox.endpoint, 'PUT', '/data/after', {}, 'x')).status, 200);
  assert.deepEqual(
    sandbox.listObjects(Bucket).map(({ key }) => key),
    ['after'],
  );
});

test('a body goes through in pieces, whatever its size', async (t) => {
  const { s3: client, sandbox } = await place(t);
  const s3 = client();
  const block = Buffer.alloc(mebibyte, 'x');
  const blocks = 48;
  const whole = createHash('sha256');
  for (let i = 0; i < blocks; i++) whole.update(block);
  await sandbox.putObject(
    Bucket,
    'k',
    Array.from({ length: blocks }, () => block),
  );
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'k' }));
  assert.ok(got.Body instanceof Readable);
  const seen = createHash('sha256');
  for await (const chunk of got.Body) seen.update(chunk);
  assert.equal(seen.digest('hex'), whole.digest('hex'));
});
