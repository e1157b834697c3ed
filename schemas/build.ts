/** Compiles the validators into the build; with `--write` also writes the schemas into the source tree's `schemas/`. */
import { writeFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import { expectSchema } from '../runtime/agent/fixture/expect-schema.js';
import { reportSchema } from '../runtime/engine/report-schema.js';
import type { JsonSchema } from '../runtime/mapping/schema/json-schema.js';
import { advancedSchemas, connectionSchema, mappingSchema } from '../runtime/mapping/schema/mapping-schema.js';
import { schemaFiles, schemaFileText } from './schema-files.js';

/** CommonJS, because the compiled code requires ajv's own run-time files. */
function compile(schemas: ReadonlyMap<string, JsonSchema>): string {
  const ajv = new Ajv({
    allErrors: true,
    verbose: true,
    discriminator: true,
    allowUnionTypes: true,
    code: { source: true, lines: true },
  });
  for (const [name, schema] of schemas) ajv.addSchema(schema, name);
  return standalone.default(ajv, Object.fromEntries([...schemas.keys()].map((name) => [exportName(name), name])));
}

function exportName(name: string): string {
  return name.replaceAll(/[^A-Za-z]+/g, '_');
}

const advanced = [...advancedSchemas.keys()].map((name) => `${JSON.stringify(name)}: exports.${exportName(name)}`);
const code = compile(
  new Map([
    ['mapping', mappingSchema],
    ['connection', connectionSchema],
    ['expect', expectSchema],
    ['report', reportSchema],
    ...advancedSchemas,
  ]),
);
writeFileSync(new URL('validators.cjs', import.meta.url), `${code}\nexports.advanced = { ${advanced.join(', ')} };\n`);

if (process.argv.includes('--write')) {
  for (const [name, schema] of schemaFiles) {
    writeFileSync(new URL(`../../schemas/${name}`, import.meta.url), schemaFileText(schema));
  }
}
