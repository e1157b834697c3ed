import type { PropertySet, PropertySpec } from '../../connector-api.js';
import { closedObject, type JsonSchema, text } from './json-schema.js';

/** Schema of one property of a manifest, with label and meaning for an editor's completion and hover text. */
export function propertySchema(spec: PropertySpec): JsonSchema {
  return { title: spec.label, description: describe(spec), ...valueSchema(spec), ...(spec.schema ?? {}) };
}

function describe(spec: PropertySpec): string {
  const unit = spec.unit === undefined ? '' : ` In ${spec.unit}.`;
  const when = spec.when === undefined ? '' : ` Applies: ${spec.when}.`;
  return `${spec.label}: ${spec.description}${unit}${when}`;
}

function valueSchema(spec: PropertySpec): JsonSchema {
  const common = spec.default === undefined ? {} : { default: spec.default };
  switch (spec.type) {
    case 'string':
      return { type: 'string', ...common, ...limits(spec, ['minLength', 'maxLength', 'pattern']) };
    case 'boolean':
      return { type: 'boolean', ...common };
    case 'integer':
      return { type: 'integer', ...common, ...limits(spec, ['minimum', 'maximum']) };
    case 'enum':
      return { type: 'string', enum: spec.values ?? [], ...common };
    case 'object':
      return spec.schema ? common : { type: 'object', ...common };
    case 'list':
      return spec.schema ? common : { type: 'array', ...common };
  }
}

function limits(spec: PropertySpec, names: readonly (keyof PropertySpec)[]): JsonSchema {
  return Object.fromEntries(names.filter((name) => spec[name] !== undefined).map((name) => [name, spec[name]]));
}

/** `{ "env": "NAME" }` or `{ "file": "PATH" }` in place of a literal. */
const valueSource: JsonSchema = {
  type: 'object',
  description: 'Takes the value from the environment or from a file at the start of a run.',
  properties: {
    env: text('The environment variable that holds the value.'),
    file: text('The file that holds the value, relative to the connection file; one newline at its end is dropped.'),
  },
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
};

/** The `properties` of a connection: text may come from the environment or a file. */
export function connectionPropertiesSchema(set: PropertySet): JsonSchema {
  const schemaOf = (spec: PropertySpec): JsonSchema => {
    const schema = propertySchema(spec);
    if (spec.type !== 'string') return schema;
    return { title: spec.label, description: describe(spec), anyOf: [schema, valueSource] };
  };
  return propertiesSchema(set, schemaOf);
}

/** The `advanced` properties of a source or target. */
export function advancedSchema(set: PropertySet): JsonSchema {
  return propertiesSchema(set, propertySchema);
}

/** The same in a mapping, where a value that is no text may be given by a parameter. */
export function parameterisedAdvancedSchema(set: PropertySet): JsonSchema {
  return propertiesSchema(set, (spec) => {
    const schema = propertySchema(spec);
    if (spec.type === 'string' || spec.type === 'object' || spec.type === 'list') return schema;
    const description = `${spec.type === 'enum' ? (spec.values ?? []).join(' or ') : spec.type}, or a parameter as $$NAME.`;
    const parameter = { type: 'string', pattern: '\\$\\$[A-Za-z_]', description };
    return { title: spec.label, description: describe(spec), anyOf: [schema, parameter] };
  });
}

function propertiesSchema(set: PropertySet, schemaOf: (spec: PropertySpec) => JsonSchema): JsonSchema {
  const properties = Object.fromEntries(set.honoured.map((spec) => [spec.id, schemaOf(spec)]));
  return closedObject(
    properties,
    set.honoured.filter((spec) => spec.required).map((spec) => spec.id),
  );
}
