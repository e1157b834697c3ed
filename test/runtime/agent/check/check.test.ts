import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { runAgent, startAgent } from '../agent-process.js';
import { checkOf, statements, trust, workingSetup, workspaceOf } from './workspace.js';

const sourceGates = [
  'base',
  'base-identity',
  'assume-role',
  'who-am-i',
  'region',
  'list',
  'read',
  'kms',
  'base-access',
];
const targetGates = ['base', 'base-identity', 'assume-role', 'who-am-i', 'region', 'write', 'kms', 'base-access'];

describe('a set-up that works', { concurrency: 2 }, () => {
  test('passes every gate of every side and leaves nothing behind', async (t) => {
    const { mapping, env, sandbox } = await workspaceOf(t, workingSetup());
    const ended = await runAgent(['check', mapping, '--json'], env);
    const report = checkOf(ended);
    assert.equal(ended.status, 0, ended.stdout);
    assert.deepEqual(
      report.sides.map(({ name, side, gates }) => [name, side, gates.map(({ gate }) => gate)]),
      [
        ['orders', 'source', sourceGates],
        ['out', 'target', targetGates],
      ],
    );
    assert.ok(report.sides.every(({ gates }) => gates.every(({ state }) => state === 'passed')));
    assert.deepEqual(sandbox.openUploads(), []);
    assert.deepEqual(sandbox.listObjects('acme-curated'), []);
    const asked = sandbox.auditLog.filter(({ operation }) => operation === 'AssumeRole');
    assert.deepEqual(
      asked.map(({ params }) => params?.durationSeconds),
      ['900', '900'].map(Number),
    );
    assert.ok(!ended.stdout.includes(sandbox.env.MOVER_SECRET));
  });

  test('is a list of plain lines where nobody watches', async (t) => {
    const { mapping, env } = await workspaceOf(t, workingSetup());
    const { stdout, stderr, status } = await runAgent(['check', mapping], env);
    assert.equal(status, 0, stderr);
    assert.ok(!stdout.includes('\u001b'));
    assert.match(stdout, /^source orders: s3:\/\/acme-landing\/raw\/orders\/\*\.csv\n {2}ok +base: /);
    assert.equal(
      stdout.split('\n').filter((line) => / ok /.test(line)).length,
      sourceGates.length + targetGates.length,
    );
  });

  test('does not take a failing service for one that keeps the base identity out', async (t) => {
    const setup = workingSetup();
    const { accessKey: _key, secretKey: _secret, ...rest } = setup.landing;
    const landing = { ...rest, useEc2RoleToAssumeRole: true };
    // The first HeadBucket learns the region, the second is the base identity's.
    const on = { operation: 'HeadBucket', bucket: 'acme-landing', occurrence: 2 };
    Object.assign(setup.sandbox, { faults: [{ on, do: 'expire' }] });
    const { mapping, env } = await workspaceOf(t, { ...setup, landing });
    const { sides } = checkOf(await runAgent(['check', mapping, '--json', '--no-write'], env));
    const gate = sides[0].gates.find((each) => each.gate === 'base-access');
    assert.equal(gate?.state, 'skipped', JSON.stringify(gate));
    assert.match(gate?.detail ?? '', /^could not be seen: /);
  });

  test('demands external ids, which --probe-trust tries', async (t) => {
    const { mapping, env, sandbox } = await workspaceOf(t, workingSetup());
    const ended = await runAgent(['check', mapping, '--json', '--probe-trust'], env);
    assert.equal(ended.status, 0, ended.stdout);
    for (const { gates } of checkOf(ended).sides) {
      assert.equal(gates.find(({ gate }) => gate === 'trust')?.state, 'passed');
    }
    const asked = sandbox.auditLog.filter(({ operation }) => operation === 'AssumeRole');
    assert.deepEqual(
      asked.map(({ status, params }) => [status, params?.externalId ?? null]),
      [
        [200, 'landing-7f3a'],
        [403, null],
        [200, 'curated-91c0'],
        [403, null],
      ],
    );
  });

  test('tells of the upload that a trial has begun and may not abort', async (t) => {
    const setup = workingSetup();
    const [policy] = setup.sandbox.accounts['222222222222'].roles.writer.policies;
    policy.Statement[0] = { Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::acme-curated/*' };
    const readOnly = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
    setup.target.sessionPolicy = statements(readOnly);
    const { mapping, env, sandbox } = await workspaceOf(t, setup);
    const report = checkOf(await runAgent(['check', mapping, '--json'], env));
    assert.equal(report.error?.code, 'SESSION_POLICY_DENIES');
    const [{ uploadId }] = sandbox.openUploads();
    assert.deepEqual(
      report.warnings.map(({ code, message }) => [code, message.includes(uploadId)]),
      [['ABORT_FAILED', true]],
    );
  });

  test('begins no upload with --no-write', async (t) => {
    const { mapping, env, sandbox } = await workspaceOf(t, workingSetup());
    const report = checkOf(await runAgent(['check', mapping, '--json', '--no-write'], env));
    assert.deepEqual(
      report.sides[1].gates.filter(({ state }) => state === 'skipped').map(({ gate, detail }) => [gate, detail]),
      [
        ['write', 'left out by --no-write'],
        ['kms', 'no object was there to tell'],
      ],
    );
    assert.ok(!sandbox.auditLog.some(({ operation }) => operation.includes('Multipart')));
  });

  test('has no object yet, which is a result and no refusal', async (t) => {
    const setup = workingSetup();
    setup.sandbox.buckets['acme-landing'].objects = { 'raw/orders/a.csv': { text: '' } };
    setup.landing.folderPath = 'acme-landing/elsewhere';
    const { mapping, env } = await workspaceOf(t, setup);
    const ended = await runAgent(['check', mapping, '--json'], env);
    assert.equal(ended.status, 0, ended.stdout);
    const [{ gates }] = checkOf(ended).sides;
    assert.equal(gates.find(({ gate }) => gate === 'list')?.detail, 'allowed; no object matches');
    assert.equal(gates.find(({ gate }) => gate === 'read')?.state, 'skipped');
  });

  test('tells the KMS key of both buckets', async (t) => {
    const setup = workingSetup();
    const { accounts, buckets } = setup.sandbox;
    const mayUse = statements({ Effect: 'Allow', Action: 'kms:*', Resource: '*' });
    const landingKey = 'arn:aws:kms:eu-west-1:111111111111:key/orders';
    const curatedKey = 'arn:aws:kms:eu-central-1:222222222222:key/orders';
    for (const [account, role, bucket, kmsKeyId] of [
      [accounts['111111111111'], accounts['111111111111'].roles.reader, buckets['acme-landing'], landingKey],
      [accounts['222222222222'], accounts['222222222222'].roles.writer, buckets['acme-curated'], curatedKey],
    ] as const) {
      const Principal = { AWS: kmsKeyId.split(':')[4] };
      account.keys.orders = { policy: statements({ Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*' }) };
      role.policies = [...role.policies, mayUse];
      bucket.encryption = { kmsKeyId };
    }
    const { mapping, env } = await workspaceOf(t, setup);
    const ended = await runAgent(['check', mapping, '--json'], env);
    assert.equal(ended.status, 0, ended.stdout);
    assert.deepEqual(
      checkOf(ended).sides.map(({ gates }) => gates.find(({ gate }) => gate === 'kms')?.detail.split(': ')[0]),
      [`encrypted under ${landingKey}`, `encrypted under ${curatedKey}`],
    );
  });

  test('assumes every role of a chain, each for its own time', async (t) => {
    const setup = workingSetup();
    const broker = 'arn:aws:iam::222222222222:role/broker';
    const roles = setup.sandbox.accounts['222222222222'].roles;
    const passOn = statements({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' });
    Object.assign(roles, { broker: { trust: statements(trust('broker-1')), policies: [passOn] } });
    roles.writer.trust = statements({ Effect: 'Allow', Principal: { AWS: broker }, Action: 'sts:AssumeRole' });
    Object.assign(setup.curated, {
      iamRoleArn: broker,
      externalId: 'broker-1',
      roleChain: [{ roleArn: 'arn:aws:iam::222222222222:role/writer' }],
    });
    const { mapping, env, sandbox } = await workspaceOf(t, setup);
    const ended = await runAgent(['check', mapping, '--json'], env);
    assert.equal(ended.status, 0, ended.stdout);
    const assumed = sandbox.auditLog.filter(({ operation }) => operation === 'AssumeRole');
    assert.deepEqual(
      assumed.slice(1).map(({ params }) => params?.roleArn),
      [broker, 'arn:aws:iam::222222222222:role/writer'],
    );
  });
});

describe('a connection by itself', { concurrency: 2 }, () => {
  test('is read from by its file, and by its name', async (t) => {
    const { folder, env } = await workspaceOf(t, workingSetup());
    const connections = join(folder, 'connections');
    for (const args of [[join(connections, 'landing.json')], ['landing', '--connections', connections]]) {
      const ended = await runAgent(['check', ...args, '--json'], env);
      const report = checkOf(ended);
      assert.equal(ended.status, 0, ended.stdout);
      assert.equal(report.connection, 'landing');
      assert.deepEqual(
        report.sides[0].gates.map(({ gate }) => gate),
        sourceGates,
      );
      assert.equal(report.sides[0].object, 's3://acme-landing/raw/*');
    }
  });

  test('is written to with --as target', async (t) => {
    const { folder, env, sandbox } = await workspaceOf(t, workingSetup());
    const ended = await runAgent(
      ['check', join(folder, 'connections', 'curated.json'), '--as', 'target', '--json'],
      env,
    );
    assert.deepEqual(
      checkOf(ended).sides[0].gates.map(({ gate, state }) => [gate, state]),
      targetGates.map((gate) => [gate, 'passed']),
    );
    assert.deepEqual(sandbox.openUploads(), []);
    assert.deepEqual(sandbox.listObjects('acme-curated'), []);
  });

  test('of local files passes gates of its own', async (t) => {
    const folder = localFolder(t, 'data');
    writeFileSync(join(folder, 'data', 'a.csv'), 'id\n1\n');
    for (const [args, gates] of [
      [[], ['folder', 'list', 'read']],
      [
        ['--as', 'target'],
        ['folder', 'write'],
      ],
    ] as const) {
      const ended = await runAgent(['check', join(folder, 'files.json'), ...args, '--json']);
      assert.equal(ended.status, 0, ended.stdout);
      const [side] = checkOf(ended).sides;
      assert.deepEqual(
        side.gates.map(({ gate, state }) => [gate, state]),
        gates.map((gate) => [gate, 'passed']),
      );
    }
    assert.deepEqual(readdirSync(join(folder, 'data')), ['a.csv']);
  });

  test('of local files whose folder is missing is refused at it', async (t) => {
    const folder = localFolder(t);
    const ended = await runAgent(['check', join(folder, 'files.json'), '--json']);
    assert.equal(ended.status, 1);
    const { error, sides } = checkOf(ended);
    assert.equal(error?.code, 'FOLDER_NOT_FOUND');
    assert.deepEqual(
      sides[0].gates.map(({ gate, state }) => [gate, state]),
      [
        ['folder', 'refused'],
        ['list', 'skipped'],
        ['read', 'skipped'],
      ],
    );
    assert.ok(!existsSync(join(folder, 'data')));
  });
});

describe('an interrupted check', () => {
  test('aborts the upload that it has begun', async (t) => {
    const setup = workingSetup();
    // The upload is there, its answer comes slowly: the moment at which somebody presses Ctrl-C.
    setup.sandbox.faults = [{ on: { operation: 'CreateMultipartUpload' }, do: 'slow', bytesPerSecond: 400 }];
    const { folder, env, sandbox } = await workspaceOf(t, setup);
    const connection = join(folder, 'connections', 'curated.json');
    const agent = startAgent(['check', connection, '--as', 'target', '--json'], env);
    while (sandbox.openUploads().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    agent.kill('SIGINT');
    const ended = await agent.ended;
    assert.equal(ended.status, 130, ended.stdout);
    assert.equal(checkOf(ended).status, 'cancelled');
    assert.deepEqual(sandbox.openUploads(), []);
    assert.ok(sandbox.auditLog.some(({ operation, status }) => operation === 'AbortMultipartUpload' && status === 204));
  });
});

describe('what is wrong without the network', { concurrency: 2 }, () => {
  for (const [name, args, code] of [
    ['an unknown option', ['check', 'x.json', '--bogus'], 'USAGE'],
    ['nothing to check', ['check'], 'USAGE'],
    ['a file that is not there', ['check', 'nowhere.json'], 'FILE_NOT_FOUND'],
    ['a connection that is not there', ['check', 'nowhere', '--connections', tmpdir()], 'CONNECTION_NOT_FOUND'],
    ['a name without a folder', ['check', 'nowhere'], 'CONNECTION_NOT_FOUND'],
    ['a side that is none', ['check', 'nowhere', '--as', 'middle'], 'USAGE'],
  ] as const) {
    test(`${name}: ${code}, status 2`, async () => {
      const ended = await runAgent([...args, '--json']);
      assert.equal(ended.status, 2, ended.stdout + ended.stderr);
      const report = checkOf(ended);
      assert.equal(report.error?.code, code);
      assert.equal(report.status, 'invalid');
    });
  }
});

function localFolder(t: TestContext, ...folders: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'crossrole-check-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of folders) mkdirSync(join(folder, name));
  const file = { name: 'files', type: 'local-files', properties: { folderPath: 'data' } };
  writeFileSync(join(folder, 'files.json'), JSON.stringify(file));
  return folder;
}
