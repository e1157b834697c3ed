import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type SampleMapping, soundMapping, type Workspace, workspace, writeSample } from '../../mapping/workspace.js';
import { runAgent } from '../agent-process.js';
import { type Expected, filesBelow, testWrongInputs } from './wrong-input.js';

/** A mapping from a file to a file, and what is done to it before it runs. */
interface Row extends Expected {
  edit?(mapping: SampleMapping): void;
  /** After the files were written. */
  spoil?(space: Workspace): void;
  readonly args?: readonly string[] | ((space: Workspace) => readonly string[]);
}

const ORDERS = 'id,amount,note\n1,2.00,a\n2,1.50,b\n3,9.99,"c, d"\n';
const MAPPING = 'mapping.json';
const CONNECTION = 'connections/disk.json';
const DEEP = 100_000;

const syntax: readonly Row[] = [
  {
    what: 'the mapping file does not exist',
    exit: 2,
    code: 'FILE_NOT_FOUND',
    spoil: (space) => rmSync(space.path(MAPPING)),
  },
  {
    what: 'the mapping is a folder',
    exit: 2,
    code: 'FILE_NOT_READABLE',
    spoil(space) {
      rmSync(space.path(MAPPING));
      mkdirSync(space.path(MAPPING));
    },
  },
  {
    what: 'the mapping is a link to itself',
    exit: 2,
    code: 'FILE_NOT_READABLE',
    spoil(space) {
      rmSync(space.path(MAPPING));
      symlinkSync(space.path(MAPPING), space.path(MAPPING));
    },
  },
  {
    what: 'the mapping is empty',
    exit: 2,
    code: 'JSON_SYNTAX',
    at: { file: MAPPING, text: '' },
    spoil: (space) => space.write(MAPPING, ''),
  },
  {
    what: 'a comma is missing in the mapping',
    exit: 2,
    code: 'JSON_SYNTAX',
    at: { file: MAPPING, text: '"transformations"' },
    spoil: (space) => space.write(MAPPING, '{ "name": "x"\n  "transformations": [] }'),
  },
  {
    what: 'the mapping ends in mid-text',
    exit: 2,
    code: 'JSON_SYNTAX',
    at: { file: MAPPING, text: '"x' },
    spoil: (space) => space.write(MAPPING, '{ "name": "x'),
  },
  {
    what: 'a key stands twice in the mapping',
    exit: 2,
    code: 'DUPLICATE_KEY',
    at: { file: MAPPING, text: '"name": "y"' },
    spoil: (space) => space.write(MAPPING, '{ "name": "x",\n  "name": "y", "transformations": [] }'),
  },
  {
    what: 'the mapping is UTF-16',
    exit: 2,
    code: 'NOT_UTF8',
    spoil: (space) => writeFileSync(space.path(MAPPING), Buffer.from('\ufeff{ "name": "x" }', 'utf16le')),
  },
  {
    what: 'the mapping is larger than 4 MiB',
    exit: 2,
    code: 'FILE_TOO_LARGE',
    spoil: (space) => space.write(MAPPING, `{ "name": "${'x'.repeat(5 * 1024 * 1024)}" }`),
  },
  {
    what: 'the mapping nests 100,000 levels deep',
    exit: 2,
    code: 'JSON_SYNTAX',
    spoil: (space) => space.write(MAPPING, `{ "name": ${'['.repeat(DEEP)}${']'.repeat(DEEP)} }`),
  },
  {
    what: 'the mapping is a list',
    exit: 2,
    code: 'WRONG_TYPE',
    at: { file: MAPPING, text: '[]' },
    spoil: (space) => space.write(MAPPING, '[]'),
  },
  {
    what: 'the mapping has no transformations',
    exit: 2,
    code: 'PROPERTY_MISSING',
    at: { file: MAPPING, text: '{' },
    spoil: (space) => space.write(MAPPING, '{ "name": "x" }'),
  },
  {
    what: 'a misspelled property of the mapping',
    exit: 2,
    code: 'UNKNOWN_PROPERTY',
    at: { file: MAPPING, text: '"maxReject"' },
    edit: (mapping) => Object.assign(mapping, { maxReject: 5 }),
  },
  {
    what: 'a negative maxRejects',
    exit: 2,
    code: 'VALUE_OUT_OF_RANGE',
    at: { file: MAPPING, text: '-1' },
    edit: (mapping) => Object.assign(mapping, { maxRejects: -1 }),
  },
  {
    what: 'a transformation of an unknown type',
    exit: 2,
    code: 'VALUE_NOT_ALLOWED',
    at: { file: MAPPING, text: '"filtre"' },
    edit: (mapping) => Object.assign(mapping.transformations[1], { type: 'filtre' }),
  },
  {
    what: 'a text where a list is meant',
    exit: 2,
    code: 'WRONG_TYPE',
    at: { file: MAPPING, text: '"all"' },
    edit: (mapping) => Object.assign(mapping.transformations[3], { fields: 'all' }),
  },
];

