import type { Format } from '../format.js';
import { type CsvOptions, checkCsvOptions, csvOptionsSchema } from './options.js';
import { csvReader, discoverCsvFields } from './reader.js';
import { csvWriter } from './writer.js';

/** Comma-separated values: RFC 4180 with the options of DESIGN section 7. */
export const csvFormat: Format<CsvOptions> = {
  type: 'csv',
  description: 'Delimiter-separated text with one row a line (RFC 4180), UTF-8.',
  optionsSchema: csvOptionsSchema,
  checkOptions: checkCsvOptions,
  discoverFields: discoverCsvFields,
  reader: (settings) => csvReader(settings),
  writer: (fields, options, sink) => csvWriter(fields, options, sink),
};
