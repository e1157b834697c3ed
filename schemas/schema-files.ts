import { checkSchema } from '../runtime/agent/check/check-schema.js';
import { expectSchema } from '../runtime/agent/fixture/expect-schema.js';
import { policySchema } from '../runtime/agent/policy/policy-schema.js';
import { reportSchema } from '../runtime/engine/report-schema.js';
import type { JsonSchema } from '../runtime/mapping/schema/json-schema.js';
import { connectionSchema, mappingSchema } from '../runtime/mapping/schema/mapping-schema.js';
import { sandboxConfigSchema } from '../runtime/sandbox/config-schema.js';

/** The schemas that editors and other programs use, by file name; `npm run schemas` writes them, a test compares them. */
export const schemaFiles: ReadonlyMap<string, JsonSchema> = new Map([
  ['mapping.schema.json', mappingSchema],
  ['connection.schema.json', connectionSchema],
  ['sandbox.schema.json', sandboxConfigSchema],
  ['expect.schema.json', expectSchema],
  ['report.schema.json', reportSchema],
  ['check.schema.json', checkSchema],
  ['policies.schema.json', policySchema],
]);

export function schemaFileText(schema: JsonSchema): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}
