import { closedObject, type JsonSchema, text } from '../mapping/schema/json-schema.js';

const policy: JsonSchema = { type: 'object', description: 'An unabridged IAM policy document.' };
const policies: JsonSchema = { type: 'array', items: policy, description: 'Permission policies.' };
const account = '^[0-9]{12}$';

const user = closedObject(
  {
    accessKeyId: text('The access key id of the user.', { pattern: '^[A-Z0-9]{4,128}$' }),
    secretKeyEnv: text('The environment variable under which a run finds the secret key that the sandbox makes up.'),
    policies,
  },
  ['accessKeyId', 'secretKeyEnv'],
);

const role = closedObject(
  {
    trust: policy,
    policies,
    maxSessionDuration: { type: 'integer', minimum: 3600, maximum: 43_200, default: 3600, description: 'Seconds.' },
  },
  ['trust'],
);

export const faultKinds = ['throttle', 'reset', 'truncate', 'error500', 'slow', 'stall', 'expire'] as const;

const fault = closedObject(
  {
    on: closedObject(
      {
        operation: text('For example GetObject, UploadPart or AssumeRole.'),
        bucket: text('Only requests to this bucket.'),
        key: text('Only requests to this key.'),
        occurrence: { type: 'integer', minimum: 1, description: 'Only the n-th request that matches.' },
        every: { type: 'integer', minimum: 1, description: 'Every n-th request that matches.' },
      },
      ['operation'],
    ),
    do: { enum: faultKinds, description: 'What happens in place of the answer, or to it.' },
    afterBytes: { type: 'integer', minimum: 0, default: 0, description: 'Bytes of the body that come through first.' },
    bytesPerSecond: { type: 'integer', minimum: 1, default: 65_536, description: 'For slow.' },
  },
  ['on', 'do'],
);

/** Schema of `sandbox.json`. */
export const sandboxConfigSchema: JsonSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Crossrole sandbox',
  ...closedObject(
    {
      $schema: { type: 'string' },
      accounts: {
        type: 'object',
        propertyNames: { pattern: account },
        additionalProperties: closedObject(
          {
            users: { type: 'object', additionalProperties: user },
            roles: { type: 'object', additionalProperties: role },
            instanceRole: text('The role that instance metadata hands out; one in all accounts at most.'),
          },
          [],
        ),
      },
      buckets: {
        type: 'object',
        additionalProperties: closedObject(
          {
            account: text('The owner.', { pattern: account }),
            region: text('For example eu-west-1.'),
            policy,
            objects: {
              type: 'object',
              description: 'Objects that are there at the start, by key.',
              additionalProperties: {
                type: 'object',
                properties: { text: { type: 'string' }, base64: { type: 'string' } },
                additionalProperties: false,
                minProperties: 1,
                maxProperties: 1,
              },
            },
          },
          ['account', 'region'],
        ),
      },
      sessionTimeScale: {
        type: 'number',
        exclusiveMinimum: 0,
        default: 1,
        description: 'Sessions last DurationSeconds times this.',
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
