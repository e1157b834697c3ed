/** Derived session policies are tight and sufficient: nothing can be taken out of one, and nothing else can be done under it. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { serviceError } from '../../connector/amazon-s3-v2/storage/service-error.js';
import { testClock } from '../connector/test-clock.js';
import {
  allow,
  type Changes,
  curatedRole,
  landingRole,
  lines,
  ours,
  partner,
  policy,
  type TwoSides,
  twoSides,
} from './two-sides.js';

interface Statement {
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: string;
  readonly Condition?: object;
}

const keyArn = (account: string, region: string) => `arn:aws:kms:${region}:${account}:key/orders`;
const landingKey = keyArn(ours, 'eu-west-1');
const curatedKey = keyArn(partner, 'eu-central-1');

/** Both buckets under KMS keys; the roles may do everything, so that the session policy alone narrows a session down. */
const encrypted: Changes = {
  landingRole: { policies: [policy(allow(['s3:*', 'kms:*']))] },
  curatedRole: { policies: [policy(allow(['s3:*', 'kms:*']))] },
  buckets: {
    landing: { account: ours, region: 'eu-west-1', encryption: { kmsKeyId: landingKey } },
    curated: { account: partner, region: 'eu-central-1', encryption: { kmsKeyId: curatedKey } },
    'landing-2': { account: ours, region: 'eu-west-1' },
    'curated-2': { account: partner, region: 'eu-central-1' },
  },
};

const small = lines(1000);
const inParts = lines(9 << 20);
const fault = (operation: string, occurrence: number, kind: string) => ({
  on: { operation, occurrence },
  do: kind,
  afterBytes: 0,
});
const wildcards = { allowWildcardCharacters: true };
/** One part is still under way when the other has failed for good. */
const partNever = [
  fault('UploadPart', 1, 'stall'),
  ...Array.from({ length: 20 }, (_, index) => fault('UploadPart', index + 2, 'error500')),
];

interface Scenario {
  readonly what: string;
  readonly changes: Changes;
  readonly content: Buffer | undefined;
}

const writes: readonly Scenario[] = [
  { what: 'of one request', changes: {}, content: small },
  { what: 'of several parts', changes: {}, content: inParts },
  { what: 'whose run fails', changes: { sandbox: { faults: partNever } }, content: inParts },
  {
    what: 'whose commit is not answered',
    changes: { sandbox: { faults: [fault('CompleteMultipartUpload', 1, 'truncate')] } },
    content: inParts,
  },
];
const withAcl = { target: { acl: 'bucket-owner-full-control' } };

const scenarios: Readonly<Record<'source' | 'target', Readonly<Record<string, readonly Scenario[]>>>> = {
  source: {
    'one object': [
      { what: 'that is there', changes: {}, content: small },
      { what: 'that is missing', changes: {}, content: undefined },
    ],
    'a pattern': [{ what: 'with a match', changes: { reads: 'a*.csv', source: wildcards }, content: small }],
  },
  target: {
    'an object': writes,
    'an object with an ACL': writes.map(({ changes, ...rest }) => ({ ...rest, changes: { ...changes, ...withAcl } })),
  },
};

/** What a run does under the derived policy, or under another one on that side. */
async function outcome(
  t: TestContext,
  side: 'source' | 'target',
  { changes, content }: Scenario,
  statements?: readonly Statement[],
): Promise<{ readonly result: string; readonly sides: TwoSides }> {
  const sessionPolicy = statements ? { sessionPolicy: policy(...statements) } : {};
  const advanced = { ...changes[side], ...sessionPolicy };
  const sides = await twoSides(t, { ...encrypted, ...changes, [side]: advanced });
  if (content) await sides.sandbox.putObject('landing', 'in/a.csv', content);
  const { status, errors, warnings } = await sides.runHere(testClock({ patience: 10_000 }));
  const left = sides.sandbox.openUploads().length;
  const written = sides.sandbox.listObjects('curated').map(({ key, size }) => `${key} ${size}`);
  const told = [...errors, ...warnings].map(({ code }) => code).filter((code) => code !== 'SECRET_LITERAL');
  const refused = sides.sandbox.auditLog.filter((entry) => entry.status === 403).map(({ operation }) => operation);
  return { result: JSON.stringify({ status, told, left, written, refused: [...new Set(refused)] }), sides };
}

