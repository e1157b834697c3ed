import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { allow, errorFields, failure, home, type Place, partner, place, policy, trust } from './place.js';

const Bucket = 'data';
const mover = `arn:aws:iam::${home}:user/mover`;
const arnOf = (id: string, account = home): string => `arn:aws:kms:eu-west-1:${account}:key/${id}`;

/** A role of the first account that may do all with objects, and with keys what `actions` say. */
const role = (...actions: readonly string[]) => ({
  trust: trust({ AWS: mover }),
  policies: [policy(allow('s3:*'), ...(actions.length === 0 ? [] : [allow(actions)]))],
});
const keyPolicy = (principal: unknown, rest: Readonly<Record<string, unknown>> = {}) => ({
  policy: policy({ ...allow('kms:*'), Principal: principal, ...rest }),
});
const delegated = keyPolicy({ AWS: home });

/** Bucket `data` with a default key and one object; more keys and roles as given. */
function encrypted(
  t: Parameters<typeof place>[0],
  options: Parameters<typeof place>[1] = {},
  encryption: Readonly<Record<string, unknown>> = {},
): Promise<Place> {
  const data = {
    account: home,
    region: 'eu-west-1',
    encryption: { kmsKeyId: arnOf('default'), ...encryption },
    objects: { there: { text: 'secret' } },
  };
  const theirs = { account: partner, region: 'eu-west-1' };
  return place(t, { keys: { default: delegated }, more: { buckets: { data, theirs } }, ...options });
}

