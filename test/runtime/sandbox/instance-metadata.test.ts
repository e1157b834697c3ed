import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { fakeClock, home, place } from './place.js';

const path = '/latest/meta-data/iam/security-credentials/';

async function tokenOf(endpoint: string, ttl = '60', more: Readonly<Record<string, string>> = {}): Promise<Response> {
  const headers = { 'x-aws-ec2-metadata-token-ttl-seconds': ttl, ...more };
  return fetch(`${endpoint}/latest/api/token`, { method: 'PUT', headers });
}

test('hands out the session of the instance role to whoever has a token', async (t) => {
  const { sandbox, sts } = await place(t);
  const { endpoint } = sandbox;
  const headers = { 'x-aws-ec2-metadata-token': await (await tokenOf(endpoint)).text() };
  const get = async (url: string) => (await fetch(endpoint + url, { headers })).text();
  assert.equal(await get(path), 'machine');
  const document: unknown = JSON.parse(await get(`${path}machine`));
  const field = (name: string): string => String(Reflect.get(Object(document), name));
  assert.equal(field('Code'), 'Success');
  const keys = {
    accessKeyId: field('AccessKeyId'),
    secretAccessKey: field('SecretAccessKey'),
    sessionToken: field('Token'),
  };
  const { Arn } = await sts(keys).send(new GetCallerIdentityCommand({}));
  assert.match(Arn ?? '', new RegExp(`^arn:aws:sts::${home}:assumed-role/machine/i-`));
  assert.equal(await get('/latest/meta-data/placement/region'), 'eu-west-1');
  assert.equal((await fetch(`${endpoint}${path}other`, { headers })).status, 404);
  assert.equal((await fetch(`${endpoint}/latest/user-data`, { headers })).status, 404);
});

test('refuses version 1, wrong tokens, wrong lifetimes and proxies', async (t) => {
  const clock = fakeClock();
  const { sandbox } = await place(t, { clock });
  const status = async (headers: Readonly<Record<string, string>>) =>
    (await fetch(sandbox.endpoint + path, { headers })).status;
  assert.equal(await status({}), 401);
  assert.equal(await status({ 'x-aws-ec2-metadata-token': 'made up' }), 401);
  const headers = { 'x-aws-ec2-metadata-token': await (await tokenOf(sandbox.endpoint)).text() };
  assert.equal(await status(headers), 200);
  clock.advance(60_000);
  assert.equal(await status(headers), 401);
  for (const ttl of ['0', '21601', 'x']) assert.equal((await tokenOf(sandbox.endpoint, ttl)).status, 400);
  assert.equal((await tokenOf(sandbox.endpoint, '60', { 'x-forwarded-for': '10.0.0.1' })).status, 403);
});

test('replaces the session five minutes before it ends', async (t) => {
  const clock = fakeClock();
  const { sandbox } = await place(t, { clock });
  const session = async () => {
    const headers = { 'x-aws-ec2-metadata-token': await (await tokenOf(sandbox.endpoint)).text() };
    const document: unknown = await (await fetch(`${sandbox.endpoint}${path}machine`, { headers })).json();
    const field = (name: string): string => String(Reflect.get(Object(document), name));
    return { key: field('AccessKeyId'), until: Date.parse(field('Expiration')) };
  };
  const first = await session();
  const sixHours = 6 * 3600 * 1000;
  assert.equal(first.until, Math.floor((clock.now() + sixHours) / 1000) * 1000);
  clock.advance(sixHours - 301_000);
  assert.deepEqual(await session(), first);
  clock.advance(2000);
  assert.notEqual((await session()).key, first.key);
});
