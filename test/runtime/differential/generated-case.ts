import { type DataType, type Field, formatDataType } from '../../../runtime/batch/data-type.js';
import { checkExpression, type ExpressionTarget, parseExpression } from '../../../runtime/expression/expression.js';
import type { TypedNode } from '../../../runtime/expression/typed.js';
import type { CsvOptions } from '../../../runtime/formats/csv/options.js';
import { type Damage, quotedText, rowsText } from './generated-text.js';
import { type Random, randomOf } from './random.js';
import { bytesOf } from './reference-csv.js';
import { afterSteps } from './reference-run.js';

/** A filter or an expression transformation. */
export interface Step {
  readonly name: string;
  /** The fields of an expression; of a filter its one condition, which has no name. */
  readonly computed: readonly {
    readonly name: string | undefined;
    readonly type: DataType;
    readonly text: string;
    readonly root: TypedNode;
  }[];
}

export interface CaseObject {
  readonly uri: string;
  readonly bytes: Buffer;
}

/** A mapping and the objects that it reads, all chosen by a seed. */
export interface GeneratedCase {
  readonly source: {
    readonly name: string;
    readonly options: CsvOptions;
    /** Undefined where every column is read as string. */
    readonly declared: readonly Field[] | undefined;
  };
  readonly steps: readonly Step[];
  readonly target: {
    readonly options: CsvOptions;
    /** Undefined where all fields are written under their own names. */
    readonly names: readonly string[] | undefined;
    /** Places among the fields that come in. */
    readonly columns: readonly number[];
  };
  readonly maxRejects: number;
  readonly maxRowBytes: number;
  readonly objects: readonly CaseObject[];
  /** Whether csv-parse reads the objects by the same rules. */
  readonly isPlain: boolean;
  /** The mapping file that says all this. */
  readonly mapping: object;
}

const types: readonly DataType[] = [
  { kind: 'string' },
  { kind: 'string' },
  { kind: 'string' },
  { kind: 'boolean' },
  { kind: 'integer' },
  { kind: 'bigint' },
  { kind: 'double' },
  { kind: 'date' },
  { kind: 'datetime' },
  { kind: 'decimal', precision: 12, scale: 2 },
  { kind: 'decimal', precision: 18, scale: 4 },
  { kind: 'decimal', precision: 38, scale: 10 },
];

/** Of a few files, so that they are longer than the largest chunk. */
const LARGE_ROWS = 40_000;

export function generateCase(seed: number): GeneratedCase {
  const random = randomOf(seed);
  const isString = random.chance(0.4);
  const options = readOptions(random);
  const hasDeclared = !isString || random.chance(0.3);
  const isOdd = isString && random.chance(0.3);
  const columns = Array.from({ length: 1 + random.below(random.chance(0.1) ? 20 : 7) }, (_, column): Field => {
    const name = !options.header && !hasDeclared ? `column${column + 1}` : columnName(random, column, isOdd);
    return { name, type: isString ? { kind: 'string' } : random.pick(types) };
  });
  const wanted = options.header ? shuffled(random, columns).slice(0, 1 + random.below(columns.length)) : columns;
  const declared = hasDeclared ? wanted : undefined;
  const damage = chooseDamage(random);
  const isCopied = isOdd || damage.invalidUtf8 || (isString && random.chance(0.6));
  const steps = isCopied ? [] : generateSteps(random, declared ?? columns);
  const maxRejects = random.chance(0.1) ? random.below(8) : Number.POSITIVE_INFINITY;
  const isStrict = random.chance(0.05);
  const raggedRows = isStrict && maxRejects > 8 ? 'error' : random.chance(0.3) ? 'pad' : 'reject';
  const source = { name: 'rows', options: { ...options, raggedRows } as const, declared };
  const objects = Array.from({ length: random.chance(0.2) ? 2 : 1 }, (_, n) => ({
    uri: `memory:///in/${n}.csv`,
    bytes: generateObject(random, options, columns, damage, hasDeclared, n === 0 && seed % 250 === 0),
  }));
  const incoming = afterSteps(declared ?? columns, steps);
  const target = { options: writeOptions(random, options), ...generateTarget(random, incoming) };
  const maxRowBytes = damage.longRowBytes > 0 ? damage.longRowBytes : 16_777_216;
  const isSound = damage.badQuotes === 0 && !damage.unclosedQuote && !damage.invalidUtf8 && damage.longRowBytes === 0;
  const isPlain = isString && isSound && steps.length === 0 && raggedRows === 'reject' && maxRejects > 8;
  const parts = { source, steps, target, maxRejects, maxRowBytes, objects, isPlain };
  return { ...parts, mapping: mappingOf(parts, incoming) };
}

