import { mover, readerRole, type Setup, statements, trust, writerRole } from './workspace.js';

/** A working set-up with one thing broken, and what is to be said of it. */
export interface BrokenSetup {
  readonly name: string;
  /** The mutation. */
  damage(setup: Setup): void;
  readonly args?: readonly string[];
  /** Null for what is found without the network. */
  readonly gate: string | null;
  readonly code: string;
  /** Where the statement goes, and the statement; null where no statement would help. */
  readonly fix: readonly [attachTo: string, statement: object] | null;
  /** Warned of, and nothing fails. */
  readonly warns?: true;
  /** Where a run, which makes no trials, can not tell as much; null where a run has nothing to say. */
  readonly run?: string | null;
}

const ours = '111111111111';
const theirs = '222222222222';
const reader = ({ sandbox }: Setup) => sandbox.accounts[ours].roles.reader;
const writer = ({ sandbox }: Setup) => sandbox.accounts[theirs].roles.writer;
const user = ({ sandbox }: Setup) => sandbox.accounts[ours].users.mover;

const readTrust = trustFor(mover, 'landing-7f3a');
const trustPolicy = `trust policy of role reader in account ${ours}`;
const readObjects = {
  Effect: 'Allow',
  Action: ['s3:GetObject'],
  Resource: 'arn:aws:s3:::acme-landing/raw/orders/*.csv',
};
const listObjects = {
  Effect: 'Allow',
  Action: ['s3:ListBucket'],
  Resource: 'arn:aws:s3:::acme-landing',
  Condition: { StringLike: { 's3:prefix': 'raw/orders/*' } },
};
const putObject = { Effect: 'Allow', Action: ['s3:PutObject'], Resource: 'arn:aws:s3:::acme-curated/eu/o.csv' };
const everything = statements({ Effect: 'Allow', Action: 's3:*', Resource: '*' });

const landingKey = `arn:aws:kms:eu-west-1:${ours}:key/orders`;
const curatedKey = `arn:aws:kms:eu-central-1:${theirs}:key/orders`;

function keyPolicy(AWS: string) {
  return statements({ Effect: 'Allow', Principal: { AWS }, Action: 'kms:*', Resource: '*' });
}

