import {
  diagnosisProperties,
  errorSchema,
  instant,
  list,
  place,
  text,
  textOrNull,
  whole,
} from '../../engine/report-schema.js';
import { closedObject, type JsonSchema } from '../../mapping/schema/json-schema.js';

const milliseconds: JsonSchema = { type: 'number', minimum: 0 };

const gate = closedObject(
  {
    ...diagnosisProperties,
    ...place,
    gate: { ...text, description: 'Stable, for programs; docs/check.md lists them.' },
    label: { ...text, description: 'What was tried, and on what.' },
    state: { enum: ['passed', 'warned', 'refused', 'skipped'] },
    detail: text,
    durationMs: milliseconds,
    code: { ...text, description: 'Of what was warned of or refused.' },
    message: text,
    remedy: text,
  },
  ['gate', 'label', 'state', 'detail', 'durationMs'],
);

/** Schema of what `secure-agent check --json` prints. */
export const checkSchema: JsonSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Crossrole check report',
  ...whole({
    version: { const: 1 },
    status: { enum: ['passed', 'refused', 'invalid', 'cancelled'] },
    mapping: { ...textOrNull, description: 'Null where a connection is checked by itself.' },
    connection: { ...textOrNull, description: 'Null where a mapping is checked.' },
    startedAt: instant,
    durationMs: milliseconds,
    sides: list(
      whole({
        name: { ...text, description: 'Of the transformation, or of the connection.' },
        side: { enum: ['source', 'target'] },
        object: text,
        gates: list(gate, 'In the order in which a run meets them.'),
      }),
      'Every source and target, and the target of rejects.',
    ),
    warnings: list(whole({ code: text, message: text }), 'What the user should know.'),
    errors: list(errorSchema, 'What refused, one a side at the most, or what was found wrong without the network.'),
    error: { anyOf: [errorSchema, { type: 'null' }], description: 'The first of the errors.' },
  }),
};
