import { dirname, join, resolve } from 'node:path';
import type { Field } from '../batch/data-type.js';
import { parseDataType } from '../batch/data-type.js';
import type { Warning } from '../connector-api.js';
import { type CrossroleError, CrossroleErrors } from '../errors.js';
import { formatOf } from '../formats/formats.js';
import { bindMapping, type SoundMapping, type SoundSource, type SoundTarget } from './bind.js';
import type { ValueOptions } from './connection.js';
import { optionsWithDefaults } from './defaults.js';
import { mappingError } from './errors.js';
import { orderTransformations } from './graph.js';
import { type JsonDocument, type JsonPath, readJsonFile } from './json-document.js';
import type { FieldFile, FormatFile, MappingFile } from './mapping-file.js';
import { bindParameters, givenParameters } from './parameters.js';
import { type FormatPlan, type LoadedMapping, REJECTS_NAME } from './plan.js';
import { schemaErrors } from './schema/schema-errors.js';
import { validators } from './schema/validators.js';
import { sideLoader } from './sides.js';

export interface LoadOptions extends ValueOptions {
  /** `NAME=VALUE` each. */
  readonly parameters: readonly string[];
  readonly parameterFile: string | undefined;
  /** Default: `connections` beside the mapping. */
  readonly connectionsDirectory: string | undefined;
}

const DEFAULT_MAX_ROW_BYTES = 16 * 1024 * 1024;

/** Reads a mapping, its connections and parameters. Throws every mistake that can be found without the network. */
export function loadMapping(file: string, options: LoadOptions): LoadedMapping {
  const document = readJsonFile(resolve(file));
  const mapping = soundFile(document);
  const errors: CrossroleError[] = [];
  const warnings: Warning[] = [];
  const given = givenParameters(options.parameters, options.parameterFile);
  const parameters = bindParameters(mapping.parameters ?? {}, given, document, errors);
  const directory = resolve(options.connectionsDirectory ?? join(dirname(document.file), 'connections'));
  const sides = sideLoader(mapping.name, document, parameters, directory, options, errors, warnings);
  const ordered = orderTransformations(mapping.transformations, document, errors);

  const sources: SoundSource[] = [];
  const targets: SoundTarget[] = [];
  const paths = new Map<string, JsonPath>();
  mapping.transformations.forEach((transformation, index) => {
    const path: JsonPath = ['transformations', index];
    if (!paths.has(transformation.name)) paths.set(transformation.name, path);
    if (transformation.type !== 'source' && transformation.type !== 'target') return;
    const { name } = transformation;
    const format = formatPlan(transformation.format, [...path, 'format'], name, document, errors);
    if (transformation.type === 'source') {
      const side = sides.source(name, transformation, path);
      const declared =
        transformation.fields && declaredFields(transformation.fields, [...path, 'fields'], name, document, errors);
      if (side && format) sources.push({ name, side, declared, ...format });
    } else {
      const side = sides.target(name, transformation, path);
      if (side && format) targets.push({ file: transformation, path, side, ...format });
    }
  });
  const rejects = mapping.rejects && sides.target(REJECTS_NAME, mapping.rejects, ['rejects']);

  const sound: SoundMapping = {
    name: mapping.name,
    document,
    parameters,
    ordered,
    paths,
    sources,
    targets,
    rejects,
    maxRejects: mapping.maxRejects ?? 0,
    maxRowBytes: mapping.maxRowBytes ?? DEFAULT_MAX_ROW_BYTES,
  };
  refuseSharedObjects(sound, errors);
  const known = new Map(
    sources.flatMap(({ name, declared }): [string, readonly Field[]][] => (declared ? [[name, declared]] : [])),
  );
  bindMapping(sound, known, errors);
  if (errors.length > 0) throw new CrossroleErrors(inFileOrder(errors));

  return {
    name: mapping.name,
    warnings,
    sides: [
      ...sources.map(({ name, side }) => ({ kind: 'source', transformation: name, side }) as const),
      ...targets.map(({ file, side }) => ({ kind: 'target', transformation: file.name, side }) as const),
      ...(rejects ? [{ kind: 'target', transformation: REJECTS_NAME, side: rejects } as const] : []),
    ],
    undiscovered: sources.filter((source) => source.declared === undefined),
    bind(discovered) {
      const found: CrossroleError[] = [];
      const plan = bindMapping(sound, new Map([...known, ...discovered]), found);
      if (found.length > 0) throw new CrossroleErrors(inFileOrder(found));
      if (!plan) throw new Error('a mapping was bound before all of its sources were known');
      return plan;
    },
  };
}