const semantics: readonly Row[] = [
  {
    what: 'two transformations of one name',
    exit: 2,
    code: 'DUPLICATE_NAME',
    transformation: 'large',
    at: { file: MAPPING, text: '"large"' },
    edit: (mapping) => Object.assign(mapping.transformations[2], { name: 'large' }),
  },
  {
    what: 'two fields of one name',
    exit: 2,
    code: 'DUPLICATE_NAME',
    transformation: 'orders',
    at: { file: MAPPING, text: '"id"' },
    edit: (mapping) =>
      Object.assign(mapping.transformations[0], {
        fields: [
          { name: 'amount', type: 'decimal(6,2)' },
          { name: 'id', type: 'integer' },
          { name: 'id', type: 'string' },
        ],
      }),
  },
  {
    what: 'an input that does not exist',
    exit: 2,
    code: 'UNKNOWN_INPUT',
    transformation: 'large',
    at: { file: MAPPING, text: '"order"' },
    edit: (mapping) => Object.assign(mapping.transformations[1], { input: 'order' }),
  },
  {
    what: 'transformations in a circle',
    exit: 2,
    code: 'INPUT_CYCLE',
    transformation: 'large',
    at: { file: MAPPING, text: '"shaped"' },
    edit: (mapping) => Object.assign(mapping.transformations[1], { input: 'shaped' }),
  },
  {
    what: 'no target',
    exit: 2,
    code: 'NO_TARGET',
    edit: (mapping) => mapping.transformations.pop(),
  },
  {
    what: 'a data type that does not exist',
    exit: 2,
    code: 'UNKNOWN_DATA_TYPE',
    transformation: 'orders',
    at: { file: MAPPING, text: '"decimal(2,6)"' },
    edit: (mapping) =>
      Object.assign(mapping.transformations[0], { fields: [{ name: 'amount', type: 'decimal(2,6)' }] }),
  },
  {
    what: 'source and target are the same file',
    exit: 2,
    code: 'SAME_OBJECT',
    transformation: 'out',
    at: { file: MAPPING, text: '"in/orders.csv"' },
    edit: (mapping) => Object.assign(mapping.transformations[3], { object: 'in/orders.csv' }),
  },
  {
    what: 'a path that leaves the folder of its connection',
    exit: 2,
    code: 'PATH_OUTSIDE_FOLDER',
    transformation: 'out',
    at: { file: MAPPING, text: '"../../escaped.csv"' },
    edit: (mapping) => Object.assign(mapping.transformations[3], { object: '../../escaped.csv' }),
  },
  {
    what: 'a target field that its input lacks',
    exit: 2,
    code: 'UNKNOWN_FIELD_NAME',
    transformation: 'out',
    at: { file: MAPPING, text: '{' },
    edit: (mapping) => Object.assign(mapping.transformations[3], { fields: ['id', { name: 't', from: 'twize' }] }),
  },
  {
    what: 'delimiter and quote of the CSV format are the same',
    exit: 2,
    code: 'FORMAT_OPTIONS',
    transformation: 'orders',
    at: { file: MAPPING, text: '{' },
    edit: (mapping) => Object.assign(mapping.transformations[0].format ?? {}, { delimiter: '"' }),
  },
];

const expressions: readonly Row[] = [
  ['an expression with a field that does not exist', 'UNKNOWN_FIELD', 'amount > 1 AND amuont < 5', 'amuont'],
  ['an expression with an unknown function', 'UNKNOWN_FUNCTION', 'UPER(note) = 1', 'UPER'],
  ['an expression that ends too early', 'EXPRESSION_SYNTAX', 'amount > ', '"'],
  ['a text without its closing quote', 'EXPRESSION_SYNTAX', "note = 'abc", "'abc"],
  ['a condition that is no condition', 'TYPE_MISMATCH', 'note', 'note'],
  ['a text compared with a number', 'TYPE_MISMATCH', 'note > 5', '> 5'],
  ['a function with too few arguments', 'WRONG_ARGUMENT_COUNT', "SUBSTR(note) = 'a'", 'SUBSTR'],
  ['an undeclared parameter in an expression', 'UNKNOWN_PARAMETER', 'amount > $$leest', '$$leest'],
  ['an expression nested 1,000 levels deep', 'EXPRESSION_TOO_DEEP', `${'('.repeat(1000)}TRUE${')'.repeat(1000)}`, '('],
].map(([what, code, condition, text]) => ({
  what,
  exit: 2,
  code,
  transformation: 'large',
  at: { file: MAPPING, text },
  edit: (mapping) => Object.assign(mapping.transformations[1], { condition }),
}));

