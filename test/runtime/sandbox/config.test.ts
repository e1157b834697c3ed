import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CrossroleErrors } from '../../../runtime/errors.js';
import { readSandboxConfig } from '../../../runtime/sandbox/config.js';
import { describeSandbox, startSandbox } from '../../../runtime/sandbox/sandbox.js';

/** `CODE line:column` of every mistake in `text`. */
function mistakes(text: string): string[] {
  try {
    readSandboxConfig(text, 'sandbox.json');
    return [];
  } catch (error) {
    if (!(error instanceof CrossroleErrors)) throw error;
    return error.errors.map(({ code, place }) => `${code} ${place.line}:${place.column}`);
  }
}

test('a configuration with comments becomes accounts and buckets', () => {
  const config = readSandboxConfig(
    `{ // two parts
      "accounts": { "111111111111": { "roles": { "r": { "path": "/service/", "trust": { "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "AWS": "111111111111" }, "Action": "sts:AssumeRole" } ] } } } } },
      "buckets": { "b-1": { "account": "111111111111", "region": "eu-west-1", "objects": { "k": { "base64": "aGk=" } } } }, }`,
    'sandbox.json',
  );
  assert.deepEqual(
    config.accounts[0].roles.map(({ name, path, maxSessionDuration }) => [name, path, maxSessionDuration]),
    [['r', '/service/', 3600]],
  );
  assert.deepEqual(config.buckets[0].objects, [{ key: 'k', content: { kind: 'bytes', bytes: Buffer.from('hi') } }]);
  assert.equal(config.sessionTimeScale, 1);
});

test('every mistake is named with its place', () => {
  const text = `{
  "accounts": {
    "1111": {},
    "111111111111": { "instanceRole": "nobody",
      "users": { "u": { "accessKeyId": "AKIA1", "secretKeyEnv": "S" }, "v": { "accessKeyId": "AKIA1", "secretKeyEnv": "S" } },
      "roles": { "r": { "trust": { "Statement": { "Effect": "Allow", "Principal": { "AWS": "111111111111" }, "Action": "sts:AssumeRoll" } },
        "policies": [ { "Statement": { "Effect": "Allow", "Action": "s3:*", "Resource": "*",
          "Condition": { "StringEqual": { "s3:prefix": "a" }, "StringEquals": { "s3:prefx": "a" } } } } ] } } } },
  "buckets": {
    "Bad_Name": { "account": "111111111111", "region": "eu-west-1" },
    "lost": { "account": "999999999999", "region": "eu-west-1", "objects": { "k": { "file": "missing.bin" } } } },
  "faults": [
    { "on": { "operation": "GetObject", "occurrence": 1, "every": 2 }, "do": "throttle", "bytesPerSecond": 5 } ]
}`;
  assert.deepEqual(mistakes(text), [
    'SANDBOX_CONFIG_INVALID 3:5',
    'SANDBOX_CONFIG_INVALID 4:39',
    'SANDBOX_CONFIG_INVALID 5:94',
    'SANDBOX_CONFIG_INVALID 5:119',
    'SANDBOX_CONFIG_INVALID 6:120',
    'SANDBOX_CONFIG_INVALID 8:41',
    'SANDBOX_CONFIG_INVALID 8:93',
    'SANDBOX_CONFIG_INVALID 10:5',
    'SANDBOX_CONFIG_INVALID 11:26',
    'SANDBOX_CONFIG_INVALID 11:93',
    'SANDBOX_CONFIG_INVALID 13:13',
    'SANDBOX_CONFIG_INVALID 13:108',
  ]);
});

test('a bucket names a key that is there, in its own region', () => {
  const region = 'eu-west-1';
  const account = '111111111111';
  const key = (place: string, id: string): string => `arn:aws:kms:${place}:${account}:key/${id}`;
  const policy = { Statement: { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' } };
  const found = (kmsKeyId: string): string[] =>
    mistakes(
      JSON.stringify({
        accounts: { [account]: { keys: { any: { policy }, here: { policy, region } } } },
        buckets: { data: { account, region, encryption: { kmsKeyId } } },
      }),
    ).map((mistake) => mistake.split(' ')[0]);
  for (const kmsKeyId of [key(region, 'any'), key(region, 'here')]) assert.deepEqual(found(kmsKeyId), []);
  const wrong = ['any', key(region, 'none'), key('eu-central-1', 'any'), key('eu-central-1', 'here')];
  for (const kmsKeyId of wrong) assert.deepEqual(found(kmsKeyId), ['SANDBOX_CONFIG_INVALID'], kmsKeyId);
});

test('what the schema does not know is a mistake too', () => {
  assert.deepEqual(mistakes('{ "accounts": {}, "buckets": {}, "fault": [] }'), ['UNKNOWN_PROPERTY 1:34']);
  assert.deepEqual(mistakes('{ "accounts": {} }'), ['PROPERTY_MISSING 1:1']);
  assert.deepEqual(mistakes('{ "accounts": {}, "buckets": {}, "sessionTimeScale": 0 }'), ['VALUE_OUT_OF_RANGE 1:54']);
  assert.deepEqual(mistakes('{ "accounts": {'), ['JSON_SYNTAX 1:16', 'JSON_SYNTAX 1:16']);
});

test('starts with its objects, describes itself, and leaves a given folder behind', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'crossrole-config-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'content.bin'), 'from a file');
  const objects = { 'odd//key': { text: 'text' }, f: { file: 'content.bin' } };
  const text = JSON.stringify({
    accounts: { '111111111111': {} },
    buckets: { data: { account: '111111111111', region: 'eu-west-1', objects } },
  });
  const sandbox = await startSandbox(readSandboxConfig(text, join(folder, 'sandbox.json')), {
    directory: join(folder, 'state'),
  });
  const { endpoint, env } = sandbox;
  assert.deepEqual(describeSandbox(sandbox), {
    s3: endpoint,
    sts: endpoint,
    imds: endpoint,
    env,
    auditLog: join(folder, 'state', 'audit.jsonl'),
  });
  assert.deepEqual(
    sandbox.listObjects('data').map(({ key, size }) => [key, size]),
    [
      ['f', 11],
      ['odd//key', 4],
    ],
  );
  const chunks: Uint8Array[] = [];
  for await (const chunk of sandbox.getObject('data', 'f')) chunks.push(chunk);
  assert.equal(Buffer.concat(chunks).toString(), 'from a file');
  const port = Number(new URL(endpoint).port);
  await assert.rejects(startSandbox(readSandboxConfig(text, join(folder, 'sandbox.json')), { port }), {
    code: 'EADDRINUSE',
  });
  await sandbox.close();
});
