/** Options of a CSV format; DESIGN section 7. */
export interface CsvOptions {
  readonly delimiter: string;
  readonly quote: string;
  readonly escape: string;
  readonly header: boolean;
  readonly nullText: string;
  readonly newline: '\n' | '\r\n';
  readonly bom: boolean;
  readonly quoteMode: 'minimal' | 'all';
  readonly raggedRows: 'reject' | 'pad' | 'error';
}

const asciiCharacter = { type: 'string', pattern: '^[\\x01-\\x7f]$' } as const;

export const csvOptionsSchema = {
  delimiter: { ...asciiCharacter, description: 'What separates fields: one ASCII character.', default: ',' },
  quote: { ...asciiCharacter, description: 'What encloses quoted fields: one ASCII character.', default: '"' },
  escape: {
    ...asciiCharacter,
    description: 'What stands before a quote inside a quoted field: the quote itself, or another ASCII character.',
    default: '"',
  },
  header: { type: 'boolean', description: 'Whether the first row holds the names of the columns.', default: true },
  nullText: {
    type: 'string',
    maxLength: 64,
    description: 'The text that stands for NULL when it is not quoted.',
    default: '',
  },
  newline: {
    enum: ['\n', '\r\n'],
    description: 'What ends a written row. Reading accepts both, also mixed.',
    default: '\n',
  },
  bom: {
    type: 'boolean',
    description: 'Whether to write a UTF-8 byte order mark. Reading skips one in any case.',
    default: false,
  },
  quoteMode: {
    enum: ['minimal', 'all'],
    description: 'Writing: quote only the fields that need it, or all that are not NULL.',
    default: 'minimal',
  },
  raggedRows: {
    enum: ['reject', 'pad', 'error'],
    description:
      'Reading a row with too few or too many fields: reject it, take missing fields as NULL (too many are rejected), or fail the run.',
    default: 'reject',
  },
} as const;

/** Contradictions between options, each a sentence; the schema has checked every option by itself. */
export function checkCsvOptions(options: CsvOptions): readonly string[] {
  const { delimiter, quote, nullText } = options;
  const problems: string[] = [];
  if (delimiter === quote) problems.push('delimiter and quote are the same character');
  if (delimiter === options.escape) problems.push('delimiter and escape are the same character');
  for (const [name, character] of Object.entries({ delimiter, quote, escape: options.escape })) {
    if (character === '\n' || character === '\r') problems.push(`${name} is a line end`);
  }
  if ([delimiter, quote, '\n', '\r'].some((character) => nullText.includes(character))) {
    problems.push('nullText contains the delimiter, the quote or a line end, so it could never be read unquoted');
  }
  return problems;
}
