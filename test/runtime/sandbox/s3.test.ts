import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
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
import { ownerConfig, smallAws } from './small-aws.js';

const Bucket = 'data';
const MIB = 1024 * 1024;

async function owner(t: TestContext): Promise<S3Client> {
  const aws = await smallAws(t, ownerConfig());
  return aws.s3(aws.userKeys('AKIAOWNER', 'OWNER_SECRET'));
}

async function text(client: S3Client, Key: string, rest: object = {}): Promise<string> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, ...rest }));
  return (await Body?.transformToString()) ?? '';
}

test('keys are exact code points, whatever they look like', async (t) => {
  const client = await owner(t);
  const keys = [
    'a/b',
    'a//b',
    './a',
    'a/../b',
    'sp ace+plus',
    'ümlaut',
    '日本/語',
    '100%',
    "it's (a) *!",
    'trailing/',
    '😀',
    '～',
  ];
  for (const Key of keys) await client.send(new PutObjectCommand({ Bucket, Key, Body: `of ${Key}` }));
  for (const Key of keys) assert.equal(await text(client, Key), `of ${Key}`);
  const listed = await client.send(new ListObjectsV2Command({ Bucket }));
  const expected = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  assert.deepEqual(
    listed.Contents?.map(({ Key }) => Key),
    expected,
  );
});

test('listing: pages, prefix, delimiter, start-after', async (t) => {
  const client = await owner(t);
  for (const Key of ['a/1', 'a/2', 'a/b/3', 'b/4', 'c'])
    await client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
  const pages: (string | undefined)[][] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({ Bucket, MaxKeys: 2, ...(ContinuationToken ? { ContinuationToken } : {}) }),
    );
    pages.push((page.Contents ?? []).map(({ Key }) => Key));
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken);
  assert.deepEqual(pages, [['a/1', 'a/2'], ['a/b/3', 'b/4'], ['c']]);

  const grouped = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'a/', Delimiter: '/' }));
  assert.deepEqual(
    grouped.Contents?.map(({ Key }) => Key),
    ['a/1', 'a/2'],
  );
  assert.deepEqual(
    grouped.CommonPrefixes?.map(({ Prefix }) => Prefix),
    ['a/b/'],
  );
  const after = await client.send(new ListObjectsV2Command({ Bucket, StartAfter: 'a/b/3' }));
  assert.deepEqual(
    after.Contents?.map(({ Key }) => Key),
    ['b/4', 'c'],
  );
});

test('ranges and conditions on reads', async (t) => {
  const client = await owner(t);
  const { ETag } = await client.send(
    new PutObjectCommand({ Bucket, Key: 'k', Body: '0123456789', Metadata: { run: 'r1' } }),
  );
  assert.equal(await text(client, 'k', { Range: 'bytes=2-4' }), '234');
  assert.equal(await text(client, 'k', { Range: 'bytes=7-' }), '789');
  assert.equal(await text(client, 'k', { Range: 'bytes=-2' }), '89');
  assert.equal(await text(client, 'k', { IfMatch: ETag }), '0123456789');
  await assert.rejects(text(client, 'k', { IfMatch: '"other"' }), { name: 'PreconditionFailed' });
  await assert.rejects(text(client, 'k', { Range: 'bytes=10-' }), { name: 'InvalidRange' });
  await assert.rejects(text(client, 'none'), { name: 'NoSuchKey' });
  const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
  assert.deepEqual([head.ContentLength, head.ETag, head.Metadata], [10, ETag, { run: 'r1' }]);
});

test('conditional writes and deletes', async (t) => {
  const client = await owner(t);
  const put = (Body: string, rest: object = {}) =>
    client.send(new PutObjectCommand({ Bucket, Key: 'k', Body, ...rest }));
  const { ETag } = await put('one', { IfNoneMatch: '*' });
  await assert.rejects(put('two', { IfNoneMatch: '*' }), { name: 'PreconditionFailed' });
  await assert.rejects(put('two', { IfMatch: '"other"' }), { name: 'PreconditionFailed' });
  await put('two', { IfMatch: ETag });
  assert.equal(await text(client, 'k'), 'two');
  await client.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
  await assert.rejects(text(client, 'k'), { name: 'NoSuchKey' });
});

