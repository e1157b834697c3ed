import type { ConnectorManifest, PropertySet, PropertySpec, UnsupportedProperty } from '../runtime/connector-api.js';

type Check = (value: unknown) => boolean;

const isString: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number';
const isBoolean: Check = (value) => typeof value === 'boolean';
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

type RequiredField = 'id' | 'label' | 'type' | 'description';

const requiredFields: Readonly<Record<RequiredField, Check>> = {
  id: (value) => typeof value === 'string' && /^[a-z][a-zA-Z0-9]*$/.test(value),
  label: isString,
  type: (value) => ['string', 'boolean', 'integer', 'enum', 'object', 'list'].includes(String(value)),
  description: isString,
};

const optionalFields: Readonly<Record<Exclude<keyof PropertySpec, RequiredField>, Check>> = {
  required: isBoolean,
  default: (value) => isString(value) || isNumber(value) || isBoolean(value),
  values: (value) => Array.isArray(value) && value.every(isString),
  minimum: isNumber,
  maximum: isNumber,
  minLength: isNumber,
  maxLength: isNumber,
  pattern: isString,
  unit: isString,
  secret: isBoolean,
  credential: isBoolean,
  when: isString,
  schema: isObject,
};

const specFields = new Map<string, Check>([...Object.entries(requiredFields), ...Object.entries(optionalFields)]);

function isSpec(value: unknown): value is PropertySpec {
  if (!isObject(value)) return false;
  return (
    Object.keys(requiredFields).every((field) => field in value) &&
    Object.entries(value).every(([field, content]) => specFields.get(field)?.(content) ?? false)
  );
}

function isUnsupported(value: unknown): value is UnsupportedProperty {
  return isObject(value) && isString(value.id) && isString(value.label) && isString(value.instead);
}

function isPropertySet(value: unknown): value is PropertySet {
  if (!isObject(value)) return false;
  const { honoured, notSupported } = value;
  return (
    Array.isArray(honoured) &&
    honoured.every(isSpec) &&
    Array.isArray(notSupported) &&
    notSupported.every(isUnsupported)
  );
}

function isManifest(value: unknown): value is ConnectorManifest {
  return (
    isObject(value) &&
    [value.type, value.label, value.description].every(isString) &&
    [value.connection, value.source, value.target].every(isPropertySet)
  );
}

/** Gives the content of a `manifest.json` its type. A manifest that breaks the interface is a defect of its connector and throws. */
export function readManifest(content: unknown): ConnectorManifest {
  if (!isManifest(content)) throw new Error('the connector manifest does not follow runtime/connector-api.ts');
  return content;
}
