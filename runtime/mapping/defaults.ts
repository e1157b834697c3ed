import type { PropertySpec, PropertyValue, PropertyValues } from '../connector-api.js';

/** Property values with the manifest's defaults where none is given. */
export function withDefaults(
  specs: readonly PropertySpec[],
  given: Readonly<Record<string, PropertyValue | undefined>>,
): PropertyValues {
  const defaults = specs.flatMap((spec) => (spec.default === undefined ? [] : [[spec.id, spec.default] as const]));
  return { ...Object.fromEntries(defaults), ...given };
}

/** Options of a format with the defaults of its schema where none is given. */
export function optionsWithDefaults(
  schema: Readonly<Record<string, unknown>>,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const defaults = Object.entries(schema).flatMap(([name, property]) =>
    typeof property === 'object' && property !== null && 'default' in property ? [[name, property.default]] : [],
  );
  return { ...Object.fromEntries(defaults), ...given };
}