async function as(here: Place, name: string, sessionPolicy?: unknown, account = home): Promise<S3Client> {
  const { Credentials: given } = await here.sts(here.mover).send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${account}:role/${name}`,
      RoleSessionName: 'session',
      ...(sessionPolicy === undefined ? {} : { Policy: JSON.stringify(sessionPolicy) }),
    }),
  );
  return here.s3({
    accessKeyId: given?.AccessKeyId ?? '',
    secretAccessKey: given?.SecretAccessKey ?? '',
    sessionToken: given?.SessionToken ?? '',
  });
}

const get = (s3: S3Client, Key = 'there') => s3.send(new GetObjectCommand({ Bucket, Key }));
const put = (s3: S3Client, more: Partial<PutObjectCommandInput> = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ...more }));

/** `yes`, or the end of S3's message from the permission on. */
async function answer(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'yes';
  } catch (error) {
    assert.ok(failure('AccessDenied', 403)(error));
    return String(error).replace(/^.*is not authorized to perform: /, '');
  }
}

type Work = (s3: S3Client) => Promise<unknown>;

/** An upload of one part by `admin`, which `s3` completes. */
async function completed(here: Place, s3: S3Client, checksums: 'WHEN_SUPPORTED' | 'WHEN_REQUIRED'): Promise<unknown> {
  const admin = here.s3(here.admin, 'eu-west-1', { requestChecksumCalculation: checksums });
  const algorithm = checksums === 'WHEN_SUPPORTED' ? ({ ChecksumAlgorithm: 'CRC32' } as const) : {};
  const { UploadId } = await admin.send(new CreateMultipartUploadCommand({ Bucket, Key: 'k', ...algorithm }));
  const { ETag, ChecksumCRC32 } = await admin.send(
    new UploadPartCommand({ Bucket, Key: 'k', UploadId, PartNumber: 1, Body: 'x' }),
  );
  assert.equal(ChecksumCRC32 === undefined, checksums === 'WHEN_REQUIRED');
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag, ChecksumCRC32 }] };
  return s3.send(new CompleteMultipartUploadCommand({ Bucket, Key: 'k', UploadId, MultipartUpload }));
}

test('each operation needs the permission on the key that AWS documents', async (t) => {
  const here = await encrypted(t, {
    roles: { all: role('kms:*'), decrypts: role('kms:Decrypt'), generates: role('kms:GenerateDataKey') },
  });
  const admin = here.s3();
  await put(admin, { Key: 'checked' });
  const ofUpload =
    (work: (s3: S3Client, upload: { Bucket: string; Key: string; UploadId: string | undefined }) => Promise<unknown>) =>
    async (s3: S3Client): Promise<unknown> => {
      const { UploadId } = await admin.send(
        new CreateMultipartUploadCommand({ Bucket, Key: 'k', ChecksumAlgorithm: 'CRC32' }),
      );
      return work(s3, { Bucket, Key: 'k', UploadId });
    };
  const operations: readonly (readonly [string, Work, 'kms:Decrypt' | 'kms:GenerateDataKey' | undefined])[] = [
    ['GetObject', (s3) => get(s3), 'kms:Decrypt'],
    ['HeadObject', (s3) => s3.send(new HeadObjectCommand({ Bucket, Key: 'checked' })), undefined],
    ['PutObject', (s3) => put(s3), 'kms:GenerateDataKey'],
    [
      'CreateMultipartUpload',
      (s3) => s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'k' })),
      'kms:GenerateDataKey',
    ],
    [
      'UploadPart',
      ofUpload((s3, upload) => s3.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'x' }))),
      'kms:Decrypt',
    ],
    ['ListParts', ofUpload((s3, upload) => s3.send(new ListPartsCommand(upload))), 'kms:Decrypt'],
    ['CompleteMultipartUpload, checksums', (s3) => completed(here, s3, 'WHEN_SUPPORTED'), 'kms:Decrypt'],
    ['CompleteMultipartUpload, none', (s3) => completed(here, s3, 'WHEN_REQUIRED'), undefined],
    ['AbortMultipartUpload', ofUpload((s3, upload) => s3.send(new AbortMultipartUploadCommand(upload))), undefined],
    ['ListObjectsV2', (s3) => s3.send(new ListObjectsV2Command({ Bucket })), undefined],
    ['DeleteObject', (s3) => s3.send(new DeleteObjectCommand({ Bucket, Key: 'nothing' })), undefined],
  ];
  const [all, decrypts, generates] = [await as(here, 'all'), await as(here, 'decrypts'), await as(here, 'generates')];
  for (const [name, work, action] of operations) {
    const refused = `${action} on resource: ${arnOf('default')} because no identity-based policy allows the ${action} action`;
    assert.equal(await answer(work(all)), 'yes', name);
    assert.equal(await answer(work(decrypts)), action === 'kms:GenerateDataKey' ? refused : 'yes', `${name}, decrypts`);
    assert.equal(await answer(work(generates)), action === 'kms:Decrypt' ? refused : 'yes', `${name}, generates`);
  }
  // Only the checksum is behind the key; an answer to HEAD has no body to say more in.
  const head = new HeadObjectCommand({ Bucket, Key: 'checked', ChecksumMode: 'ENABLED' });
  assert.ok((await decrypts.send(head)).ChecksumCRC32);
  await assert.rejects(generates.send(head), (error) => errorFields(error).status === 403);
});

test('an object is under the key of its headers, else under that of the bucket', async (t) => {
  const here = await encrypted(t, {
    keys: { default: delegated, other: delegated },
    partnerKeys: { theirs: keyPolicy({ AWS: home }) },
  });
  const s3 = here.s3();
  const keyOf = async (more: Partial<PutObjectCommandInput>): Promise<unknown> => {
    const { ServerSideEncryption, SSEKMSKeyId, BucketKeyEnabled } = await put(s3, more);
    const got = await get(s3, 'k');
    assert.deepEqual([got.ServerSideEncryption, got.SSEKMSKeyId], [ServerSideEncryption, SSEKMSKeyId]);
    return [ServerSideEncryption, SSEKMSKeyId, BucketKeyEnabled].filter((each) => each !== undefined);
  };
  const kms = 'aws:kms';
  assert.deepEqual(await keyOf({}), [kms, arnOf('default')]);
  assert.deepEqual(await keyOf({ BucketKeyEnabled: true }), [kms, arnOf('default'), true]);
  assert.deepEqual(await keyOf({ ServerSideEncryption: 'AES256' }), ['AES256']);
  assert.deepEqual(await keyOf({ ServerSideEncryption: kms, SSEKMSKeyId: 'other' }), [kms, arnOf('other')]);
  assert.deepEqual(await keyOf({ ServerSideEncryption: 'aws:kms:dsse', SSEKMSKeyId: arnOf('theirs', partner) }), [
    'aws:kms:dsse',
    arnOf('theirs', partner),
  ]);
  const there = here.sandbox.listObjects(Bucket).find(({ key }) => key === 'there');
  assert.equal(there?.headers['x-amz-server-side-encryption-aws-kms-key-id'], arnOf('default'));
  const [code, status] = ['KMS.NotFoundException', 400] as const;
  const refused: readonly (readonly [string, number, Partial<PutObjectCommandInput>])[] = [
    [code, status, { ServerSideEncryption: kms, SSEKMSKeyId: 'nobody' }],
    [code, status, { ServerSideEncryption: kms, SSEKMSKeyId: 'theirs' }],
    [code, status, { ServerSideEncryption: kms, SSEKMSKeyId: `arn:aws:kms:us-east-1:${home}:key/other` }],
    ['NotImplemented', 501, { ServerSideEncryption: kms, SSEKMSKeyId: 'alias/mine' }],
    ['InvalidArgument', 400, { ServerSideEncryption: 'AES256', SSEKMSKeyId: 'other' }],
    ['InvalidArgument', 400, { SSEKMSKeyId: 'other' }],
    ['InvalidArgument', 400, { ServerSideEncryption: 'aws:fsx' }],
  ];
  for (const [expected, http, more] of refused) await assert.rejects(put(s3, more), failure(expected, http));
});

test('the key of AWS is for the account of whoever writes, through S3', async (t) => {
  const here = await encrypted(t, {
    roles: { plain: role() },
    partnerRoles: { stranger: { trust: trust({ AWS: mover }), policies: [policy(allow('*'))] } },
    more: {
      buckets: {
        data: {
          account: home,
          region: 'eu-west-1',
          policy: policy({ ...allow('s3:*', `arn:aws:s3:::${Bucket}/*`), Principal: { AWS: partner } }),
        },
      },
    },
  });
  const plain = await as(here, 'plain');
  const { SSEKMSKeyId = '' } = await put(plain, { ServerSideEncryption: 'aws:kms' });
  assert.match(
    SSEKMSKeyId,
    new RegExp(`^arn:aws:kms:eu-west-1:${home}:key/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`),
  );
  assert.equal(await answer(get(plain, 'k')), 'yes');
  const stranger = await as(here, 'stranger', undefined, partner);
  assert.match(
    await answer(get(stranger, 'k')),
    /^kms:Decrypt on the resource associated with this ciphertext because/,
  );
});

test('a key is used only if its own policy says so', async (t) => {
  const reader = `arn:aws:iam::${home}:role/plain`;
  const session = `arn:aws:sts::${home}:assumed-role/plain/session`;
  const deny = { Sid: 'No', Effect: 'Deny', Principal: '*', Action: 'kms:Decrypt', Resource: '*' };
  const keys = {
    default: delegated,
    delegated,
    stranger: keyPolicy({ AWS: mover }),
    role: keyPolicy({ AWS: reader }),
    session: keyPolicy({ AWS: session }),
    denies: { policy: policy({ ...allow('kms:*'), Principal: { AWS: home } }, deny) },
  };
  const objects = Object.fromEntries(Object.keys(keys).map((key) => [key, { text: key }]));
  const buckets = Object.fromEntries(
    Object.keys(keys).map((key) => [
      `of-${key}`,
      { account: home, region: 'eu-west-1', encryption: { kmsKeyId: arnOf(key) }, objects },
    ]),
  );
  const here = await encrypted(t, { roles: { plain: role(), all: role('kms:*') }, keys, more: { buckets } });
  const s3Only = policy(allow('s3:*'));
  const clients = {
    plain: await as(here, 'plain'),
    cut: await as(here, 'plain', s3Only),
    all: await as(here, 'all'),
    'all, cut': await as(here, 'all', s3Only),
  };
  const none = (kind: string): string => `because no ${kind} policy allows the kms:Decrypt action`;
  const cases: readonly (readonly [keyof typeof keys, keyof typeof clients, string, string | null, string | null])[] = [
    ['delegated', 'plain', none('identity-based'), 'identity-policy', null],
    ['delegated', 'all', 'yes', 'identity-policy', 'identity-policy[0].Statement[0]'],
    ['delegated', 'all, cut', none('session'), 'session-policy', null],
    ['stranger', 'all', none('resource-based'), 'key-policy', null],
    ['role', 'plain', 'yes', 'identity-policy', 'identity-policy[0].Statement[0]'],
    ['role', 'cut', none('session'), 'session-policy', null],
    ['role', 'all', none('resource-based'), 'key-policy', null],
    ['session', 'plain', 'yes', 'identity-policy', 'identity-policy[0].Statement[0]'],
    ['session', 'cut', 'yes', 'identity-policy', 'identity-policy[0].Statement[0]'],
    ['denies', 'all', 'with an explicit deny in a resource-based policy', 'key-policy', 'key-policy.Statement[1] No'],
  ];
  for (const [key, client, expected, gate, statement] of cases) {
    const read = clients[client].send(new GetObjectCommand({ Bucket: `of-${key}`, Key: key }));
    const end = expected === 'yes' ? expected : `kms:Decrypt on resource: ${arnOf(key)} ${expected}`;
    assert.equal(await answer(read), end, `${key}, ${client}`);
    assert.deepEqual(here.sandbox.auditLog.at(-1)?.decision, { gate, statement }, `${key}, ${client}`);
  }
});

test('across accounts the key and the identity must both allow', async (t) => {
  const both = `arn:aws:iam::${home}:role/both`;
  const named = keyPolicy({ AWS: [both, `arn:aws:iam::${home}:role/none`] });
  const here = await encrypted(t, {
    roles: { both: role('kms:*'), none: role() },
    partnerKeys: { open: named, closed: keyPolicy({ AWS: partner }) },
  });
  const sse = (id: string) => ({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: arnOf(id, partner) }) as const;
  const [allowed, none] = [await as(here, 'both'), await as(here, 'none')];
  assert.equal(await answer(put(allowed, sse('open'))), 'yes');
  assert.equal(await answer(get(allowed, 'k')), 'yes');
  assert.equal(
    await answer(put(none, sse('open'))),
    `kms:GenerateDataKey on resource: ${arnOf('open', partner)} because no identity-based policy allows the kms:GenerateDataKey action`,
  );
  assert.equal(
    await answer(put(allowed, sse('closed'))),
    'kms:GenerateDataKey on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access',
  );
  assert.deepEqual(here.sandbox.auditLog.at(-1)?.decision, { gate: 'key-policy', statement: null });
});

test('KMS is told who asks, through which service, and for which object or bucket', async (t) => {
  const when = (operator: string, values: Readonly<Record<string, string>>) =>
    keyPolicy({ AWS: home }, { Condition: { [operator]: values } });
  const context = 'kms:EncryptionContext:aws:s3:arn';
  const keys = {
    default: delegated,
    object: when('StringEquals', { [context]: `arn:aws:s3:::${Bucket}/k` }),
    bucket: when('StringEquals', { [context]: `arn:aws:s3:::${Bucket}` }),
    service: when('StringEquals', { 'kms:ViaService': 's3.eu-west-1.amazonaws.com', 'kms:CallerAccount': home }),
    elsewhere: when('StringEquals', { 'kms:ViaService': 's3.eu-central-1.amazonaws.com' }),
    through: when('Bool', { 'aws:ViaAWSService': 'true' }),
    caller: when('ArnEquals', { 'aws:PrincipalArn': `arn:aws:iam::${home}:role/all` }),
    address: when('Null', { 'aws:SourceIp': 'false' }),
    acl: when('Null', { 's3:authType': 'false' }),
  };
  const here = await encrypted(t, { roles: { all: role('kms:*') }, keys });
  const s3 = await as(here, 'all');
  const may = async (id: keyof typeof keys, BucketKeyEnabled?: boolean): Promise<boolean> => {
    const sse = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: id } as const;
    return (
      (await answer(put(s3, { ...sse, ...(BucketKeyEnabled === undefined ? {} : { BucketKeyEnabled }) }))) === 'yes'
    );
  };
  assert.deepEqual([await may('object'), await may('object', true)], [true, false]);
  assert.deepEqual([await may('bucket'), await may('bucket', true)], [false, true]);
  assert.deepEqual([await may('service'), await may('elsewhere'), await may('through')], [true, false, true]);
  assert.deepEqual([await may('caller'), await may('address'), await may('acl')], [true, false, false]);
});

test('a bucket with bucket keys asks for itself, unless a header says otherwise', async (t) => {
  const policyOfKey = keyPolicy(
    { AWS: home },
    { Condition: { StringEquals: { 'kms:EncryptionContext:aws:s3:arn': `arn:aws:s3:::${Bucket}` } } },
  );
  const here = await encrypted(t, { keys: { default: policyOfKey } }, { bucketKeyEnabled: true });
  assert.equal((await put(here.s3())).BucketKeyEnabled, true);
  assert.match(await answer(put(here.s3(), { BucketKeyEnabled: false })), /no resource-based policy/);
});

test('nobody uses a key without a signature', async (t) => {
  const open = policy({ ...allow('s3:*', `arn:aws:s3:::${Bucket}/*`), Principal: '*' });
  const data = {
    account: home,
    region: 'eu-west-1',
    policy: open,
    encryption: { kmsKeyId: arnOf('default') },
    objects: { there: { text: 'secret' } },
  };
  const here = await encrypted(t, { keys: { default: keyPolicy('*') }, more: { buckets: { data } } });
  const url = `${here.sandbox.endpoint}/${Bucket}/there`;
  for (const init of [
    {},
    { method: 'PUT', body: 'x' },
    { method: 'PUT', headers: { 'x-amz-server-side-encryption': 'aws:kms' } },
  ]) {
    const response = await fetch(url, init);
    assert.equal(response.status, 400);
    assert.match(await response.text(), /<Code>InvalidArgument<.*require AWS Signature Version 4/s);
  }
  assert.equal((await fetch(url, { method: 'HEAD' })).status, 200);
});
