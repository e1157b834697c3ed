import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { policySchema } from '../../../../runtime/agent/policy/policy-schema.js';
import { readSandboxConfig } from '../../../../runtime/sandbox/config.js';
import { type RunningSandbox, startSandbox } from '../../../../runtime/sandbox/sandbox.js';
import { workspace } from '../../mapping/workspace.js';
import { reportOf, runAgent } from '../agent-process.js';

const fixtures = new URL('../../../../../test/fixtures/identity/', import.meta.url);
const mover = 'arn:aws:iam::111111111111:user/mover';
const isPrinted = new Ajv({ allowUnionTypes: true }).compile<{ accounts: { policies: Policy[] }[] }>(policySchema);
const orders = 'order_id,country,quantity,amount\n1,DE,2,900.00\n';

interface Policy {
  readonly attachTo: 'trust' | 'role' | 'user' | 'bucket' | 'key';
  readonly arn: string;
  readonly sessionDuration?: number;
  readonly document: { readonly Version: string; readonly Statement: readonly object[] };
}

type Account = {
  users: Record<string, Holder>;
  roles: Record<string, Holder>;
  keys: Record<string, Holder>;
  instanceRole?: string;
};
type Holder = Record<string, unknown>;

/** A mapping of the fixtures with changes to its connections, and whoever begins the chain of roles. */
interface Case {
  readonly fixture: string;
  readonly connection?: Readonly<Record<string, unknown>>;
  readonly curatedAccount?: string;
  readonly instance?: boolean;
  /** ARNs of KMS keys by bucket. */
  readonly keys?: Readonly<Record<string, string>>;
}

function mappingOf(t: TestContext, { fixture, connection }: Case): string {
  const space = workspace(t);
  const read = (name: string) => readFileSync(new URL(`${fixture}/${name}`, fixtures), 'utf8');
  space.write('connections/landing.json', read('connections/landing.json'));
  const curated = JSON.parse(read('connections/curated.json'));
  space.write('connections/curated.json', { ...curated, properties: { ...curated.properties, ...connection } });
  return space.write('mapping.json', read('mapping.json'));
}

async function policiesOf(mapping: string, args: readonly string[], env = {}): Promise<Policy[]> {
  const ended = await runAgent(['policy', mapping, '--json', ...args], env);
  assert.equal(ended.status, 0, ended.stderr);
  const printed = JSON.parse(ended.stdout);
  assert.ok(isPrinted(printed), JSON.stringify(isPrinted.errors));
  return printed.accounts.flatMap(({ policies }) => policies);
}

/** Accounts in which nothing is allowed but what the policies say. */
async function accountsWith(
  t: TestContext,
  policies: readonly Policy[],
  { curatedAccount = '222222222222', instance = false, keys = {} }: Case,
): Promise<RunningSandbox> {
  const accounts: Record<string, Account> = {};
  const accountOf = (id: string) => {
    accounts[id] ??= { users: {}, roles: {}, keys: {} };
    return accounts[id];
  };
  accountOf('111111111111').users.mover = { accessKeyId: 'AKIAMOVER', secretKeyEnv: 'MOVER_SECRET' };
  const bare: Account['roles'] = accountOf('111111111111').roles;
  if (instance) {
    bare['agent-ec2'] = {};
    accountOf('111111111111').instanceRole = 'agent-ec2';
  }
  const buckets: Record<string, Holder> = {
    'acme-landing': { account: '111111111111', region: 'eu-west-1' },
    'acme-curated': { account: curatedAccount, region: 'eu-central-1' },
  };
  accountOf(curatedAccount);
  for (const [bucket, arn] of Object.entries(keys)) {
    buckets[bucket].encryption = { kmsKeyId: arn };
    accountOf(accountIn(arn)).keys[nameIn(arn)] = { policy: consoleKeyPolicy(accountIn(arn)) };
  }
  for (const { attachTo, arn, document, sessionDuration = 0 } of policies) {
    const name = nameIn(arn);
    if (attachTo === 'bucket') {
      buckets[name].policy = document;
      continue;
    }
    const account = accountOf(accountIn(arn));
    if (attachTo === 'key') {
      const policy = consoleKeyPolicy(accountIn(arn));
      account.keys[name] = { policy: { ...policy, Statement: [...policy.Statement, ...document.Statement] } };
      continue;
    }
    const holders = attachTo === 'user' ? account.users : account.roles;
    if (attachTo === 'trust') {
      const maxSessionDuration = Math.max(3600, sessionDuration);
      holders[name] = { ...holders[name], trust: document, maxSessionDuration };
    } else holders[name] = { ...holders[name], policies: [document] };
  }
  const Principal = { Service: 'ec2.amazonaws.com' };
  const nobody = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }] };
  for (const { roles } of Object.values(accounts)) {
    for (const [name, role] of Object.entries(roles)) roles[name] = { trust: nobody, ...role };
  }
  const config = readSandboxConfig(JSON.stringify({ accounts, buckets }), 'sandbox.json');
  const sandbox = await startSandbox(config, {});
  t.after(() => sandbox.close());
  await sandbox.putObject('acme-landing', 'raw/orders/2026/a.csv', lines());
  return sandbox;
}