function throughS3(region: string) {
  return { StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` } };
}

function trustFor(AWS: string, externalId: string, ...further: string[]) {
  const Action = ['sts:AssumeRole', ...further];
  return { Effect: 'Allow', Principal: { AWS }, Action, Condition: { StringEquals: { 'sts:ExternalId': externalId } } };
}

function onEc2(properties: Record<string, unknown>): void {
  delete properties.accessKey;
  delete properties.secretKey;
  properties.useEc2RoleToAssumeRole = true;
}

export const brokenSetups: readonly BrokenSetup[] = [
  {
    name: 'no secret in the environment',
    damage: ({ env }) => Object.assign(env, { MOVER_SECRET: '' }),
    gate: null,
    code: 'SECRET_NOT_FOUND',
    fix: null,
  },
  {
    name: 'an access key that AWS does not know',
    damage: ({ env }) => Object.assign(env, { MOVER_KEY: 'AKIANOBODY' }),
    gate: 'base-identity',
    code: 'BASE_KEY_UNKNOWN',
    fix: null,
  },
  {
    name: 'a secret key of another access key',
    damage: ({ env }) => Object.assign(env, { MOVER_SECRET: 'a-wrong-secret' }),
    gate: 'base-identity',
    code: 'BASE_SECRET_WRONG',
    fix: null,
  },
  {
    name: 'a clock that is two hours off',
    damage: ({ sandbox }) => Object.assign(sandbox, { clockOffsetSeconds: 7200 }),
    gate: 'base-identity',
    code: 'CLOCK_SKEW',
    fix: null,
    warns: true,
  },
  {
    name: 'instance metadata that nobody answers',
    damage({ landing, env }) {
      onEc2(landing);
      env.AWS_EC2_METADATA_SERVICE_ENDPOINT = 'http://127.0.0.1:1';
    },
    gate: 'base',
    code: 'INSTANCE_METADATA_UNREACHABLE',
    fix: null,
  },
  {
    name: 'an instance without a role',
    damage({ landing, sandbox }) {
      onEc2(landing);
      sandbox.accounts[ours].instanceRole = undefined;
    },
    gate: 'base',
    code: 'INSTANCE_ROLE_MISSING',
    fix: null,
  },
  {
    name: 'a role that does not exist',
    damage({ landing }) {
      landing.iamRoleArn = `arn:aws:iam::${ours}:role/redaer`;
    },
    gate: 'assume-role',
    code: 'ASSUME_ROLE_DENIED',
    fix: [`trust policy of role redaer in account ${ours}`, readTrust],
  },
  {
    name: 'a trust policy that does not name the caller',
    damage(setup) {
      const named = { ...trust('landing-7f3a'), Principal: { AWS: `arn:aws:iam::${ours}:role/agent-ec2` } };
      reader(setup).trust = statements(named);
    },
    gate: 'assume-role',
    code: 'ASSUME_ROLE_DENIED',
    fix: [trustPolicy, readTrust],
  },
  {
    name: 'an external id in the wrong case',
    damage({ landing }) {
      landing.externalId = 'LANDING-7F3A';
    },
    gate: 'assume-role',
    code: 'ASSUME_ROLE_DENIED',
    fix: [trustPolicy, trustFor(mover, 'LANDING-7F3A')],
  },
  {
    name: 'a role that does not demand its external id',
    damage(setup) {
      reader(setup).trust = statements({ ...trust('landing-7f3a'), Condition: undefined });
    },
    args: ['--probe-trust'],
    gate: 'trust',
    code: 'EXTERNAL_ID_NOT_DEMANDED',
    fix: [`${trustPolicy}, in place of the statement without the condition`, readTrust],
    warns: true,
    run: null,
  },
  {
    name: 'a caller that may not call AssumeRole',
    damage(setup) {
      user(setup).policies = [];
      reader(setup).trust = statements({ ...trust('landing-7f3a'), Principal: { AWS: `arn:aws:iam::${ours}:root` } });
    },
    gate: 'assume-role',
    code: 'ASSUME_ROLE_NOT_ALLOWED',
    fix: [
      `permission policy of user mover in account ${ours}`,
      { Effect: 'Allow', Action: ['sts:AssumeRole'], Resource: readerRole },
    ],
  },
  {
    name: 'a duration over the maximum of the role',
    damage({ source }) {
      source.temporaryCredentialDuration = 10_800;
    },
    gate: 'assume-role',
    code: 'DURATION_EXCEEDS_ROLE',
    fix: null,
  },
  {
    name: 'a duration over the cap of role chaining',
    damage({ curated, target }) {
      onEc2(curated);
      target.temporaryCredentialDuration = 7200;
    },
    gate: 'assume-role',
    code: 'CHAINED_DURATION_CAPPED',
    fix: null,
    warns: true,
  },
  {
    name: 'session tags that the trust policy does not allow',
    damage({ landing }) {
      landing.sessionTags = { team: 'orders' };
    },
    gate: 'assume-role',
    code: 'TAG_SESSION_DENIED',
    fix: [trustPolicy, trustFor(mover, 'landing-7f3a', 'sts:TagSession')],
  },
  {
    name: 'a source identity that the trust policy does not allow',
    damage({ landing }) {
      landing.sourceIdentity = 'orders-team';
    },
    gate: 'assume-role',
    code: 'SOURCE_IDENTITY_DENIED',
    fix: [trustPolicy, trustFor(mover, 'landing-7f3a', 'sts:SetSourceIdentity')],
  },
  {
    name: 'no such bucket',
    damage({ landing }) {
      landing.folderPath = 'acme-landnig/raw';
    },
    gate: 'region',
    code: 'NO_SUCH_BUCKET',
    fix: null,
  },
  {
    name: 'a bucket in another region',
    damage({ landing }) {
      landing.regionName = 'eu-west-3';
    },
    gate: 'region',
    code: 'WRONG_REGION',
    fix: null,
  },
  {
    name: 'a session policy that allows no listing',
    damage({ source }) {
      source.sessionPolicy = statements(readObjects);
    },
    gate: 'list',
    code: 'SESSION_POLICY_DENIES',
    fix: ['sessionPolicy of transformation orders', listObjects],
  },
  {
    name: 'a session policy that denies listing',
    damage({ source }) {
      const deny = { Effect: 'Deny', Action: 's3:ListBucket', Resource: '*' };
      source.sessionPolicy = statements({ Effect: 'Allow', Action: 's3:*', Resource: '*' }, deny);
    },
    gate: 'list',
    code: 'SESSION_POLICY_DENIES',
    fix: null,
  },
  {
    name: 'a session policy that allows no reading in a bucket of another account',
    damage(setup) {
      setup.sandbox.buckets['acme-landing'].account = theirs;
      setup.sandbox.buckets['acme-landing'].policy = statements({
        Effect: 'Allow',
        Principal: { AWS: readerRole },
        Action: 's3:*',
        Resource: ['arn:aws:s3:::acme-landing', 'arn:aws:s3:::acme-landing/*'],
      });
      setup.landing.expectedBucketOwner = theirs;
      setup.source.sessionPolicy = statements(listObjects);
    },
    gate: 'read',
    code: 'SESSION_POLICY_DENIES',
    fix: ['sessionPolicy of transformation orders', readObjects],
    // S3 tells nothing across accounts, and a run does not ask for a session without the policy to find out.
    run: 'ACCESS_DENIED',
  },
  {
    name: 'a role that may not list',
    damage(setup) {
      reader(setup).policies = [statements(readObjects)];
    },
    gate: 'list',
    code: 'ACCESS_DENIED',
    fix: [`permission policy of role reader in account ${ours}`, listObjects],
  },
  {
    name: 'a role that may not read',
    damage(setup) {
      reader(setup).policies = [statements({ ...listObjects, Condition: undefined })];
    },
    gate: 'read',
    code: 'ACCESS_DENIED',
    fix: [`permission policy of role reader in account ${ours}`, readObjects],
  },
  {
    // A run looks at one object by HEAD, whose refusals say nothing.
    name: 'a session policy that does not allow the one object',
    damage(setup) {
      setup.object = 'orders/a.csv';
      setup.source.sessionPolicy = statements(listObjects);
    },
    gate: 'read',
    code: 'SESSION_POLICY_DENIES',
    fix: [
      'sessionPolicy of transformation orders',
      { ...readObjects, Resource: 'arn:aws:s3:::acme-landing/raw/orders/a.csv' },
    ],
  },
  {
    name: 'a role that may not write',
    damage(setup) {
      writer(setup).policies = [statements({ ...putObject, Action: 's3:GetObject' })];
    },
    gate: 'write',
    code: 'ACCESS_DENIED',
    fix: [`permission policy of role writer in account ${theirs}`, putObject],
  },
  {
    name: 'a bucket policy that denies',
    damage({ sandbox }) {
      sandbox.buckets['acme-curated'].policy = statements({
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:PutObject',
        Resource: 'arn:aws:s3:::acme-curated/*',
      });
    },
    gate: 'write',
    code: 'BUCKET_POLICY_DENIES',
    fix: null,
  },
  {
    name: 'a bucket of another account that grants nothing',
    damage({ sandbox, landing }) {
      sandbox.buckets['acme-landing'].account = theirs;
      landing.expectedBucketOwner = theirs;
    },
    gate: 'list',
    code: 'ACCESS_DENIED',
    fix: [`permission policy of role reader in account ${ours}`, listObjects],
  },
  {
    name: 'a source bucket of an unexpected owner',
    damage({ landing }) {
      landing.expectedBucketOwner = '333333333333';
    },
    gate: 'list',
    code: 'BUCKET_OWNER_UNEXPECTED',
    fix: null,
    // S3's answer is a bare refusal; a run sends nothing without the demand.
    run: 'ACCESS_DENIED',
  },
  {
    name: 'a target bucket of an unexpected owner',
    damage({ curated }) {
      curated.expectedBucketOwner = '333333333333';
    },
    gate: 'write',
    code: 'BUCKET_OWNER_UNEXPECTED',
    fix: null,
    run: 'ACCESS_DENIED',
  },
  {
    name: 'a role that may read the object but not use its key',
    damage({ sandbox }) {
      sandbox.accounts[ours].keys.orders = { policy: keyPolicy(`arn:aws:iam::${ours}:root`) };
      sandbox.buckets['acme-landing'].encryption = { kmsKeyId: landingKey };
    },
    gate: 'kms',
    code: 'KMS_DENIED',
    fix: [
      `permission policy of role reader in account ${ours}`,
      { Effect: 'Allow', Action: ['kms:Decrypt'], Resource: landingKey, Condition: throughS3('eu-west-1') },
    ],
  },
  {
    name: 'a key whose policy does not name the role that writes',
    damage(setup) {
      const { sandbox } = setup;
      sandbox.accounts[theirs].keys.orders = { policy: keyPolicy(`arn:aws:iam::${theirs}:role/somebody`) };
      sandbox.buckets['acme-curated'].encryption = { kmsKeyId: curatedKey };
      const mayUseKeys = statements({ Effect: 'Allow', Action: 'kms:*', Resource: '*' });
      writer(setup).policies = [...writer(setup).policies, mayUseKeys];
    },
    gate: 'kms',
    code: 'KMS_DENIED',
    fix: [
      `key policy of ${curatedKey}`,
      {
        Effect: 'Allow',
        Principal: { AWS: writerRole },
        Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
        Resource: '*',
        Condition: throughS3('eu-central-1'),
      },
    ],
  },
  {
    name: 'a base identity that can read the bucket itself',
    damage(setup) {
      user(setup).policies = [...user(setup).policies, everything];
    },
    gate: 'base-access',
    code: 'BASE_REACHES_BUCKET',
    fix: [
      `permission policy of user mover in account ${ours}`,
      { Effect: 'Deny', Action: 's3:*', Resource: ['arn:aws:s3:::acme-landing', 'arn:aws:s3:::acme-landing/*'] },
    ],
    warns: true,
    run: null,
  },
];