const connections: readonly Row[] = [
  {
    what: 'a connection that does not exist',
    exit: 2,
    code: 'CONNECTION_NOT_FOUND',
    transformation: 'orders',
    at: { file: MAPPING, text: '"dusk"' },
    edit: (mapping) => Object.assign(mapping.transformations[0], { connection: 'dusk' }),
  },
  {
    what: 'a connection file with a mistake of syntax',
    exit: 2,
    code: 'JSON_SYNTAX',
    at: { file: CONNECTION, text: '}' },
    spoil: (space) => space.write(CONNECTION, '{ "name": "disk",\n  "type": }'),
  },
  {
    what: 'a connection file of another name',
    exit: 2,
    code: 'CONNECTION_NAME_MISMATCH',
    at: { file: CONNECTION, text: '"disc"' },
    spoil: (space) => space.write(CONNECTION, { name: 'disc', type: 'local-files', properties: { folderPath: '..' } }),
  },
  {
    what: 'a connection of an unknown type',
    exit: 2,
    code: 'VALUE_NOT_ALLOWED',
    at: { file: CONNECTION, text: '"local-file"' },
    spoil: (space) => space.write(CONNECTION, { name: 'disk', type: 'local-file', properties: { folderPath: '..' } }),
  },
  {
    what: 'a connection without a required property',
    exit: 2,
    code: 'PROPERTY_MISSING',
    at: { file: CONNECTION, text: '{' },
    spoil: (space) => space.write(CONNECTION, { name: 'disk', type: 'local-files', properties: {} }),
  },
  {
    what: 'the folder of the connection does not exist',
    exit: 1,
    code: 'FOLDER_NOT_FOUND',
    transformation: 'orders',
    spoil: (space) =>
      space.write(CONNECTION, { name: 'disk', type: 'local-files', properties: { folderPath: 'nowhere' } }),
  },
];

const parameters: readonly Row[] = [
  {
    what: '--param without a value',
    exit: 2,
    code: 'PARAMETER_INVALID',
    args: ['--param', 'least'],
  },
  {
    what: '--param of the wrong type',
    exit: 2,
    code: 'PARAMETER_INVALID',
    at: { file: MAPPING, text: '"least"' },
    args: ['--param', 'least=a lot'],
  },
  {
    what: '--param of an unknown name',
    exit: 2,
    code: 'PARAMETER_UNKNOWN',
    args: ['--param', 'leest=5'],
  },
  {
    what: 'a parameter without a value',
    exit: 2,
    code: 'PARAMETER_MISSING',
    at: { file: MAPPING, text: '"day"' },
    edit: (mapping) => Object.assign(mapping.parameters, { day: { type: 'date' } }),
  },
  {
    what: 'a parameter file with a mistake of syntax',
    exit: 2,
    code: 'JSON_SYNTAX',
    at: { file: 'params.json', text: ']' },
    spoil: (space) => space.write('params.json', '{\n "least": 5 ]'),
    args: (space) => ['--param-file', space.path('params.json')],
  },
  {
    what: 'a parameter file that does not exist',
    exit: 2,
    code: 'FILE_NOT_FOUND',
    args: (space) => ['--param-file', space.path('params.json')],
  },
];

const options: readonly Row[] = [
  { what: 'an unknown option', exit: 2, code: 'USAGE', args: ['--colour'] },
  { what: '--memory that is no size', exit: 2, code: 'USAGE', args: ['--memory', 'lots'] },
  { what: '--memory that is too small', exit: 2, code: 'USAGE', args: ['--memory', '1M'] },
  { what: '--max-rejects that is no number', exit: 2, code: 'USAGE', args: ['--max-rejects', '-1'] },
  { what: 'a second mapping', exit: 2, code: 'USAGE', args: ['other.json'] },
];