const accountIn = (arn: string) => arn.split(':')[4];
const nameIn = (arn: string) => arn.slice(Math.max(arn.lastIndexOf('/'), arn.lastIndexOf(':')) + 1);

/** Leaves decisions to the account's own policies, as a key made in the console does. */
function consoleKeyPolicy(account: string) {
  const Principal = { AWS: `arn:aws:iam::${account}:root` };
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*' }] };
}

async function* lines(): AsyncGenerator<Buffer> {
  yield Buffer.from(orders);
}

async function statusWith(t: TestContext, mapping: string, policies: readonly Policy[], given: Case): Promise<string> {
  const sandbox = await accountsWith(t, policies, given);
  return reportOf(await runAgent(['run', mapping, '--json'], sandbox.env)).status;
}

/** Every way to leave one statement out. */
function* withoutOneStatement(policies: readonly Policy[]): Generator<[string, Policy[]]> {
  for (const [at, policy] of policies.entries()) {
    for (const left of policy.document.Statement) {
      const Statement = policy.document.Statement.filter((statement) => statement !== left);
      const document = { ...policy.document, Statement };
      const rest = Statement.length === 0 ? policies.toSpliced(at, 1) : policies.with(at, { ...policy, document });
      yield [`${policy.attachTo} ${policy.arn}: ${JSON.stringify(left)}`, rest];
    }
  }
}

const cases: readonly (readonly [string, Case])[] = [
  ['an IAM user and a role in each account', { fixture: 'iam-user' }],
  ['a chain of roles with tags and a source identity', { fixture: 'role-chain' }],
  [
    'a chain of roles that no tags but transitive ones go along',
    { fixture: 'role-chain', connection: { sessionTags: { project: 'orders' } } },
  ],
  ['the role of an EC2 instance', { fixture: 'ec2-role', instance: true }],
  [
    'a bucket of a third account',
    { fixture: 'iam-user', connection: { expectedBucketOwner: '333333333333' }, curatedAccount: '333333333333' },
  ],
  [
    "a KMS key of the role's account and one of another",
    {
      fixture: 'iam-user',
      keys: {
        'acme-landing': 'arn:aws:kms:eu-west-1:111111111111:key/landing',
        'acme-curated': 'arn:aws:kms:eu-central-1:333333333333:key/curated',
      },
    },
  ],
];

for (const [what, given] of cases) {
  test(`the policies are enough, and none of them is too much: ${what}`, async (t) => {
    const mapping = mappingOf(t, given);
    const principal = given.instance ? 'arn:aws:iam::111111111111:role/agent-ec2' : mover;
    const keys = Object.entries(given.keys ?? {}).flatMap(([bucket, arn]) => ['--kms-key', `${bucket}=${arn}`]);
    const policies = await policiesOf(mapping, ['--principal', principal, ...keys]);
    assert.equal(await statusWith(t, mapping, policies, given), 'succeeded');
    const tries = [...withoutOneStatement(policies)];
    assert.ok(tries.length >= 6, `${tries.length} statements`);
    await Promise.all(
      tries.map(async ([statement, rest]) => {
        assert.equal(await statusWith(t, mapping, rest, given), 'failed', `not needed: ${statement}`);
      }),
    );
  });
}

test('asks STS who the base identity is, and prints the same as where it is named', async (t) => {
  for (const given of [cases[0][1], cases[2][1]]) {
    const mapping = mappingOf(t, given);
    const sandbox = await accountsWith(t, [], given);
    const principal = given.instance ? 'arn:aws:iam::111111111111:role/agent-ec2' : mover;
    assert.deepEqual(await policiesOf(mapping, [], sandbox.env), await policiesOf(mapping, ['--principal', principal]));
    assert.deepEqual(
      sandbox.auditLog.flatMap(({ service, operation }) => (service === 'imds' ? [] : [operation])),
      ['GetCallerIdentity', 'GetCallerIdentity'],
    );
  }
});

test('where the principal is named, neither its keys nor a base of this machine is needed', async (t) => {
  const elsewhere = { accessKey: undefined, secretKey: undefined, baseIdentity: 'container' };
  const mapping = mappingOf(t, { fixture: 'iam-user', connection: elsewhere });
  assert.ok((await policiesOf(mapping, ['--principal', mover])).length > 0);
  const validated = await runAgent(['validate', mapping], { MOVER_SECRET: 'x' });
  assert.match(validated.stderr, /error BASE_VARIABLES_MISSING/);
});