const roleOf = (side: 'source' | 'target') => (side === 'source' ? landingRole : curatedRole);

function policySeen(sides: TwoSides, side: 'source' | 'target'): readonly Statement[] {
  const document: unknown = sides.assumed(roleOf(side))[0].params.policy;
  const { Statement }: { readonly Statement: readonly Statement[] } = JSON.parse(JSON.stringify(document));
  return Statement;
}

/** The policy without one of its statements or actions. */
function* lesser(statements: readonly Statement[]): Generator<readonly [string, readonly Statement[]]> {
  for (const [index, statement] of statements.entries()) {
    for (const action of statement.Action) {
      const rest = statement.Action.filter((each) => each !== action);
      const others = statements.filter((each) => each !== statement);
      const kept = rest.length === 0 ? others : statements.with(index, { ...statement, Action: rest });
      yield [`${action} of statement ${index}`, kept];
    }
  }
}

for (const side of ['source', 'target'] as const) {
  for (const [what, runs] of Object.entries(scenarios[side])) {
    test(`nothing can be taken out of the policy of a ${side} with ${what}`, { concurrency: 2 }, async (t) => {
      const whole: string[] = [];
      let statements: readonly Statement[] = [];
      for (const scenario of runs) {
        const { result, sides } = await outcome(t, side, scenario);
        statements = policySeen(sides, side);
        whole.push(result);
        assert.doesNotMatch(result, /ACCESS_DENIED|ABORT_FAILED|COMMIT_UNKNOWN/, `${scenario.what}: ${result}`);
        if (scenario.what === 'whose run fails') assert.match(result, /"status":"failed"/);
      }
      assert.ok(statements.length >= 2);
      await Promise.all(
        [...lesser(statements)].map(([without, rest]) =>
          t.test(without, async (t) => {
            for (const [index, scenario] of runs.entries()) {
              const { result } = await outcome(t, side, scenario, rest);
              if (result !== whole[index]) return;
            }
            assert.fail(`every run went as before without ${without}`);
          }),
        ),
      );
    });
  }
}

type Client = { readonly s3: S3Client };
type Attempt = readonly [string, (client: Client) => Promise<unknown>];

const get = (Bucket: string, Key: string): Attempt => [
  `read ${Bucket}/${Key}`,
  ({ s3 }) => s3.send(new GetObjectCommand({ Bucket, Key })),
];
const head = (Bucket: string, Key: string): Attempt => [
  `look at ${Bucket}/${Key}`,
  ({ s3 }) => s3.send(new HeadObjectCommand({ Bucket, Key })),
];
const list = (Bucket: string, Prefix?: string): Attempt => [
  `list ${Bucket}/${Prefix ?? ''}`,
  ({ s3 }) => s3.send(new ListObjectsV2Command({ Bucket, ...(Prefix === undefined ? {} : { Prefix }) })),
];
const put = (Bucket: string, Key: string): Attempt => [
  `write ${Bucket}/${Key}`,
  ({ s3 }) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' })),
];
const remove = (Bucket: string, Key: string): Attempt => [
  `delete ${Bucket}/${Key}`,
  ({ s3 }) => s3.send(new DeleteObjectCommand({ Bucket, Key })),
];

