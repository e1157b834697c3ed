/** The examples of the S3 API reference, "Authenticating Requests (AWS Signature Version 4)". */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chunkDecoder } from '../../../runtime/sandbox/http/chunked-body.js';
import { parseTarget, type RequestHead } from '../../../runtime/sandbox/signature/request-line.js';
import { isSignedWith, readSignature, type Signature, signingKey } from '../../../runtime/sandbox/signature/sigv4.js';

const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const date = '20130524T000000Z';
const scope = 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request';
const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

function request(method: string, target: string, headers: Readonly<Record<string, string>>): RequestHead {
  const distinct = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  return { method, ...parseTarget(target), headers, headersDistinct: distinct };
}

function signed(
  method: string,
  target: string,
  headers: Readonly<Record<string, string>>,
  signature: string,
): RequestHead {
  const all: Record<string, string> = { host: 'examplebucket.s3.amazonaws.com', 'x-amz-date': date, ...headers };
  const names = Object.keys(all).sort().join(';');
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope},SignedHeaders=${names},Signature=${signature}`;
  return request(method, target, { ...all, authorization });
}

function soundSignature(head: RequestHead): Signature {
  const signature = readSignature(head);
  assert.ok(signature && !('problem' in signature), 'the request carries a readable signature');
  return signature;
}

function holds(head: RequestHead, payloadHash: string): boolean {
  const signature = soundSignature(head);
  return isSignedWith(signingKey(secret, signature.scope), head, signature, payloadHash);
}

const putHash = '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072';
const examples = [
  {
    name: 'GET with a range',
    head: signed(
      'GET',
      '/test.txt',
      { range: 'bytes=0-9', 'x-amz-content-sha256': empty },
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    ),
    hash: empty,
  },
  {
    name: 'PUT of a key with $',
    head: signed(
      'PUT',
      '/test$file.text',
      {
        date: 'Fri, 24 May 2013 00:00:00 GMT',
        'x-amz-content-sha256': putHash,
        'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      },
      '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    ),
    hash: putHash,
  },
  {
    name: 'list with parameters',
    head: signed(
      'GET',
      '/?max-keys=2&prefix=J',
      { 'x-amz-content-sha256': empty },
      '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    ),
    hash: empty,
  },
  {
    name: 'presigned GET',
    head: request(
      'GET',
      `/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(scope)}&X-Amz-Date=${date}&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404`,
      { host: 'examplebucket.s3.amazonaws.com' },
    ),
    hash: 'UNSIGNED-PAYLOAD',
  },
];

for (const { name, head, hash } of examples) {
  test(`the signature of the published example: ${name}`, () => {
    assert.equal(holds(head, hash), true);
    assert.equal(holds({ ...head, method: 'DELETE' }, hash), false);
    assert.equal(holds({ ...head, path: `${head.path}x` }, hash), false);
    assert.equal(holds(head, 'another hash'), false);
  });
}

const chunkedHead = signed(
  'PUT',
  '/examplebucket/chunkObject.txt',
  {
    host: 's3.amazonaws.com',
    'content-encoding': 'aws-chunked',
    'content-length': '66824',
    'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    'x-amz-decoded-content-length': '66560',
    'x-amz-storage-class': 'REDUCED_REDUNDANCY',
  },
  '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
);

function chunkedBody(): Buffer {
  const chunk = (size: number, signature: string): string =>
    `${size.toString(16)};chunk-signature=${signature}\r\n${'a'.repeat(size)}\r\n`;
  return Buffer.from(
    chunk(65_536, 'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648') +
      chunk(1024, '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497') +
      chunk(0, 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9'),
  );
}

function decode(body: Buffer, step: number): number {
  const signature = soundSignature(chunkedHead);
  const decoder = chunkDecoder({ key: signingKey(secret, signature.scope), signature }, false);
  let size = 0;
  for (let at = 0; at < body.length; at += step) {
    decoder.push(body.subarray(at, at + step), (bytes) => {
      size += bytes.length;
    });
  }
  decoder.finish();
  return size;
}

test('the chunk signatures of the published example, however the body is cut', () => {
  assert.equal(holds(chunkedHead, 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'), true);
  for (const step of [1_000_000, 4096, 7]) assert.equal(decode(chunkedBody(), step), 66_560);
});

test('a changed byte, a missing end and a foreign line of a chunked body are refused', () => {
  const changed = chunkedBody();
  changed[200] = 'b'.charCodeAt(0);
  assert.throws(() => decode(changed, 4096), { code: 'SignatureDoesNotMatch' });
  assert.throws(() => decode(chunkedBody().subarray(0, 66_000), 4096), { code: 'IncompleteBody' });
  assert.throws(() => decode(Buffer.from('zz\r\n'), 4096), { code: 'InvalidRequest' });
  assert.throws(() => decode(Buffer.from('a'.repeat(5000)), 4096), { code: 'InvalidRequest' });
});

test('a signature that can not be read says why', () => {
  const problemOf = (authorization: string): string => {
    const read = readSignature(request('GET', '/', { authorization, 'x-amz-date': date }));
    return read && 'problem' in read ? read.problem : 'none';
  };
  const rest = `SignedHeaders=host,Signature=${'0'.repeat(64)}`;
  assert.match(problemOf('Basic abc'), /AWS4-HMAC-SHA256/);
  assert.match(problemOf(`AWS4-HMAC-SHA256 Credential=AKIA/20130524/s3,${rest}`), /Credential/);
  assert.match(problemOf(`AWS4-HMAC-SHA256 Credential=AKIA/20130525/us-east-1/s3/aws4_request,${rest}`), /date/);
  assert.match(problemOf(`AWS4-HMAC-SHA256 Credential=${scope},SignedHeaders=host,Signature=xyz`), /Signature/);
});
