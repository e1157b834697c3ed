import { allRows } from '../batch/batch.js';
import type { DataType } from '../batch/data-type.js';
import { formatDataType, parseDataType } from '../batch/data-type.js';
import { parserOf } from '../batch/values/parse.js';
import { vectorOf } from '../batch/vector.js';
import type { CrossroleError } from '../errors.js';
import type { TypedValue } from '../expression/expression.js';
import { nearestName } from '../nearest-name.js';
import { mappingError } from './errors.js';
import { type JsonDocument, type JsonPath, readJsonFile } from './json-document.js';
import type { ParameterDeclaration } from './mapping-file.js';

export type Parameters = ReadonlyMap<string, TypedValue>;

/** Values given on the command line, by name, with the file they came from where there is one. */
export interface GivenParameter {
  readonly value: string;
  readonly document?: JsonDocument;
}

/** Reads `--param k=v` and `--param-file`; the command line wins. Throws `PARAMETER_INVALID` for what is no `k=v`. */
export function givenParameters(pairs: readonly string[], file: string | undefined): Map<string, GivenParameter> {
  const given = new Map<string, GivenParameter>();
  if (file !== undefined) {
    const document = readJsonFile(file);
    if (typeof document.value !== 'object' || document.value === null || Array.isArray(document.value)) {
      throw mappingError('WRONG_TYPE', `${file} must hold one object of parameter names and values`, { file });
    }
    for (const [name, value] of Object.entries(document.value)) {
      if (!['string', 'number', 'boolean'].includes(typeof value)) {
        const message = `the value of "${name}" must be text, a number, true or false`;
        throw mappingError('PARAMETER_INVALID', message, document.place([name]));
      }
      given.set(name, { value: String(value), document });
    }
  }
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals < 1) {
      throw mappingError('PARAMETER_INVALID', `--param ${pair} is not NAME=VALUE`, {
        remedy: 'Write --param NAME=VALUE.',
      });
    }
    given.set(pair.slice(0, equals), { value: pair.slice(equals + 1) });
  }
  return given;
}

/** Types the values of all declared parameters; mistakes are added to `errors`. */
export function bindParameters(
  declared: Readonly<Record<string, ParameterDeclaration>>,
  given: ReadonlyMap<string, GivenParameter>,
  document: JsonDocument,
  errors: CrossroleError[],
): Parameters {
  const parameters = new Map<string, TypedValue>();
  for (const [name, declaration] of Object.entries(declared)) {
    const path = ['parameters', name];
    const type = parseDataType(declaration.type);
    if (!type) {
      errors.push(
        mappingError(
          'UNKNOWN_DATA_TYPE',
          `there is no data type "${declaration.type}"`,
          document.place([...path, 'type']),
        ),
      );
      continue;
    }
    const own = given.get(name);
    const text = own?.value ?? (declaration.default === undefined ? undefined : String(declaration.default));
    if (text === undefined) {
      errors.push(
        mappingError('PARAMETER_MISSING', `parameter "${name}" has no value`, {
          ...document.place(path, 'key'),
          remedy: `Give --param ${name}=VALUE, or a default in the mapping.`,
        }),
      );
      continue;
    }
    const reason = valueProblem(type, text);
    if (reason !== undefined) {
      const place =
        own === undefined
          ? document.place([...path, 'default'])
          : (own.document?.place([name]) ?? document.place(path, 'key'));
      errors.push(
        mappingError(
          'PARAMETER_INVALID',
          `parameter "${name}" is ${JSON.stringify(text)}, no ${formatDataType(type)} (${reason})`,
          place,
        ),
      );
      continue;
    }
    parameters.set(name, { type, text });
  }
  for (const name of given.keys()) {
    if (Object.hasOwn(declared, name)) continue;
    const meant = nearestName(name, Object.keys(declared));
    errors.push(
      mappingError('PARAMETER_UNKNOWN', `the mapping declares no parameter "${name}"`, {
        ...(given.get(name)?.document?.place([name], 'key') ?? { file: document.file }),
        ...(meant ? { remedy: `Did you mean "${meant}"?` } : {}),
      }),
    );
  }
  return parameters;
}

/** The code of what is wrong with a value's text, by the rules for values of a source. */
function valueProblem(type: DataType, text: string): string | undefined {
  const bytes = new TextEncoder().encode(text);
  const view = { bytes, start: Int32Array.of(0), end: Int32Array.of(bytes.length) };
  let problem: string | undefined;
  parserOf(type)(view, allRows, 1, vectorOf(type, 1), (_row, code) => {
    problem = code;
  });
  return problem;
}

const reference = /\$\$([A-Za-z_][A-Za-z0-9_]*)/g;

/**
 * Puts parameter values into a text, `$$name` by `$$name`; what is put in is never looked at again. An unknown name is added
 * to `errors` with its place in the text.
 */
export function substitute(
  text: string,
  path: JsonPath,
  parameters: Parameters,
  document: JsonDocument,
  errors: CrossroleError[],
): string {
  return text.replaceAll(reference, (whole, name: string, offset: number) => {
    const value = parameters.get(name);
    if (value) return value.text;
    const meant = nearestName(name, [...parameters.keys()]);
    errors.push(
      mappingError('PARAMETER_UNKNOWN', `there is no parameter "${name}"`, {
        ...document.placeInText(path, offset),
        ...(meant ? { remedy: `Did you mean "$$${meant}"?` } : {}),
      }),
    );
    return whole;
  });
}
