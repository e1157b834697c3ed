import { closedObject, type JsonSchema, text } from '../mapping/schema/json-schema.js';

const policy: JsonSchema = {
  type: 'object',
  description: 'An unabridged IAM policy document. What the sandbox does not know stops it at start.',
};
const policies: JsonSchema = { type: 'array', items: policy, description: 'The permission policies.' };
const path: JsonSchema = {
  type: 'string',
  pattern: '^/([!-~]+/)?$',
  default: '/',
  description: 'The path of the ARN, such as "/service/".',
};

const user = closedObject(
  {
    accessKeyId: text('The access key id.', { pattern: '^\\w{3,128}$' }),
    secretKeyEnv: text('The environment variable under which the made-up secret is handed out.', {
      pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
    }),
    path,
    policies,
  },
  ['accessKeyId', 'secretKeyEnv'],
);

const role = closedObject(
  {
    trust: policy,
    path,
    policies,
    maxSessionDuration: {
      type: 'integer',
      minimum: 3600,
      maximum: 43_200,
      default: 3600,
      description: "The role's maximum session duration, in seconds.",
    },
  },
  ['trust'],
);

const key = closedObject(
  {
    policy,
    region: text('Its region. Default: that of whatever names it.', { pattern: '^[a-z0-9-]+$' }),
  },
  ['policy'],
);

const account = closedObject(
  {
    users: { type: 'object', additionalProperties: user, description: 'IAM users by name.' },
    roles: { type: 'object', additionalProperties: role, description: 'IAM roles by name.' },
    keys: { type: 'object', additionalProperties: key, description: 'KMS keys by their id.' },
    instanceRole: text('The role of this account whose session instance metadata hands out; one in all accounts.'),
  },
  [],
);

const content: JsonSchema = {
  ...closedObject(
    {
      text: { type: 'string', description: 'The content as UTF-8.' },
      base64: { type: 'string', pattern: '^[A-Za-z0-9+/]*={0,2}$', description: 'The content in base64.' },
      file: text('A file with the content, relative to this one.'),
    },
    [],
  ),
  minProperties: 1,
  maxProperties: 1,
  description: 'Exactly one of text, base64 and file.',
};

const bucket = closedObject(
  {
    account: text('The account that owns the bucket.'),
    region: text('Its region, such as eu-west-1.', { pattern: '^[a-z0-9-]+$' }),
    policy,
    encryption: closedObject(
      {
        kmsKeyId: text('The ARN of the KMS key that objects are encrypted with.'),
        bucketKeyEnabled: {
          type: 'boolean',
          default: false,
          description: 'Whether the key is asked for the bucket and not for each object.',
        },
      },
      ['kmsKeyId'],
      { description: 'The default encryption of objects. Without it they are under keys of S3.' },
    ),
    objects: {
      type: 'object',
      additionalProperties: content,
      description: 'Objects that are there from the start, by key.',
    },
  },
  ['account', 'region'],
);

const faultMatch = closedObject(
  {
    service: { enum: ['s3', 'sts', 'imds'] },
    operation: text('Such as GetObject, UploadPart or AssumeRole.'),
    bucket: text('The bucket.'),
    key: text('The whole key.'),
    roleArn: text('The role that AssumeRole asks for, or that the session of the request has.'),
    occurrence: { type: 'integer', minimum: 1, description: 'Only the n-th request that matches.' },
    every: { type: 'integer', minimum: 1, description: 'Every n-th request that matches.' },
  },
  [],
  { description: 'Which requests; all of those given must match.' },
);

const fault = closedObject(
  {
    on: faultMatch,
    do: {
      enum: ['throttle', 'reset', 'truncate', 'error500', 'slow', 'stall', 'expire'],
      description: 'What happens to the request.',
    },
    afterBytes: {
      type: 'integer',
      minimum: 0,
      description: "reset, truncate, stall: how many bytes of the answer's body go out first.",
    },
    bytesPerSecond: { type: 'integer', minimum: 1, default: 1000, description: "slow: the pace of the answer's body." },
  },
  ['on', 'do'],
);

/** The JSON Schema of `sandbox.json`; `schemas/sandbox.schema.json` is written from it. */
export const sandboxConfigSchema: JsonSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Crossrole sandbox',
  ...closedObject(
    {
      $schema: { type: 'string' },
      accounts: { type: 'object', additionalProperties: account, description: 'Accounts by their twelve digits.' },
      buckets: { type: 'object', additionalProperties: bucket, description: 'Buckets by name.' },
      sessionTimeScale: {
        type: 'number',
        exclusiveMinimum: 0,
        maximum: 1,
        default: 1,
        description: 'Sessions live for their duration times this.',
      },
      clockOffsetSeconds: {
        type: 'number',
        default: 0,
        description: 'How far the clock of the sandbox is ahead of the real one.',
      },
      faults: { type: 'array', items: fault, description: 'What goes wrong, and when.' },
    },
    ['accounts', 'buckets'],
  ),
};
