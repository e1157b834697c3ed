import { closedObject, type JsonSchema } from '../../mapping/schema/json-schema.js';

const text: JsonSchema = { type: 'string' };

/** Schema of what `secure-agent policy --json` prints where it finds no mistake; else it prints a report. */
export const policySchema: JsonSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Crossrole policies',
  ...closedObject(
    {
      version: { const: 1 },
      mapping: text,
      accounts: {
        type: 'array',
        items: closedObject(
          {
            account: {
              type: ['string', 'null'],
              description: 'null where no connection tells the account of a bucket.',
            },
            policies: {
              type: 'array',
              items: closedObject(
                {
                  attachTo: {
                    enum: ['trust', 'role', 'user', 'bucket', 'key'],
                    description:
                      'The trust policy of a role, permissions of a role or user, a bucket policy, a key policy.',
                  },
                  arn: text,
                  sessionDuration: {
                    type: 'integer',
                    description: 'Seconds that the role has to grant at the least as its maximum session duration.',
                  },
                  document: { type: 'object', description: 'The policy, to paste.' },
                },
                ['attachTo', 'arn', 'document'],
              ),
            },
          },
          ['account', 'policies'],
        ),
      },
    },
    ['version', 'mapping', 'accounts'],
  ),
};
