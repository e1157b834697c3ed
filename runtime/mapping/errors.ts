import { errorsOf } from '../errors.js';

/** What can be wrong with mapping, connection and parameter files; found without the network. */
export const mappingErrors = {
  FILE_NOT_FOUND: {
    meaning: 'A file named on the command line or by a mapping is not there.',
    remedy: 'Check the path.',
  },
  FILE_NOT_READABLE: { meaning: 'A file can not be read.', remedy: 'Check its permissions and that it is a file.' },
  FILE_TOO_LARGE: {
    meaning: 'A mapping, connection or parameter file is larger than 4 MiB.',
    remedy: 'Name the right file.',
  },
  NOT_UTF8: { meaning: 'A mapping or connection file is not UTF-8.', remedy: 'Save the file as UTF-8.' },
  JSON_SYNTAX: {
    meaning: 'The file is not JSON (comments and trailing commas are accepted).',
    remedy: 'Mend the place named.',
  },
  DUPLICATE_KEY: { meaning: 'A JSON object has the same key twice.', remedy: 'Remove one of the two.' },
  UNKNOWN_PROPERTY: {
    meaning: 'A property that does not exist at this place.',
    remedy: 'Remove it or correct its name.',
  },
  PROPERTY_NOT_SUPPORTED: {
    meaning: 'A documented property of the connector that is not honoured yet.',
    remedy: 'Remove it; docs/properties.md says what to use instead.',
  },
  PROPERTY_MISSING: { meaning: 'A required property is missing.', remedy: 'Add it.' },
  WRONG_TYPE: { meaning: 'A value has the wrong JSON type.', remedy: 'Give a value of the type named.' },
  VALUE_OUT_OF_RANGE: {
    meaning: 'A number or text is outside its limits.',
    remedy: 'Give a value within the limits named.',
  },
  VALUE_NOT_ALLOWED: { meaning: 'A value is not one of those allowed.', remedy: 'Give one of the values named.' },
  UNKNOWN_DATA_TYPE: {
    meaning: 'A field has a type that does not exist.',
    remedy: 'Use string, boolean, integer, bigint, double, decimal(p,s), date or datetime.',
  },
  CONNECTION_NOT_FOUND: {
    meaning: 'No file of the connections folder holds the connection.',
    remedy: 'Add connections/NAME.json beside the mapping, or name its folder with --connections.',
  },
  CONNECTION_NAME_MISMATCH: {
    meaning: "A connection file's name and the name inside it differ.",
    remedy: 'Make the two equal.',
  },
  SECRET_NOT_FOUND: {
    meaning: 'The environment variable or file that a connection takes a value from is missing or empty.',
    remedy: 'Set the variable or create the file before the run.',
  },
  DUPLICATE_NAME: { meaning: 'Two transformations or fields have the same name.', remedy: 'Rename one of them.' },
  RESERVED_NAME: {
    meaning: 'A transformation has a name that the runtime uses itself.',
    remedy: 'Choose another name.',
  },
  UNKNOWN_INPUT: {
    meaning: 'An input names no transformation that can feed it.',
    remedy: 'Name a source or a transformation.',
  },
  INPUT_CYCLE: { meaning: 'Transformations feed each other in a circle.', remedy: 'Start each chain at a source.' },
  UNUSED_OUTPUT: { meaning: 'Rows of a transformation go nowhere.', remedy: 'Let a target take them, or remove it.' },
  NO_TARGET: { meaning: 'The mapping has no target.', remedy: 'Add a target transformation.' },
  UNKNOWN_FIELD_NAME: { meaning: 'A target names a field that its input lacks.', remedy: 'Name a field of its input.' },
  SAME_OBJECT: {
    meaning: 'A source and a target, or two targets, are the same object.',
    remedy: 'Write to another key.',
  },
  FORMAT_OPTIONS: { meaning: 'Options of a format contradict each other.', remedy: 'Change one of them.' },
  PARAMETER_UNKNOWN: {
    meaning: 'A parameter is used or given that the mapping does not declare.',
    remedy: 'Declare it under "parameters".',
  },
  PARAMETER_MISSING: { meaning: 'A parameter has neither a default nor a value.', remedy: 'Give --param NAME=VALUE.' },
  PARAMETER_INVALID: {
    meaning: "A parameter's value does not have its declared type.",
    remedy: 'Give a value of that type.',
  },
} as const;

export const mappingError = errorsOf(mappingErrors);
