import { dirname } from 'node:path';
import type {
  Configured,
  PropertyProblem,
  PropertyValue,
  PropertyValues,
  SideDescription,
  SourceSide,
  TargetSide,
  Warning,
} from '../connector-api.js';
import { CrossroleError, CrossroleErrors } from '../errors.js';
import { type Connection, loadConnection, type ValueOptions } from './connection.js';
import { withDefaults } from './defaults.js';
import type { JsonDocument, JsonPath } from './json-document.js';
import { type Parameters, substitute } from './parameters.js';
import { advancedSchemaName } from './schema/mapping-schema.js';
import { schemaErrors } from './schema/schema-errors.js';
import { validators } from './schema/validators.js';

/** The part of a source, target or rejects entry that says where its objects are. */
export interface SideFile {
  readonly connection: string;
  readonly object: string;
  readonly advanced?: Readonly<Record<string, unknown>>;
}

export interface SideLoader {
  source(transformation: string, file: SideFile, path: JsonPath): SourceSide | undefined;
  target(transformation: string, file: SideFile, path: JsonPath): TargetSide | undefined;
}

/** Loads connections (each once) and configures sides; whatever is wrong is added to `errors`, and the side is undefined then. */
export function sideLoader(
  mapping: string,
  document: JsonDocument,
  parameters: Parameters,
  connectionsDirectory: string,
  values: ValueOptions,
  errors: CrossroleError[],
  warnings: Warning[],
): SideLoader {
  const connections = new Map<string, Connection | undefined>();

  function connectionOf(name: string, transformation: string, path: JsonPath): Connection | undefined {
    if (connections.has(name)) return connections.get(name);
    const usedAt = { ...document.place([...path, 'connection']), transformation };
    const connection = collect(errors, () => loadConnection(name, connectionsDirectory, values, usedAt));
    connections.set(name, connection);
    warnings.push(...(connection?.warnings ?? []));
    return connection;
  }

  function describe(transformation: string, file: SideFile, path: JsonPath, side: 'source' | 'target') {
    const name = substitute(file.connection, [...path, 'connection'], parameters, document, errors);
    const object = substitute(file.object, [...path, 'object'], parameters, document, errors);
    const connection = connectionOf(name, transformation, path);
    if (!connection) return undefined;
    const advanced = advancedOf(connection, file.advanced ?? {}, [...path, 'advanced'], side);
    if (!advanced) return undefined;
    const description: SideDescription = {
      mapping,
      transformation,
      connectionName: name,
      connectionFolder: dirname(connection.document.file),
      connection: connection.properties,
      advanced,
      object,
    };
    return { connection, description };
  }

  function advancedOf(
    connection: Connection,
    file: Readonly<Record<string, unknown>>,
    path: JsonPath,
    side: 'source' | 'target',
  ): PropertyValues | undefined {
    const set = connection.connector.manifest[side];
    const types = new Map(set.honoured.map((spec) => [spec.id, spec.type]));
    const values: Record<string, unknown> = {};
    for (const [id, value] of Object.entries(file)) {
      const text = typeof value === 'string' ? substitute(value, [...path, id], parameters, document, errors) : value;
      values[id] = text === value ? value : typed(text, types.get(id));
    }
    const validate = validators.advanced[advancedSchemaName(connection.connector.manifest.type, side)];
    if (!validate(values)) {
      errors.push(...schemaErrors(document, path, validate.errors ?? [], set.notSupported));
      return undefined;
    }
    return withDefaults(set.honoured, propertyValues(values));
  }

  function settle<Side>(configured: Configured<Side>, connection: Connection, transformation: string, path: JsonPath) {
    if (configured.ok) {
      warnings.push(...configured.warnings);
      return configured.side;
    }
    for (const problem of configured.problems) errors.push(placed(problem, connection, transformation, path));
    return undefined;
  }

  function placed(
    problem: PropertyProblem,
    connection: Connection,
    transformation: string,
    path: JsonPath,
  ): CrossroleError {
    const place = (() => {
      switch (problem.property?.in) {
        case 'connection':
          return connection.document.place(['properties', problem.property.id], 'key');
        case 'advanced':
          return document.place([...path, 'advanced', problem.property.id], 'key');
        case 'transformation':
          return document.place([...path, problem.property.id]);
        case undefined:
          return document.place(path);
      }
    })();
    return new CrossroleError(problem.code, problem.message, problem.remedy, { ...place, transformation });
  }

  return {
    source(transformation, file, path) {
      const described = describe(transformation, file, path, 'source');
      if (!described) return undefined;
      const { connection, description } = described;
      return settle(connection.connector.configureSource(description), connection, transformation, path);
    },
    target(transformation, file, path) {
      const described = describe(transformation, file, path, 'target');
      if (!described) return undefined;
      const { connection, description } = described;
      return settle(connection.connector.configureTarget(description), connection, transformation, path);
    },
  };
}

/** A value that a parameter gave as text, as the type its property has. */
function typed(value: unknown, type: string | undefined): unknown {
  if (type === 'integer' && /^-?[0-9]{1,15}$/.test(String(value))) return Number(value);
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}

function propertyValues(values: Readonly<Record<string, unknown>>): Record<string, PropertyValue> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([id, value]) => (isPropertyValue(value) ? [[id, value]] : [])),
  );
}

function isPropertyValue(value: unknown): value is PropertyValue {
  return ['string', 'number', 'boolean'].includes(typeof value) || (typeof value === 'object' && value !== null);
}

/** Runs `work`; what it throws for the user is added to `errors`. */
export function collect<T>(errors: CrossroleError[], work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof CrossroleErrors) errors.push(...error.errors);
    else if (error instanceof CrossroleError) errors.push(error);
    else throw error;
    return undefined;
  }
}