test('a multipart upload is invisible until it is completed', async (t) => {
  const client = await owner(t);
  const upload = { Bucket, Key: 'big' };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...upload, Metadata: { run: 'r2' } }));
  const part = async (PartNumber: number, Body: Buffer) => {
    const { ETag } = await client.send(new UploadPartCommand({ ...upload, UploadId, PartNumber, Body }));
    return { PartNumber, ETag };
  };
  const first = await part(1, Buffer.alloc(5 * MIB, 'a'));
  const second = await part(2, Buffer.from('end'));
  await assert.rejects(text(client, 'big'), { name: 'NoSuchKey' });
  const parts = await client.send(new ListPartsCommand({ ...upload, UploadId }));
  assert.deepEqual(
    parts.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size]),
    [
      [1, 5 * MIB],
      [2, 3],
    ],
  );
  const complete = (Parts: object[]) =>
    client.send(new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload: { Parts } }));
  await assert.rejects(complete([second, first]), { name: 'InvalidPartOrder' });
  await assert.rejects(complete([{ ...first, ETag: '"0"' }]), { name: 'InvalidPart' });
  const done = await complete([first, second]);
  assert.match(done.ETag ?? '', /^"[0-9a-f]{32}-2"$/);
  const head = await client.send(new HeadObjectCommand(upload));
  assert.deepEqual([head.ContentLength, head.Metadata], [5 * MIB + 3, { run: 'r2' }]);
  assert.equal(await text(client, 'big', { Range: `bytes=${5 * MIB - 1}-` }), 'aend');
});

test('parts that are too small, and uploads that were aborted, are refused', async (t) => {
  const client = await owner(t);
  const upload = { Bucket, Key: 'big' };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(upload));
  const Parts = [];
  for (const PartNumber of [1, 2]) {
    const { ETag } = await client.send(new UploadPartCommand({ ...upload, UploadId, PartNumber, Body: 'small' }));
    Parts.push({ PartNumber, ETag });
  }
  await assert.rejects(
    client.send(new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload: { Parts } })),
    {
      name: 'EntityTooSmall',
    },
  );
  const open = await client.send(new ListMultipartUploadsCommand({ Bucket }));
  assert.deepEqual(
    open.Uploads?.map(({ Key }) => Key),
    ['big'],
  );
  await client.send(new AbortMultipartUploadCommand({ ...upload, UploadId }));
  await assert.rejects(client.send(new UploadPartCommand({ ...upload, UploadId, PartNumber: 1, Body: 'x' })), {
    name: 'NoSuchUpload',
  });
  assert.equal((await client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads, undefined);
});

test('checksums and digests are verified', async (t) => {
  const client = await owner(t);
  const put = (rest: object) => client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'bytes', ...rest }));
  await assert.rejects(put({ ChecksumCRC32: 'AAAAAA==' }), { name: 'BadDigest' });
  await assert.rejects(put({ ContentMD5: Buffer.alloc(16).toString('base64') }), { name: 'BadDigest' });
  await assert.rejects(text(client, 'k'), { name: 'NoSuchKey' });
  for (const ChecksumAlgorithm of ['CRC32', 'SHA1', 'SHA256']) await put({ ChecksumAlgorithm });
});

test('a wrong region, bucket, or owner is told as AWS tells it', async (t) => {
  const aws = await smallAws(t, ownerConfig());
  const keys = aws.userKeys('AKIAOWNER', 'OWNER_SECRET');
  await assert.rejects(aws.s3(keys, 'us-east-1').send(new ListObjectsV2Command({ Bucket })), {
    name: 'AuthorizationHeaderMalformed',
  });
  const client = aws.s3(keys);
  assert.equal((await client.send(new HeadBucketCommand({ Bucket }))).BucketRegion, 'eu-west-1');
  await assert.rejects(client.send(new ListObjectsV2Command({ Bucket: 'none' })), { name: 'NoSuchBucket' });
  await assert.rejects(client.send(new ListObjectsV2Command({ Bucket, ExpectedBucketOwner: '999999999999' })), {
    name: 'AccessDenied',
  });
});

test('what the sandbox lacks is refused, never done as something else', async (t) => {
  const aws = await smallAws(t, ownerConfig());
  const client = aws.s3(aws.userKeys('AKIAOWNER', 'OWNER_SECRET'));
  const { GetObjectTaggingCommand, CopyObjectCommand } = await import('@aws-sdk/client-s3');
  await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
  await assert.rejects(client.send(new GetObjectTaggingCommand({ Bucket, Key: 'k' })), { name: 'NotImplemented' });
  await assert.rejects(client.send(new CopyObjectCommand({ Bucket, Key: 'l', CopySource: 'data/k' })), {
    name: 'NotImplemented',
  });
  assert.deepEqual(
    aws.sandbox.listObjects(Bucket).map(({ key }) => key),
    ['k'],
  );
});
