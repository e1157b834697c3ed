import { closedObject, type JsonSchema } from '../mapping/schema/json-schema.js';

export const text: JsonSchema = { type: 'string' };
/** ISO 8601 in UTC. */
export const instant: JsonSchema = { type: 'string', pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z$' };
export const textOrNull: JsonSchema = { type: ['string', 'null'] };
const count: JsonSchema = { type: 'integer', minimum: 0 };
const countOrNull: JsonSchema = { type: ['integer', 'null'], minimum: 0 };

export function list(items: JsonSchema, description: string): JsonSchema {
  return { type: 'array', items, description };
}

export function whole(properties: Readonly<Record<string, JsonSchema>>, rest: JsonSchema = {}): JsonSchema {
  return closedObject(properties, Object.keys(properties), rest);
}

export const place = { transformation: text, file: text, line: count, column: count, object: text, row: count };
const fix = whole({
  attachTo: { ...text, description: 'The policy that the statement belongs into.' },
  statement: { type: 'object', description: 'A statement of an IAM policy, ready to paste.' },
});

/** What a refusal says beyond its error. */
export const diagnosisProperties = {
  gate: { ...text, description: 'The gate of `secure-agent check` that refuses.' },
  fix: { ...fix, description: 'The statement that would let it pass, the likeliest where the answer does not tell.' },
  otherFixes: list(fix, 'Statements that the same refusal may ask for.'),
};

export const errorSchema = closedObject({ code: text, message: text, remedy: text, ...place, ...diagnosisProperties }, [
  'code',
  'message',
  'remedy',
]);

/** Schema of what `secure-agent run --json` and `validate --json` print. */
export const reportSchema: JsonSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Crossrole run report',
  ...whole({
    version: { const: 1 },
    status: { enum: ['succeeded', 'failed', 'invalid', 'cancelled'] },
    run: { ...textOrNull, description: 'Identifies the run; null where none began.' },
    mapping: textOrNull,
    startedAt: instant,
    durationMs: { type: 'number', minimum: 0 },
    transformations: list(
      whole({ name: text, type: text, rowsIn: count, rowsOut: count, rowsRejected: count, bytes: count }),
      'In the order of the mapping, inputs first.',
    ),
    sessions: list(
      whole({
        transformation: text,
        roleArn: textOrNull,
        principalArn: textOrNull,
        sessionName: textOrNull,
        requestedDuration: { ...countOrNull, description: 'Seconds.' },
        grantedExpirations: list(instant, 'One for each set of credentials.'),
        refreshes: count,
        stsCalls: count,
      }),
      'One a source and target, and one of the rejects object.',
    ),
    objects: list(
      whole({
        transformation: text,
        uri: text,
        rows: count,
        bytes: count,
        etag: textOrNull,
        state: { enum: ['committed', 'aborted', 'unknown'] },
      }),
      'The objects that the run wrote.',
    ),
    rejects: whole({
      count,
      object: { ...textOrNull, description: 'The object that holds the rejected rows.' },
      first: list(
        whole({
          object: text,
          row: count,
          line: countOrNull,
          byteOffset: countOrNull,
          transformation: text,
          field: textOrNull,
          code: text,
          reason: text,
          value: textOrNull,
        }),
        'The first ten, where no object takes them.',
      ),
    }),
    warnings: list(whole({ code: text, message: text }), 'What the user should know.'),
    errors: list(errorSchema, 'Everything that went wrong.'),
    error: { anyOf: [errorSchema, { type: 'null' }], description: 'The first of the errors.' },
  }),
};
