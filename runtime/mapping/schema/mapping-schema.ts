import { dataTypePattern } from '../../batch/data-type.js';
import type { ConnectorManifest } from '../../connector-api.js';
import { connectors } from '../../connectors.js';
import { formats } from '../../formats/formats.js';
import { rowTransformations } from '../../transformations/transformations.js';
import { closedObject, type JsonSchema, text } from './json-schema.js';
import { advancedSchema, connectionPropertiesSchema, parameterisedAdvancedSchema } from './property-schema.js';

export const namePattern = '^[\\p{L}\\p{N}_][\\p{L}\\p{N}_ -]{0,127}$';
const connectionNamePattern = '^[\\p{L}\\p{N}_][\\p{L}\\p{N}_ .+-]{0,254}$';

const dataType = text('string, boolean, integer, bigint, double, decimal(p,s), date or datetime.', {
  pattern: dataTypePattern,
});
const fieldName = text('The name of the field.', { maxLength: 1024 });

const connection = text('The connection: the name of a file in the connections folder, without .json.', {
  pattern: connectionNamePattern,
});

const formatSchema: JsonSchema = {
  description: 'The format of the objects.',
  type: 'object',
  required: ['type'],
  discriminator: { propertyName: 'type' },
  oneOf: formats.map((format) =>
    closedObject({ type: { const: format.type, description: format.description }, ...format.optionsSchema }, ['type']),
  ),
};

/** For editors every connector's properties are offered; the connector that the connection names has the last word. */
function advanced(side: 'source' | 'target'): JsonSchema {
  const schemas = connectors.map(({ manifest }) => parameterisedAdvancedSchema(manifest[side]).properties);
  return {
    type: 'object',
    description: `Advanced ${side} properties of the connector.`,
    properties: Object.assign({}, ...schemas),
  };
}

const sourceSchema = closedObject(
  {
    name: text('The name that other transformations use as their input.', { pattern: namePattern }),
    type: { const: 'source', description: 'Reads records from the objects of a connection.' },
    connection,
    object: text("The object to read, below the connection's folder; * and ? with allowWildcardCharacters."),
    format: formatSchema,
    fields: {
      type: 'array',
      minItems: 1,
      description: 'The columns that the mapping uses, with their types; without it every column is read as string.',
      items: closedObject({ name: fieldName, type: dataType }, ['name', 'type']),
    },
    advanced: advanced('source'),
  },
  ['name', 'type', 'connection', 'object', 'format'],
);

const targetSchema = closedObject(
  {
    name: text('The name of the target in reports and session names.', { pattern: namePattern }),
    type: { const: 'target', description: 'Writes records to an object of a connection.' },
    input: text('The transformation whose rows are written.'),
    connection,
    object: text("The object to write, below the connection's folder."),
    format: formatSchema,
    fields: {
      type: 'array',
      minItems: 1,
      description: 'The fields to write, in this order; without it all of the input.',
      items: {
        anyOf: [
          fieldName,
          closedObject({ name: fieldName, from: text("The input's field, where it has another name.") }, ['name']),
        ],
      },
    },
    advanced: advanced('target'),
  },
  ['name', 'type', 'input', 'connection', 'object', 'format'],
);

const rowTransformationSchemas = rowTransformations.map((transformation) =>
  closedObject(
    {
      name: text('The name that other transformations use as their input.', { pattern: namePattern }),
      type: { const: transformation.type, description: transformation.description },
      input: text('The transformation whose rows come in.'),
      ...transformation.properties,
    },
    ['name', 'type', 'input', ...transformation.required],
  ),
);

/** Schema of mapping files. */
export const mappingSchema: JsonSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Crossrole mapping',
  ...closedObject(
    {
      $schema: { type: 'string' },
      name: text('The name of the mapping in reports and session names.', { pattern: namePattern }),
      description: { type: 'string' },
      parameters: {
        type: 'object',
        description: 'Values that a run may give with --param; $$NAME in expressions and texts.',
        propertyNames: { pattern: '^[A-Za-z_][A-Za-z0-9_]{0,127}$' },
        additionalProperties: closedObject(
          { type: dataType, default: { type: ['string', 'number', 'boolean'] }, description: { type: 'string' } },
          ['type'],
        ),
      },
      rejects: closedObject(
        {
          connection,
          object: text('The JSON lines object that takes the rejected rows.'),
          advanced: advanced('target'),
        },
        ['connection', 'object'],
        { description: 'Where rows that could not be processed are written.' },
      ),
      maxRejects: {
        description: 'Rejected rows that a run may have before it fails.',
        default: 0,
        anyOf: [{ type: 'integer', minimum: 0 }, { const: 'unlimited' }],
      },
      maxRowBytes: {
        type: 'integer',
        minimum: 1024,
        maximum: 268_435_456,
        default: 16_777_216,
        description: 'A longer row is rejected.',
      },
      transformations: {
        type: 'array',
        minItems: 1,
        maxItems: 1000,
        description: 'From sources to targets; each names the transformation that feeds it.',
        items: {
          type: 'object',
          required: ['type'],
          discriminator: { propertyName: 'type' },
          oneOf: [sourceSchema, ...rowTransformationSchemas, targetSchema],
        },
      },
    },
    ['name', 'transformations'],
  ),
};

/** Schema of connection files. */
export const connectionSchema: JsonSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Crossrole connection',
  type: 'object',
  required: ['type'],
  discriminator: { propertyName: 'type' },
  oneOf: connectors.map(({ manifest }) => connectorConnectionSchema(manifest)),
};

function connectorConnectionSchema(manifest: ConnectorManifest): JsonSchema {
  return closedObject(
    {
      $schema: { type: 'string' },
      name: text('The name of the connection; the file is called NAME.json.', { pattern: connectionNamePattern }),
      type: { const: manifest.type, description: manifest.description },
      description: { type: 'string', maxLength: 4000 },
      properties: connectionPropertiesSchema(manifest.connection),
    },
    ['name', 'type', 'properties'],
  );
}

/** Schema of the `advanced` properties of one connector and side, by the name under which it is compiled. */
export const advancedSchemas: ReadonlyMap<string, JsonSchema> = new Map(
  connectors.flatMap(({ manifest }) => [
    [advancedSchemaName(manifest.type, 'source'), advancedSchema(manifest.source)],
    [advancedSchemaName(manifest.type, 'target'), advancedSchema(manifest.target)],
  ]),
);

export function advancedSchemaName(connectorType: string, side: 'source' | 'target'): string {
  return `${connectorType}/${side}`;
}
