import assert from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { RunningSandbox } from '../../../../runtime/sandbox/sandbox.js';
import { workspace } from '../../mapping/workspace.js';
import { type Ended, startAgent } from '../agent-process.js';
import { ordersMapping, twoAccounts } from '../two-accounts.js';
import { type Expected, testWrongInputs } from './wrong-input.js';

type Properties = Record<string, unknown>;

/** The two accounts' mapping from bucket to bucket, and what is changed in it. */
interface Row extends Expected {
  readonly landing?: Properties;
  readonly curated?: Properties;
  /** Of the source and of the target. */
  readonly source?: Properties;
  readonly target?: Properties;
  readonly env?: Properties;
  readonly faults?: readonly object[];
  /** Done as soon as the source's first object is being read. */
  meanwhile?(sandbox: RunningSandbox): Promise<void>;
}

const FIRST = 'raw/orders/2026/a.csv';
const SECOND = 'raw/orders/2026/b.csv';
const LINES = `order_id,country,quantity,amount\n${'1,DE,2,700.00\n'.repeat(2000)}`;
const LANDING = 'connections/landing.json';
const CURATED = 'connections/curated.json';
const role = (name: string) => `arn:aws:iam::111111111111:role/${name}`;

/** Reading the first object takes about half a second, time enough for something to happen to the second. */
const slowly = { on: { operation: 'GetObject', key: FIRST }, do: 'slow', bytesPerSecond: 60_000 };

/** The bucket's own account lets its user delete, which neither role may. */
const buckets = {
  'acme-landing': {
    account: '111111111111',
    region: 'eu-west-1',
    policy: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::111111111111:user/mover' },
          Action: 's3:DeleteObject',
          Resource: 'arn:aws:s3:::acme-landing/*',
        },
      ],
    },
  },
  'acme-curated': { account: '222222222222', region: 'eu-central-1' },
};

async function deleteSecond(sandbox: RunningSandbox): Promise<void> {
  const client = new S3Client({
    region: 'eu-west-1',
    endpoint: sandbox.endpoint,
    forcePathStyle: true,
    credentials: { accessKeyId: 'AKIAMOVER', secretAccessKey: sandbox.env.MOVER_SECRET },
  });
  await client.send(new DeleteObjectCommand({ Bucket: 'acme-landing', Key: SECOND }));
  client.destroy();
}

const identity: readonly Row[] = [
  {
    what: 'one key of the two',
    exit: 2,
    code: 'INCOMPLETE_KEYS',
    transformation: 'orders',
    at: { file: LANDING, text: '"accessKey"' },
    landing: { secretKey: undefined },
  },
  {
    what: 'keys and the role of the instance at once',
    exit: 2,
    code: 'EC2_WITH_KEYS',
    transformation: 'orders',
    at: { file: LANDING, text: '"useEc2RoleToAssumeRole"' },
    landing: { useEc2RoleToAssumeRole: true },
  },
  {
    what: 'a role that nobody assumes',
    exit: 2,
    code: 'ROLE_WITHOUT_BASE',
    transformation: 'orders',
    landing: { accessKey: undefined, secretKey: undefined },
  },
  {
    what: 'the role of the instance without a role to assume',
    exit: 2,
    code: 'EC2_WITHOUT_ROLE',
    transformation: 'orders',
    landing: {
      accessKey: undefined,
      secretKey: undefined,
      iamRoleArn: undefined,
      externalId: undefined,
      useEc2RoleToAssumeRole: true,
    },
  },
  {
    what: 'an external id without a role',
    exit: 2,
    code: 'EXTERNAL_ID_WITHOUT_ROLE',
    transformation: 'orders',
    landing: { iamRoleArn: undefined },
  },
  {
    what: 'no identity at all',
    exit: 2,
    code: 'IDENTITY_MISSING',
    transformation: 'orders',
    landing: { accessKey: undefined, secretKey: undefined, iamRoleArn: undefined, externalId: undefined },
  },
  {
    what: 'a role ARN that is none',
    exit: 2,
    code: 'VALUE_OUT_OF_RANGE',
    at: { file: LANDING, text: '"landing-reader"' },
    landing: { iamRoleArn: 'landing-reader' },
  },
  {
    what: 'a session of ten minutes',
    exit: 2,
    code: 'DURATION_OUT_OF_RANGE',
    transformation: 'orders',
    at: { file: 'mapping.json', text: '"temporaryCredentialDuration": 600' },
    source: { temporaryCredentialDuration: 600 },
  },
  {
    what: 'a session of 50,000 seconds',
    exit: 2,
    code: 'VALUE_OUT_OF_RANGE',
    at: { file: 'mapping.json', text: '50000' },
    target: { temporaryCredentialDuration: 50_000 },
  },
  {
    what: 'the secret key is not in the environment',
    exit: 2,
    code: 'SECRET_NOT_FOUND',
    at: { file: LANDING, text: '{' },
    env: { MOVER_SECRET: undefined },
  },
  {
    what: 'a property that is documented and not supported',
    exit: 2,
    code: 'PROPERTY_NOT_SUPPORTED',
    at: { file: LANDING, text: '"profileName"' },
    landing: { profileName: 'prod' },
  },
  {
    what: 'a misspelled property of the connection',
    exit: 2,
    code: 'UNKNOWN_PROPERTY',
    at: { file: CURATED, text: '"externalID"' },
    curated: { externalID: 'x' },
  },
  {
    what: 'a folder path that begins with no bucket',
    exit: 2,
    code: 'BUCKET_NAME_INVALID',
    transformation: 'orders',
    landing: { folderPath: 'a!/raw' },
  },
];