const data: readonly Row[] = [
  ['a number that is none', 'TOO_MANY_REJECTS', 'id,amount,note\n1,much,a\n'],
  ['a value outside of its type', 'TOO_MANY_REJECTS', 'id,amount,note\n99999999999,2.00,a\n'],
  ['a row with too few fields', 'TOO_MANY_REJECTS', 'id,amount,note\n1,2.00,a\n2,3.00\n'],
  ['a quote that is never closed', 'TOO_MANY_REJECTS', 'id,amount,note\n1,2.00,"a\n2,3.00,b\n'],
  ['text behind a closing quote', 'TOO_MANY_REJECTS', 'id,amount,note\n1,2.00,"a"b\n'],
  ['a header without a column that is read', 'SOURCE_FIELD_MISSING', 'id,amuont,note\n1,2.00,a\n'],
  ['a header that names a column twice', 'SOURCE_FIELD_DUPLICATE', 'id,amount,note,id\n1,2.00,a,1\n'],
  ['a header with an open quote', 'CSV_HEADER_INVALID', 'id,"amount,note\n1,2.00,a\n'],
].map(([what, code, csv]) => ({
  what,
  exit: 1,
  code,
  transformation: 'orders',
  spoil: (space) => space.write('in/orders.csv', csv),
}));

const files: readonly Row[] = [
  {
    what: 'the source file does not exist',
    exit: 1,
    code: 'SOURCE_NO_OBJECTS',
    transformation: 'orders',
    spoil: (space) => rmSync(space.path('in/orders.csv')),
  },
  {
    what: 'the source file is a folder',
    exit: 1,
    code: 'NOT_A_FILE',
    transformation: 'orders',
    spoil(space) {
      rmSync(space.path('in/orders.csv'));
      mkdirSync(space.path('in/orders.csv'));
    },
  },
  {
    what: 'a row is longer than maxRowBytes',
    exit: 1,
    code: 'TOO_MANY_REJECTS',
    transformation: 'orders',
    edit: (mapping) => Object.assign(mapping, { maxRowBytes: 1024 }),
    spoil: (space) => space.write('in/orders.csv', `id,amount,note\n1,2.00,${'x'.repeat(5000)}\n`),
  },
  {
    what: 'a row fails in an expression',
    exit: 1,
    code: 'TOO_MANY_REJECTS',
    transformation: 'shaped',
    edit: (mapping) =>
      Object.assign(mapping.transformations[2], {
        fields: [{ name: 'doubled', type: 'decimal(8,2)', expression: '1 / (id - 1)' }],
      }),
  },
  {
    what: 'the target file is a folder',
    exit: 1,
    code: 'NOT_A_FILE',
    transformation: 'out',
    spoil: (space) => mkdirSync(space.path('out.csv')),
  },
  {
    what: 'the target exists and ifExists is fail',
    exit: 1,
    code: 'TARGET_EXISTS',
    transformation: 'out',
    edit: (mapping) => Object.assign(mapping.transformations[3], { advanced: { ifExists: 'fail' } }),
    spoil: (space) => space.write('out.csv', 'before\n'),
  },
  {
    what: 'a file stands where the folder of the target should be',
    exit: 1,
    code: 'NOT_A_FILE',
    transformation: 'out',
    edit: (mapping) => Object.assign(mapping.transformations[3], { object: 'sub/out.csv' }),
    spoil: (space) => space.write('sub', 'a file\n'),
  },
];

/** The system's administrator may read and write everything, so that nothing is refused. */
const refusals: readonly Row[] =
  process.getuid?.() === 0
    ? []
    : [
        {
          what: 'the mapping may not be read',
          exit: 2,
          code: 'FILE_NOT_READABLE',
          spoil: (space) => chmodSync(space.path(MAPPING), 0),
        },
        {
          what: 'the source file may not be read',
          exit: 1,
          code: 'FILE_ACCESS_DENIED',
          transformation: 'orders',
          spoil: (space) => chmodSync(space.path('in/orders.csv'), 0),
        },
        {
          what: 'the folder of the target may not be written',
          exit: 1,
          code: 'FILE_ACCESS_DENIED',
          transformation: 'out',
          edit: (mapping) => Object.assign(mapping.transformations[3], { object: 'closed/out.csv' }),
          spoil: (space) => {
            mkdirSync(space.path('closed'), { mode: 0o500 });
          },
        },
      ];

const rows: readonly Row[] = [
  ...syntax,
  ...semantics,
  ...expressions,
  ...connections,
  ...parameters,
  ...options,
  ...data,
  ...files,
  ...refusals,
];

testWrongInputs('mistakes in files, options and rows', rows, async (t, row) => {
  const space = workspace(t);
  const mapping = soundMapping();
  row.edit?.(mapping);
  const file = writeSample(space, mapping);
  space.write('in/orders.csv', ORDERS);
  row.spoil?.(space);
  const before = filesBelow(space.folder);
  const args = typeof row.args === 'function' ? row.args(space) : (row.args ?? []);
  const ended = await runAgent(['run', file, '--json', ...args]);
  return { ended, assertNothingLeft: () => assert.deepEqual(filesBelow(space.folder), before) };
});
