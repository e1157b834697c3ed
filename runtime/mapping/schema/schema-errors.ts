import type { ErrorObject } from 'ajv';
import type { UnsupportedProperty } from '../../connector-api.js';
import type { CrossroleError } from '../../errors.js';
import { nearestName } from '../../nearest-name.js';
import { mappingError } from '../errors.js';
import type { JsonDocument, JsonPath } from '../json-document.js';

/**
 * Turns a validator's findings into errors with places, each spot once, in the order of the file.
 * @param base where the validated value stands in the document
 */
export function schemaErrors(
  document: JsonDocument,
  base: JsonPath,
  found: readonly ErrorObject[],
  notSupported: readonly UnsupportedProperty[] = [],
): CrossroleError[] {
  const errors = new Map<string, CrossroleError>();
  for (const error of withoutLosingBranches(found)) {
    const path = [...base, ...pathOf(error.instancePath, document.value, base)];
    const mended = describe(error, path, document, notSupported);
    const key = `${mended.place.line}:${mended.place.column}:${mended.code}`;
    if (!errors.has(key)) errors.set(key, mended);
  }
  return [...errors.values()].sort(
    (a, b) => (a.place.line ?? 0) - (b.place.line ?? 0) || (a.place.column ?? 0) - (b.place.column ?? 0),
  );
}

/**
 * Of an `anyOf` the validator reports every branch. The branch meant is the one whose JSON type fits; where none does, the
 * summary alone is of use.
 */
function withoutLosingBranches(found: readonly ErrorObject[]): ErrorObject[] {
  const unions = found.filter((error) => error.keyword === 'anyOf');
  const branchOf = (union: ErrorObject, error: ErrorObject): string | undefined => {
    if (error === union || !error.instancePath.startsWith(union.instancePath)) return undefined;
    const prefix = `${union.schemaPath}/`;
    return error.schemaPath.startsWith(prefix) ? error.schemaPath.slice(prefix.length).split('/')[0] : undefined;
  };
  const dropped = new Set<ErrorObject>();
  for (const union of unions) {
    const branches = new Map<string, ErrorObject[]>();
    for (const error of found) {
      const branch = branchOf(union, error);
      if (branch !== undefined) branches.set(branch, [...(branches.get(branch) ?? []), error]);
    }
    const meant = [...branches.values()].find(
      (errors) => !errors.some((e) => ['type', 'const'].includes(e.keyword) && e.instancePath === union.instancePath),
    );
    for (const errors of branches.values()) if (errors !== meant) for (const error of errors) dropped.add(error);
    if (meant) dropped.add(union);
  }
  return found.filter((error) => !dropped.has(error));
}

function pathOf(pointer: string, root: unknown, base: JsonPath): (string | number)[] {
  let value = root;
  for (const key of base) value = child(value, String(key));
  return pointer
    .split('/')
    .slice(1)
    .map((escaped) => {
      const key = escaped.replaceAll('~1', '/').replaceAll('~0', '~');
      const step = Array.isArray(value) ? Number(key) : key;
      value = child(value, key);
      return step;
    });
}

function child(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function describe(
  error: ErrorObject,
  path: JsonPath,
  document: JsonDocument,
  notSupported: readonly UnsupportedProperty[],
): CrossroleError {
  const name = path.length === 0 ? 'the file' : `"${path.at(-1)}"`;
  const place = document.place(path);
  switch (error.keyword) {
    case 'additionalProperties':
    case 'propertyNames': {
      const unknown = String(error.params.additionalProperty ?? error.params.propertyName);
      const keyPlace = document.place([...path, unknown], 'key');
      const documented = notSupported.find((property) => property.id === unknown);
      if (documented) {
        const message = `"${unknown}" (${documented.label}) is not supported yet`;
        return mappingError('PROPERTY_NOT_SUPPORTED', message, { ...keyPlace, remedy: documented.instead });
      }
      if (error.keyword === 'propertyNames') {
        return mappingError('VALUE_NOT_ALLOWED', `"${unknown}" can not be a name here`, {
          ...keyPlace,
          remedy: 'Start it with a letter or _ and go on with letters, digits and _.',
        });
      }
      const known = Object.keys(error.parentSchema?.properties ?? {});
      const meant = nearestName(unknown, known);
      return mappingError(
        'UNKNOWN_PROPERTY',
        `"${unknown}" is not a property of ${path.length === 0 ? 'this file' : name}`,
        {
          ...keyPlace,
          remedy: meant ? `Did you mean "${meant}"?` : `Remove it; the properties are: ${known.join(', ')}.`,
        },
      );
    }
    case 'required': {
      const missing = String(error.params.missingProperty);
      return mappingError('PROPERTY_MISSING', `"${missing}" is missing in ${name}`, {
        ...place,
        remedy: `Add "${missing}".`,
      });
    }
    case 'discriminator': {
      const types = typesOf(error.parentSchema);
      const given = error.params.tagValue;
      if (given === undefined) return mappingError('PROPERTY_MISSING', `"type" is missing in ${name}`, place);
      const meant = nearestName(String(given), types);
      return mappingError('VALUE_NOT_ALLOWED', `there is no type ${JSON.stringify(given)} here`, {
        ...document.place([...path, 'type']),
        remedy: `${meant ? `Did you mean "${meant}"? ` : ''}The types are: ${types.join(', ')}.`,
      });
    }
    case 'type':
    case 'anyOf':
      return mappingError('WRONG_TYPE', `${name} must be ${expectation(error)}`, { ...place, remedy: meaning(error) });
    case 'enum':
    case 'const': {
      const allowed: unknown[] = error.keyword === 'const' ? [error.params.allowedValue] : error.params.allowedValues;
      const meant = nearestName(String(error.data), allowed.map(String));
      return mappingError('VALUE_NOT_ALLOWED', `${name} is ${JSON.stringify(error.data)}`, {
        ...place,
        remedy: `${meant ? `Did you mean "${meant}"? ` : ''}Allowed: ${allowed.map((v) => JSON.stringify(v)).join(', ')}.`,
      });
    }
    case 'pattern':
      if (path.at(-1) === 'type') {
        return mappingError('UNKNOWN_DATA_TYPE', `there is no data type ${JSON.stringify(error.data)}`, place);
      }
      return mappingError('VALUE_NOT_ALLOWED', `${name} is ${JSON.stringify(error.data)}`, {
        ...place,
        remedy: meaning(error),
      });
    default:
      return mappingError('VALUE_OUT_OF_RANGE', `${name} ${error.message ?? 'is outside its limits'}`, {
        ...place,
        remedy: meaning(error),
      });
  }
}

function typesOf(schema: ErrorObject['parentSchema']): string[] {
  const branches: unknown = schema?.oneOf;
  if (!Array.isArray(branches)) return [];
  return branches.map((branch) => String(branch?.properties?.type?.const));
}

function expectation(error: ErrorObject): string {
  if (error.keyword === 'type') return String(error.params.type).replaceAll(',', ' or ');
  const branches: unknown = error.schema;
  if (!Array.isArray(branches)) return 'of another type';
  return branches.map((branch) => branch?.type ?? JSON.stringify(branch?.const)).join(' or ');
}

function meaning(error: ErrorObject): string {
  const description: unknown = error.parentSchema?.description;
  return typeof description === 'string' ? description : 'Correct the value.';
}