function readOptions(random: Random): CsvOptions {
  const quote = random.pick(['"', '"', '"', "'"]);
  return {
    delimiter: random.pick([',', ',', ';', '\t', '|', 'x']),
    quote,
    escape: random.chance(0.25) ? '\\' : quote,
    header: random.chance(0.7),
    nullText: random.pick(['', '', '', 'NULL', '\\N', '0', 'true']),
    newline: '\n',
    bom: false,
    quoteMode: 'minimal',
    raggedRows: 'reject',
  };
}

/** As often as not those of the source, under which texts are copied without a look at them. */
function writeOptions(random: Random, read: CsvOptions): CsvOptions {
  return {
    ...(random.chance(0.5) ? read : readOptions(random)),
    header: random.chance(0.7),
    newline: random.pick(['\n', '\n', '\r\n']),
    bom: random.chance(0.2),
    quoteMode: random.chance(0.2) ? 'all' : 'minimal',
  };
}

function columnName(random: Random, column: number, isOdd: boolean): string {
  if (!isOdd) return `c${column}`;
  return random.pick(['gr\u00f6\u00dfe ', 'a,b;c ', '"quoted" ', "'it' ", 'two\nlines ', '\ufeff ', 'x|y\\ ']) + column;
}

function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const left = [...items];
  return items.map(() => left.splice(random.below(left.length), 1)[0]);
}

function chooseDamage(random: Random): Damage {
  return {
    badValues: random.pick([0, 0.01, 0.05]),
    raggedRows: random.pick([0, 0, 0.05, 0.3]),
    badQuotes: random.pick([0, 0, 0, 0.05]),
    unclosedQuote: random.chance(0.05),
    invalidUtf8: random.chance(0.1),
    // Rules about quotes are not kept in a row that is too long to be looked at.
    longRowBytes: 0,
    ...(random.chance(0.08) ? { badQuotes: 0, unclosedQuote: false, longRowBytes: 1024 + random.below(3000) } : {}),
  };
}

/** Most files are small, since small ones have as many mistakes in them; @param size 0 to 99 */
function rowCount(random: Random, size: number): number {
  if (size < 5) return 0;
  if (size < 60) return 1 + random.below(60);
  return size < 99 ? 100 + random.below(600) : 4000 + random.below(random.chance(0.3) ? 80_000 : 3000);
}

function generateObject(
  random: Random,
  options: CsvOptions,
  columns: readonly Field[],
  damage: Damage,
  mayBeEmpty: boolean,
  isLarge: boolean,
): Buffer {
  // Without a byte an object can not say what its columns are.
  const size = mayBeEmpty ? random.below(100) : 5 + random.below(95);
  if (size === 0 && !isLarge) return Buffer.alloc(0);
  const rows = isLarge ? LARGE_ROWS : rowCount(random, size);
  const ends = random.pick([['\n'], ['\n'], ['\r\n'], ['\n', '\r\n']] as const);
  const lines = { ends, endsLast: random.chance(0.7) };
  const bom = random.chance(0.2) ? bytesOf('\ufeff') : '';
  const names = columns.map(({ name }) => quotedText(bytesOf(name), options));
  const header = options.header ? names.join(options.delimiter) + random.pick(ends) : '';
  const dataTypes = columns.map(({ type }) => type);
  return Buffer.from(bom + header + rowsText(random, dataTypes, rows, options, damage, lines), 'latin1');
}

function generateSteps(random: Random, fields: readonly Field[]): Step[] {
  const steps: Step[] = [];
  if (random.chance(0.5)) {
    const condition = checked(random.pick(conditions(random, fields)), fields, { kind: 'condition' });
    if (condition) steps.push({ name: 'some', computed: [{ name: undefined, ...condition }] });
  }
  if (random.chance(0.5)) {
    const names = shuffled(random, [random.pick(fields).name, 'e1', 'e2']).slice(0, 1 + random.below(2));
    const computed = names.flatMap((name) => {
      const [type, text] = random.pick(computations(random, fields));
      const expression = checked(text, fields, { kind: 'field', type });
      return expression ? [{ name, ...expression }] : [];
    });
    if (computed.length > 0) steps.push({ name: 'shaped', computed });
  }
  return steps;
}

function checked(text: string, fields: readonly Field[], target: ExpressionTarget) {
  const parsed = parseExpression(text);
  const result = parsed.ok ? checkExpression(parsed.ast, { fields, parameters: new Map() }, target) : parsed;
  if (!result.ok) return undefined;
  const { root, type } = result.typed;
  return { text, root, type };
}

