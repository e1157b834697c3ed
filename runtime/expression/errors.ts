import type { ErrorCatalogue } from '../errors.js';

/** What can be wrong with an expression before any row is seen. */
export const expressionErrors = {
  EXPRESSION_SYNTAX: {
    meaning: 'The text of an expression does not follow the grammar.',
    remedy: 'Mend the place named.',
  },
  EXPRESSION_TOO_LONG: {
    meaning: 'An expression is longer than 65,536 characters.',
    remedy: 'Split it into several fields.',
  },
  EXPRESSION_TOO_LARGE: {
    meaning: 'An expression has more than 5,000 names, values, operators and function calls.',
    remedy: 'Split it into several fields.',
  },
  EXPRESSION_TOO_DEEP: {
    meaning: 'An expression is nested more than 200 levels deep.',
    remedy: 'Split it into several fields.',
  },
  UNKNOWN_FIELD: {
    meaning: 'An expression names a field that its input lacks.',
    remedy: 'Name a field of the input.',
  },
  AMBIGUOUS_FIELD: {
    meaning: 'A name matches several fields that differ only in case.',
    remedy: 'Write the name exactly as the field is called.',
  },
  UNKNOWN_FUNCTION: {
    meaning: 'An expression calls a function that does not exist.',
    remedy: 'Name a function of the expression language.',
  },
  UNKNOWN_PARAMETER: {
    meaning: 'An expression names a parameter that the mapping does not declare.',
    remedy: 'Declare it under "parameters".',
  },
  WRONG_ARGUMENT_COUNT: {
    meaning: 'A function is called with too few or too many arguments.',
    remedy: 'Give the arguments that its signature names.',
  },
  ARGUMENT_NOT_CONSTANT: {
    meaning: 'An argument that has to be a constant is computed.',
    remedy: 'Write a number, text, TRUE or FALSE.',
  },
  TYPE_MISMATCH: {
    meaning: 'An operator or function is given values of a type that it does not take.',
    remedy: 'Give values of the types named.',
  },
  NUMBER_TOO_LARGE: {
    meaning: 'A number written in an expression has more than 38 digits, or an exponent beyond the range of a double.',
    remedy: 'Write a smaller number.',
  },
} as const satisfies ErrorCatalogue<string>;

export type ExpressionErrorCode = keyof typeof expressionErrors;

/** Why the value of an expression could not be computed for a row; the row is rejected. */
export const rowErrors = {
  DIVISION_BY_ZERO: {
    meaning: 'A number was divided by zero.',
    remedy: 'Guard the division, for example IIF(x <> 0, y / x, 0).',
  },
  OVERFLOW: {
    meaning: 'A result is outside the range of its type: 64 bits for bigint, finite for double.',
    remedy: 'Correct the values, or compute with decimals.',
  },
  DECIMAL_OVERFLOW: {
    meaning: 'A decimal has more digits than its type has room for (38 at most).',
    remedy: 'Give the field a larger precision, or round earlier.',
  },
  NUMBER_OUT_OF_RANGE: {
    meaning: 'A number does not fit the type of the field it is assigned to.',
    remedy: 'Give the field a larger type.',
  },
  INVALID_VALUE: {
    meaning: 'A text is no value of the type of the field it is assigned to.',
    remedy: 'Correct the text, or make the field a string.',
  },
  TEXT_TOO_LONG: {
    meaning: 'The texts that one function makes for a batch of rows exceed 64 MiB.',
    remedy: 'Make shorter texts.',
  },
} as const satisfies ErrorCatalogue<string>;

export type RowErrorCode = keyof typeof rowErrors;

/** A mistake in the text of an expression. */
export interface ExpressionError {
  readonly code: ExpressionErrorCode;
  readonly message: string;
  readonly remedy: string;
  /** Where it is, in UTF-16 units from the start of the text. */
  readonly offset: number;
}

/** Makes an error; the remedy defaults to the catalogue's. */
export function expressionError(
  code: ExpressionErrorCode,
  offset: number,
  message: string,
  remedy: string = expressionErrors[code].remedy,
): ExpressionError {
  return { code, message, remedy, offset };
}