function soundFile(document: JsonDocument): MappingFile {
  const { value } = document;
  if (validators.mapping(value)) return value;
  throw new CrossroleErrors(schemaErrors(document, [], validators.mapping.errors ?? []));
}

function inFileOrder(errors: readonly CrossroleError[]): CrossroleError[] {
  const files = [...new Set(errors.map((error) => error.place.file))];
  return [...errors].sort(
    (a, b) =>
      files.indexOf(a.place.file) - files.indexOf(b.place.file) ||
      (a.place.line ?? 0) - (b.place.line ?? 0) ||
      (a.place.column ?? 0) - (b.place.column ?? 0),
  );
}

function formatPlan(
  file: FormatFile,
  path: JsonPath,
  transformation: string,
  document: JsonDocument,
  errors: CrossroleError[],
): FormatPlan | undefined {
  const format = formatOf(file.type);
  if (!format) throw new Error(`the schema admitted the format ${file.type}`);
  const { type: _type, ...given } = file;
  const options = optionsWithDefaults(format.optionsSchema, given);
  const contradictions = format.checkOptions(options);
  for (const message of contradictions) {
    errors.push(mappingError('FORMAT_OPTIONS', message, { ...document.place(path), transformation }));
  }
  return contradictions.length > 0 ? undefined : { format, options };
}

function declaredFields(
  files: readonly FieldFile[],
  path: JsonPath,
  transformation: string,
  document: JsonDocument,
  errors: CrossroleError[],
): Field[] {
  const fields = new Map<string, Field>();
  files.forEach((file, index) => {
    const type = parseDataType(file.type);
    if (!type) {
      const message = `there is no data type "${file.type}": the scale is at most the precision, the precision 1 to 38`;
      errors.push(
        mappingError('UNKNOWN_DATA_TYPE', message, { ...document.place([...path, index, 'type']), transformation }),
      );
    } else if (fields.has(file.name)) {
      const place = document.place([...path, index, 'name']);
      errors.push(
        mappingError('DUPLICATE_NAME', `a second field is called "${file.name}"`, { ...place, transformation }),
      );
    } else fields.set(file.name, { name: file.name, type });
  });
  return [...fields.values()];
}

/** Reading and writing one key at a time would make the run eat its own output; two targets on one key would lose rows. */
function refuseSharedObjects(mapping: SoundMapping, errors: CrossroleError[]): void {
  const users = new Map<string, string>();
  for (const source of mapping.sources) if (source.side.uri) users.set(source.side.uri, source.name);
  const writers = [
    ...mapping.targets.map(({ file, side, path }) => ({ name: file.name, uri: side.uri, path })),
    ...(mapping.rejects ? [{ name: REJECTS_NAME, uri: mapping.rejects.uri, path: ['rejects'] }] : []),
  ];
  for (const { name, uri, path } of writers) {
    const other = users.get(uri);
    if (other !== undefined) {
      const place = mapping.document.place([...path, 'object']);
      errors.push(
        mappingError('SAME_OBJECT', `"${name}" writes ${uri}, which "${other}" uses too`, {
          ...place,
          transformation: name,
        }),
      );
    }
    users.set(uri, name);
  }
}
