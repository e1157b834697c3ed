import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Connector, PropertySpec, PropertyValue, PropertyValues, Warning } from '../connector-api.js';
import { connectorOf } from '../connectors.js';
import { type CrossroleError, CrossroleErrors, type Place } from '../errors.js';
import { nearestName } from '../nearest-name.js';
import { withDefaults } from './defaults.js';
import { mappingError } from './errors.js';
import { type JsonDocument, readJsonFile } from './json-document.js';
import type { ConnectionFile, ConnectionValue, ValueSource } from './mapping-file.js';
import { schemaErrors } from './schema/schema-errors.js';
import { validators } from './schema/validators.js';

/** A connection whose file is sound and whose secrets are at hand. */
export interface Connection {
  readonly name: string;
  readonly connector: Connector;
  readonly document: JsonDocument;
  readonly properties: PropertyValues;
  readonly warnings: readonly Warning[];
}

/** Where the values of a connection come from that do not stand in its file. */
export interface ValueOptions {
  readonly environment: NodeJS.ProcessEnv;
  /** `optional` where nothing will be contacted: keys that are not at hand are then no mistake. Default: `needed`. */
  readonly credentials?: 'needed' | 'optional';
}

/** Stands for a key that is not at hand and not needed. */
const NOT_AT_HAND = 'not at hand';

/**
 * Loads `NAME.json` of the connections folder. Throws all that is wrong with it.
 * @param usedAt where the mapping names the connection
 */
export function loadConnection(name: string, directory: string, values: ValueOptions, usedAt: Place): Connection {
  const names = connectionNames(directory);
  if (!names.includes(name)) {
    const meant = nearestName(name, names);
    throw mappingError(
      'CONNECTION_NOT_FOUND',
      `there is no connection "${name}": ${join(directory, `${name}.json`)} does not exist`,
      {
        ...usedAt,
        ...(meant ? { remedy: `Did you mean "${meant}"?` } : {}),
      },
    );
  }
  const document = readJsonFile(join(directory, `${name}.json`));
  const file = soundFile(document);
  if (file.name !== name) {
    throw mappingError(
      'CONNECTION_NAME_MISMATCH',
      `the file is called ${name}.json and its connection "${file.name}"`,
      document.place(['name']),
    );
  }
  const connector = connectorOf(file.type);
  if (!connector) throw new Error(`the schema admitted the connector ${file.type}`);
  return { name, connector, document, ...resolveValues(file, connector, document, values) };
}

function connectionNames(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((entry) => entry.endsWith('.json'))
      .map((entry) => entry.slice(0, -'.json'.length));
  } catch {
    return [];
  }
}

function soundFile(document: JsonDocument): ConnectionFile {
  const { value } = document;
  if (validators.connection(value)) return value;
  throw new CrossroleErrors(schemaErrors(document, [], validators.connection.errors ?? [], notSupportedBy(value)));
}

function notSupportedBy(value: unknown) {
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  return connectorOf(String(type))?.manifest.connection.notSupported ?? [];
}

function resolveValues(
  file: ConnectionFile,
  connector: Connector,
  document: JsonDocument,
  { environment, credentials }: ValueOptions,
): { properties: PropertyValues; warnings: Warning[] } {
  const specs = new Map(connector.manifest.connection.honoured.map((spec) => [spec.id, spec]));
  const warnings: Warning[] = [];
  const errors: CrossroleError[] = [];
  const given: Record<string, PropertyValue> = {};
  for (const [id, value] of Object.entries(file.properties)) {
    const spec = specs.get(id);
    if (spec?.type === 'string' && isValueSource(value)) {
      const text = valueFrom(value, dirname(document.file), environment);
      if (text !== undefined) given[id] = text;
      else if (spec.credential && credentials === 'optional') given[id] = NOT_AT_HAND;
      else errors.push(missingValue(id, value, document));
      continue;
    }
    if (spec?.secret) warnings.push(literalSecret(file.name, spec));
    given[id] = value;
  }
  if (errors.length > 0) throw new CrossroleErrors(errors);
  return { properties: withDefaults(connector.manifest.connection.honoured, given), warnings };
}

function isValueSource(value: ConnectionValue): value is ValueSource {
  return typeof value === 'object' && ('env' in value || 'file' in value);
}

function valueFrom(source: ValueSource, directory: string, environment: NodeJS.ProcessEnv): string | undefined {
  if ('env' in source) return environment[source.env] || undefined;
  try {
    return readFileSync(resolve(directory, source.file), 'utf8').replace(/\r?\n$/, '') || undefined;
  } catch {
    return undefined;
  }
}

function missingValue(id: string, source: ValueSource, document: JsonDocument): CrossroleError {
  const where =
    'env' in source ? `environment variable ${source.env} is not set` : `file ${source.file} can not be read`;
  const remedy =
    'env' in source ? `Set ${source.env} before the run.` : `Create ${source.file}, readable by the agent.`;
  return mappingError('SECRET_NOT_FOUND', `no value for "${id}": ${where}`, {
    ...document.place(['properties', id]),
    remedy,
  });
}

function literalSecret(connection: string, spec: PropertySpec): Warning {
  return {
    code: 'LITERAL_SECRET',
    message: `connection "${connection}" holds its ${spec.label} in plain text; take it from {"env": …} or {"file": …}`,
  };
}