const refused: readonly Row[] = [
  {
    what: 'an unknown access key',
    exit: 1,
    code: 'BASE_KEY_UNKNOWN',
    transformation: 'orders',
    landing: { accessKey: 'AKIASOMEBODY' },
  },
  {
    what: 'a wrong secret key',
    exit: 1,
    code: 'BASE_SECRET_WRONG',
    transformation: 'orders',
    env: { MOVER_SECRET: 'of-somebody-else' },
  },
  {
    what: 'a wrong external id',
    exit: 1,
    code: 'ASSUME_ROLE_DENIED',
    transformation: 'orders',
    landing: { externalId: 'landing-0000' },
  },
  {
    what: 'a role that does not exist',
    exit: 1,
    code: 'ASSUME_ROLE_DENIED',
    transformation: 'orders',
    landing: { iamRoleArn: role('landing-raeder') },
  },
  {
    what: 'a session longer than the role allows',
    exit: 1,
    code: 'DURATION_EXCEEDS_ROLE',
    transformation: 'orders',
    source: { temporaryCredentialDuration: 7200 },
  },
  {
    what: 'a session policy that lets nothing through',
    exit: 1,
    code: 'SESSION_POLICY_DENIES',
    transformation: 'curated',
    target: {
      sessionPolicy: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }],
      },
    },
  },
  {
    what: 'a bucket of another owner than expected',
    exit: 1,
    code: 'ACCESS_DENIED',
    transformation: 'orders',
    landing: { expectedBucketOwner: '333333333333' },
  },
  {
    what: 'a source in another region',
    exit: 1,
    code: 'WRONG_REGION',
    transformation: 'orders',
    landing: { regionName: 'us-west-2' },
  },
  {
    what: 'a target in another region',
    exit: 1,
    code: 'WRONG_REGION',
    transformation: 'curated',
    curated: { regionName: 'us-west-2' },
  },
  {
    what: 'a bucket that does not exist',
    exit: 1,
    code: 'NO_SUCH_BUCKET',
    transformation: 'orders',
    landing: { folderPath: 'acme-nowhere/raw' },
  },
  {
    what: 'a pattern that matches nothing',
    exit: 1,
    code: 'SOURCE_NO_OBJECTS',
    transformation: 'orders',
    landing: { folderPath: 'acme-landing/rae' },
  },
  {
    what: 'an S3 endpoint that is not there',
    exit: 1,
    code: 'S3_UNREACHABLE',
    transformation: 'orders',
    landing: { restEndpoint: 'http://bucket.invalid' },
  },
  {
    what: 'an STS endpoint that is not there',
    exit: 1,
    code: 'STS_UNREACHABLE',
    transformation: 'orders',
    landing: { stsEndpoint: 'http://sts.invalid' },
  },
  {
    what: 'the target exists and ifExists is fail (S3)',
    exit: 1,
    code: 'TARGET_EXISTS',
    transformation: 'curated',
    target: { ifExists: 'fail' },
  },
  {
    what: 'a source object changes in mid-run',
    exit: 1,
    code: 'SOURCE_OBJECT_CHANGED',
    transformation: 'orders',
    faults: [slowly],
    meanwhile: (sandbox) => sandbox.putObject('acme-landing', SECOND, Buffer.from(LINES.replaceAll('700', '800'))),
  },
  {
    what: 'a source object is deleted in mid-run',
    exit: 1,
    code: 'SOURCE_OBJECT_GONE',
    transformation: 'orders',
    faults: [slowly],
    meanwhile: deleteSecond,
  },
];

testWrongInputs('mistakes about accounts and buckets', [...identity, ...refused], async (t, row) => {
  const sandbox = await twoAccounts(t, { buckets, faults: row.faults ?? [] });
  for (const key of [FIRST, SECOND]) await sandbox.putObject('acme-landing', key, Buffer.from(LINES));
  await sandbox.putObject('acme-curated', 'eu/orders.csv', Buffer.from('before\n'));
  const before = sandbox.listObjects('acme-curated');
  const space = workspace(t);
  cpSync(dirname(ordersMapping), space.folder, { recursive: true });
  const edit = (name: string, change: (file: Properties) => void) => {
    const file = JSON.parse(readFileSync(space.path(name), 'utf8'));
    change(file);
    space.write(name, file);
  };
  edit(LANDING, ({ properties }) => Object.assign(Object(properties), row.landing));
  edit(CURATED, ({ properties }) => Object.assign(Object(properties), row.curated));
  edit('mapping.json', ({ transformations }) => {
    const [source, , , target] = Object(transformations);
    Object.assign(source.advanced, row.source);
    Object.assign(target.advanced, row.target);
  });
  const args = ['run', space.path('mapping.json'), '--json'];
  const ended = await runMeanwhile(args, Object.assign({ ...sandbox.env }, row.env), sandbox, row);
  return {
    ended,
    assertNothingLeft() {
      assert.deepEqual(sandbox.openUploads(), []);
      assert.deepEqual(sandbox.listObjects('acme-curated'), before);
    },
  };
});

async function runMeanwhile(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  sandbox: RunningSandbox,
  row: Row,
): Promise<Ended> {
  const agent = startAgent(args, env);
  if (row.meanwhile) {
    const isRead = () => sandbox.auditLog.some(({ operation }) => operation === 'GetObject');
    while (!isRead()) await new Promise((resolve) => setTimeout(resolve, 5));
    await row.meanwhile(sandbox);
  }
  return agent.ended;
}
