import { errorsOf } from '../../errors.js';

/** What can be wrong with a CSV object as a whole, or with one of its rows, before any type is looked at. */
export const csvErrors = {
  SOURCE_FIELD_MISSING: {
    meaning: 'The header of a source object lacks a column that the mapping names, or that earlier objects have.',
    remedy: "Correct the name in the source's fields; names must match exactly, upper and lower case included.",
  },
  SOURCE_FIELD_UNEXPECTED: {
    meaning: 'A source without fields reads several objects, and one has a column that the first lacks.',
    remedy: "List the columns to read in the source's fields, or read the object in a source of its own.",
  },
  SOURCE_FIELD_DUPLICATE: {
    meaning: 'A column that is read stands twice in the header of a source object.',
    remedy: "Rename one of the two columns, or list in the source's fields only columns that are unique.",
  },
  CSV_HEADER_INVALID: {
    meaning: 'The header row of a CSV object is not well-formed, has an empty name, or is too long.',
    remedy: 'Correct the header, check delimiter and quote, or set header to false.',
  },
  CSV_RAGGED_ROW: {
    meaning: 'A row has more or fewer fields than the object has columns.',
    remedy: 'Correct the row, or choose raggedRows "pad" or "reject" in the format.',
  },
  CSV_BAD_QUOTE: {
    meaning:
      'A quote stands inside an unquoted field, or text follows a closing quote (RFC 4180). Reading goes on at the next line.',
    remedy: 'Enclose the field in quotes and double the quotes inside it, or set quote and escape of the format.',
  },
  CSV_UNTERMINATED_QUOTE: {
    meaning:
      'A quoted field is not closed before the end of the object; all that follows its quote belongs to the row.',
    remedy: 'Close the quote that is opened in the row named.',
  },
  ROW_TOO_LONG: {
    meaning: 'A row is longer than maxRowBytes.',
    remedy: 'Look for an unclosed quote in the row, or raise maxRowBytes.',
  },
} as const;

export type CsvErrorCode = keyof typeof csvErrors;

export const csvError = errorsOf(csvErrors);