/** Names of fields of the given kinds; a constant where there is none. */
function oneOf(
  random: Random,
  fields: readonly Field[],
  kinds: readonly DataType['kind'][],
  otherwise: string,
): string {
  const fitting = fields.filter(({ type }) => kinds.includes(type.kind));
  return fitting.length > 0 ? random.pick(fitting).name : otherwise;
}

function conditions(random: Random, fields: readonly Field[]): string[] {
  const any = random.pick(fields).name;
  const number = oneOf(random, fields, ['integer', 'bigint', 'decimal', 'double'], '5');
  const text = oneOf(random, fields, ['string'], "'ab'");
  const truth = oneOf(random, fields, ['boolean'], 'TRUE');
  const day = oneOf(random, fields, ['date'], '1');
  const otherDay = oneOf(random, fields, ['date'], '2');
  return [
    `NOT ISNULL(${any})`,
    `${number} > 0`,
    `10 / ${number} < 1`,
    `LENGTH(${text}) > 2 OR ISNULL(${text})`,
    `UPPER(${text}) = ${text}`,
    `${truth} AND ${number} <> 1`,
    `${truth} OR 1 / ${number} > 0`,
    `${day} <= ${otherDay}`,
  ];
}

function computations(random: Random, fields: readonly Field[]): [DataType, string][] {
  const exact = oneOf(random, fields, ['integer', 'bigint', 'decimal'], '7');
  const number = oneOf(random, fields, ['integer', 'bigint', 'decimal', 'double'], '2');
  const double = oneOf(random, fields, ['double'], '1.5e3');
  const text = oneOf(random, fields, ['string'], "'ab'");
  const truth = oneOf(random, fields, ['boolean'], 'FALSE');
  return [
    [{ kind: 'bigint' }, `${exact} * ${exact}`],
    [{ kind: 'integer' }, `${exact} + 1`],
    [{ kind: 'decimal', precision: 20, scale: 4 }, `ROUND(${exact} / ${exact}, 4)`],
    [{ kind: 'decimal', precision: 38, scale: 12 }, `${exact} - 0.5`],
    [{ kind: 'double' }, `${double} / ${number}`],
    [{ kind: 'string' }, `UPPER(${text}) || '|' || ${text}`],
    [{ kind: 'string' }, `SUBSTR(${text}, 2, 3)`],
    [{ kind: 'string' }, `CONCAT(LTRIM(${text}), ${exact})`],
    [{ kind: 'integer' }, `LENGTH(${text})`],
    [{ kind: 'string' }, `IIF(${truth}, ${text}, '"none", or\n')`],
    [{ kind: 'boolean' }, `ISNULL(${number}) OR ${number} % 3 = 1`],
  ];
}

function generateTarget(random: Random, incoming: readonly Field[]) {
  const all = incoming.map((_, column) => column);
  if (random.chance(0.5)) return { names: undefined, columns: all };
  const columns = shuffled(random, all).slice(0, 1 + random.below(all.length));
  return { names: columns.map((column) => `${incoming[column].name} out`), columns };
}

function mappingOf(given: Omit<GeneratedCase, 'mapping'>, incoming: readonly Field[]): object {
  const { source, steps, target, maxRejects, maxRowBytes } = given;
  const place = (object: string) => ({ connection: 'disk', object });
  const fileFields = (fields: readonly Field[]) =>
    fields.map(({ name, type }) => ({ name, type: formatDataType(type) }));
  const fields = source.declared && fileFields(source.declared);
  const targetFields = target.names?.map((name, n) => ({ name, from: incoming[target.columns[n]].name }));
  return {
    name: 'generated',
    rejects: place('rejects.jsonl'),
    maxRejects: maxRejects === Number.POSITIVE_INFINITY ? 'unlimited' : maxRejects,
    maxRowBytes,
    transformations: [
      { name: source.name, type: 'source', ...place('in.csv'), format: { type: 'csv', ...source.options }, fields },
      ...steps.map(({ name, computed }, n) => {
        const input = steps[n - 1]?.name ?? source.name;
        const [first] = computed;
        if (first.name === undefined) return { name, type: 'filter', input, condition: first.text };
        const added = computed.map((each) => ({
          name: each.name,
          type: formatDataType(each.type),
          expression: each.text,
        }));
        return { name, type: 'expression', input, fields: added };
      }),
      {
        name: 'out',
        type: 'target',
        input: steps.at(-1)?.name ?? source.name,
        ...place('out.csv'),
        format: { type: 'csv', ...target.options },
        fields: targetFields,
      },
    ],
  };
}