const attempts = {
  source: {
    changes: { reads: 'a*.csv', source: wildcards },
    allowed: [get('landing', 'in/a.csv'), list('landing', 'in/a')],
    refused: [
      get('landing', 'in/b.csv'),
      get('landing', 'other/a.csv'),
      get('landing-2', 'in/a.csv'),
      list('landing'),
      list('landing', 'in/'),
      list('landing', 'other/'),
      list('landing-2', 'in/a'),
      put('landing', 'in/a.csv'),
      remove('landing', 'in/a.csv'),
    ],
  },
  target: {
    changes: {},
    allowed: [put('curated', 'out/a.csv'), head('curated', 'out/a.csv')],
    refused: [
      put('curated', 'out/a.csv2'),
      put('curated', 'out/b.csv'),
      put('curated', 'other/a.csv'),
      put('curated-2', 'out/a.csv'),
      get('curated', 'out/b.csv'),
      get('curated-2', 'out/a.csv'),
      list('curated', 'out/a.csv'),
      remove('curated', 'out/a.csv'),
    ],
  },
} satisfies Readonly<Record<string, { changes: Changes; allowed: Attempt[]; refused: Attempt[] }>>;

/** Who may do everything, cut down to a session policy. */
async function sessionUnder(
  t: TestContext,
  { sandbox }: TwoSides,
  side: 'source' | 'target',
  statements: readonly Statement[],
): Promise<Client> {
  const region = side === 'source' ? 'eu-west-1' : 'eu-central-1';
  const settings = { region, endpoint: sandbox.endpoint };
  const sts = new STSClient({
    ...settings,
    credentials: { accessKeyId: 'AKIAMOVER', secretAccessKey: sandbox.env.MOVER_SECRET },
  });
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({
      RoleArn: roleOf(side),
      RoleSessionName: 'attempts',
      ExternalId: side === 'source' ? 'landing-1' : 'curated-2',
      Policy: JSON.stringify(policy(...statements)),
    }),
  );
  sts.destroy();
  const credentials = {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  };
  const s3 = new S3Client({ ...settings, credentials, forcePathStyle: true, maxAttempts: 1 });
  t.after(() => s3.destroy());
  return { s3 };
}

async function isRefused([, attempt]: Attempt, client: Client): Promise<boolean> {
  try {
    await attempt(client);
    return false;
  } catch (error) {
    assert.equal(serviceError(error)?.status, 403, String(error));
    return true;
  }
}

for (const side of ['source', 'target'] as const) {
  test(`a session of a ${side} can do nothing else, though its role may do everything`, async (t) => {
    const { changes, allowed, refused } = attempts[side];
    const { sides } = await outcome(t, side, { what: '', changes, content: small });
    for (const [bucket, key] of [
      ['landing', 'in/b.csv'],
      ['landing', 'other/a.csv'],
      ['landing-2', 'in/a.csv'],
      ['curated', 'out/b.csv'],
      ['curated-2', 'out/a.csv'],
    ]) {
      await sides.sandbox.putObject(bucket, key, small);
    }
    const statements = policySeen(sides, side);
    const client = await sessionUnder(t, sides, side, statements);
    for (const attempt of allowed) assert.equal(await isRefused(attempt, client), false, attempt[0]);
    for (const attempt of refused) assert.equal(await isRefused(attempt, client), true, attempt[0]);

    const open = await sessionUnder(t, sides, side, [{ Effect: 'Allow', Action: ['s3:*', 'kms:*'], Resource: '*' }]);
    for (const attempt of refused.filter(([name]) => !name.startsWith('delete'))) {
      assert.equal(await isRefused(attempt, open), false, `the role itself may ${attempt[0]}`);
    }
  });
}

test('without its condition the statement for listings would open the bucket', async (t) => {
  const { changes, refused } = attempts.source;
  const { sides } = await outcome(t, 'source', { what: '', changes, content: small });
  const statements = policySeen(sides, 'source').map(({ Condition: _, ...rest }) => rest);
  const client = await sessionUnder(t, sides, 'source', statements);
  const opened: string[] = [];
  for (const attempt of refused) if (!(await isRefused(attempt, client))) opened.push(attempt[0]);
  assert.deepEqual(opened, ['list landing/', 'list landing/in/', 'list landing/other/']);
});