test('one principal for a connection goes before the one for all', async (t) => {
  const mapping = mappingOf(t, cases[0][1]);
  const batch = 'arn:aws:iam::444444444444:role/batch';
  const policies = await policiesOf(mapping, ['--principal', mover, '--principal', `curated=${batch}`]);
  const trust = Object.fromEntries(
    policies.flatMap(({ attachTo, arn, document }) => (attachTo === 'trust' ? [[arn, JSON.stringify(document)]] : [])),
  );
  assert.match(trust['arn:aws:iam::111111111111:role/landing-reader'], /user\/mover/);
  assert.match(trust['arn:aws:iam::222222222222:role/curated-writer'], /444444444444:role\/batch/);
});

test('a KMS key is named where it encrypts a bucket, in the account of the role and in its own', async (t) => {
  const mapping = mappingOf(t, cases[0][1]);
  const key = 'arn:aws:kms:eu-central-1:333333333333:key/1234abcd';
  const policies = await policiesOf(mapping, ['--principal', mover, '--kms-key', `acme-curated=${key}`]);
  const about = policies.filter(({ document }) => JSON.stringify(document).includes('kms:'));
  assert.deepEqual(
    about.map(({ attachTo, arn }) => [attachTo, arn]),
    [
      ['role', 'arn:aws:iam::222222222222:role/curated-writer'],
      ['key', key],
    ],
  );
  for (const { document } of about) assert.match(JSON.stringify(document), /s3\.eu-central-1\.amazonaws\.com/);
});

test('prints documents to paste, and Terraform with its templates escaped', async (t) => {
  const mapping = fileURLToPath(new URL('iam-user/mapping.json', fixtures));
  const text = await runAgent(['policy', mapping, '--principal', mover]);
  assert.match(text.stdout, /^Account 111111111111\n\nPermissions of the user mover\n\{\n {2}"Version": "2012-10-17"/);
  assert.equal(text.stderr, '');

  const space = workspace(t);
  const odd = JSON.parse(readFileSync(mapping, 'utf8'));
  odd.transformations[0].object = 'a$b"c*.csv';
  space.write('connections/landing.json', readFileSync(new URL('iam-user/connections/landing.json', fixtures), 'utf8'));
  space.write('connections/curated.json', readFileSync(new URL('iam-user/connections/curated.json', fixtures), 'utf8'));
  const terraform = await runAgent(['policy', space.write('mapping.json', odd), '--principal', mover, '--terraform']);
  assert.match(
    terraform.stdout,
    /resource "aws_iam_role" "_111111111111_landing-reader" \{\n {2}provider = aws\.account_111111111111\n/,
  );
  assert.ok(terraform.stdout.includes('arn:aws:s3:::acme-landing/raw/a$${$}b\\"c*.csv"'), terraform.stdout);
});

test('says what is wrong with the command line, the mapping, or the answer of STS', async (t) => {
  const mapping = mappingOf(t, cases[0][1]);
  const statuses = await Promise.all(
    [
      ['policy', mapping, '--principal', 'mover'],
      ['policy', mapping, '--principal', mover, '--kms-key', 'acme-landing'],
      ['policy', mapping, '--principal', mover, '--kms-key', 'acme-landnig=arn:aws:kms:eu-west-1:111111111111:key/1'],
      ['policy', mapping, '--principal', mover, '--principal', `curatd=${mover}`, '--json'],
      ['policy', mapping, '--principal', mover, '--principal', mover],
      ['policy', mapping],
      ['policy', `${mapping}x`, '--principal', mover, '--json'],
    ].map((args) => runAgent(args)),
  );
  assert.deepEqual(
    statuses.map(({ status, stdout, stderr }) => [
      status,
      /error (\w+)|"code":"(\w+)"/
        .exec(stderr + stdout)
        ?.slice(1)
        .join(''),
    ]),
    [
      [2, 'USAGE'],
      [2, 'USAGE'],
      [2, 'USAGE'],
      [2, 'USAGE'],
      [2, 'USAGE'],
      [2, 'SECRET_NOT_FOUND'],
      [2, 'FILE_NOT_FOUND'],
    ],
  );
  const sandbox = await accountsWith(t, [], cases[0][1]);
  const refused = await runAgent(['policy', mapping, '--json'], { ...sandbox.env, MOVER_SECRET: 'another' });
  assert.equal(refused.status, 1);
  assert.equal(reportOf(refused).error?.code, 'BASE_SECRET_WRONG');
});
