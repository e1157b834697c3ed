import fc from 'fast-check';
import { type DataType, formatDataType } from '../../../runtime/batch/data-type.js';
import type { CsvOptions } from '../../../runtime/formats/csv/options.js';
import { referenceValue } from '../batch/values/reference.js';
import { textOfType } from '../batch/values/texts.js';
import type { Random } from './random.js';
import { type ByteText, bytesOf } from './reference-csv.js';

/** What may go wrong in the text of an object, each as a probability for a row or a value. */
export interface Damage {
  readonly badValues: number;
  /** Fields left out or added, empty lines. */
  readonly raggedRows: number;
  /** A quote in the middle of a field, text behind a closing quote. */
  readonly badQuotes: number;
  /** A quote that opens in the object's last row and is never closed. */
  readonly unclosedQuote: boolean;
  readonly invalidUtf8: boolean;
  /** Rows of this many bytes and a few more or less; zero for none. */
  readonly longRowBytes: number;
}

export interface Lines {
  /** Mixed: each line ends with one or the other. */
  readonly ends: readonly ('\n' | '\r\n')[];
  readonly endsLast: boolean;
}

const POOL_SIZE = 400;
const pools = new Map<string, { readonly good: readonly string[]; readonly bad: readonly string[] }>();

/** Texts that are values of a type, and texts that are nearly so. */
function poolOf(type: DataType) {
  const key = formatDataType(type);
  const known = pools.get(key);
  if (known) return known;
  const texts = fc.sample(textOfType(type), { numRuns: POOL_SIZE, seed: 7 });
  const isBad = (text: string) => 'code' in referenceValue(type, text);
  const pool = { good: texts.filter((text) => !isBad(text)), bad: ['', ' ', ...texts.filter(isBad)] };
  pools.set(key, pool);
  return pool;
}

function stringText(
  random: Random,
  { delimiter, quote, escape: escaper, nullText }: CsvOptions,
  damage: Damage,
): ByteText {
  const special = [delimiter, quote, escaper, '"', "'", ',', '\n', '\r\n', '\r', '\ufeff', nullText];
  const plain = ['a', 'b', 'Zu\u00df', '\u00e9', '\ud83d\ude00', ' ', '0', '-7', 'NULL', 'true'];
  const pieces = random.chance(0.3) ? [...special, ...plain] : plain;
  const length = random.chance(0.01) ? 300 + random.below(2000) : random.below(7);
  let text = '';
  for (let k = 0; k < length; k++) text += random.pick(pieces);
  return bytesOf(text) + (damage.invalidUtf8 && random.chance(0.2) ? '\xff\xc3\xf0\x9f' : '');
}

function cellText(random: Random, type: DataType, options: CsvOptions, damage: Damage): ByteText {
  const isNull = random.chance(0.1);
  let text: ByteText;
  if (isNull) text = options.nullText;
  else if (type.kind === 'string') text = stringText(random, options, damage);
  else text = bytesOf(random.pick(random.chance(damage.badValues) ? poolOf(type).bad : poolOf(type).good));
  const { delimiter, quote } = options;
  // A lone CR may stand unquoted; at a line's end it then becomes part of it, which is as good a test.
  const mustQuote =
    [delimiter, quote, '\n'].some((byte) => text.includes(byte)) || (!isNull && text === options.nullText);
  return mustQuote || random.chance(isNull ? 0.02 : 0.15) ? quotedText(text, options) : text;
}

export function quotedText(text: ByteText, { quote, escape: escaper }: CsvOptions): ByteText {
  const escaped = [...text].map((byte) => (byte === quote || byte === escaper ? escaper + byte : byte));
  return quote + escaped.join('') + quote;
}

/** The text of `rows` data rows with columns of `types`. The first row is sound, since it may say how many columns there are. */
export function rowsText(
  random: Random,
  types: readonly DataType[],
  rows: number,
  options: CsvOptions,
  damage: Damage,
  { ends, endsLast }: Lines,
): ByteText {
  const lines: ByteText[] = [];
  for (let row = 0; row < rows; row++) {
    const cells = types.map((type) => cellText(random, type, options, damage));
    if (row > 0) damageRow(random, cells, options, damage);
    if (row > 0 && row === rows - 1 && damage.unclosedQuote) cells[0] = `${options.quote}never closed`;
    const isLast = row === rows - 1 && !endsLast;
    const line = cells.join(options.delimiter);
    lines.push(line + (isLast ? '' : random.pick(ends)));
  }
  return lines.join('');
}

function damageRow(random: Random, cells: ByteText[], options: CsvOptions, damage: Damage): void {
  const { quote } = options;
  const column = random.below(cells.length);
  if (random.chance(damage.raggedRows)) {
    const kind = random.below(4);
    if (kind === 0) cells.push('extra', '');
    else if (kind === 1) cells.splice(0, cells.length, '');
    else cells.length = 1 + random.below(cells.length);
  } else if (random.chance(damage.badQuotes)) {
    const [before, behind] = random.pick([
      ['a', ''],
      ['', 'b'],
      ['', ' '],
      ['', '\r'],
      ['\r', ''],
    ]);
    cells[column] = `${before}${quote}x\ny${quote}${behind}`;
  } else if (damage.longRowBytes > 0 && random.chance(0.05)) {
    // To within a few bytes of the limit on either side.
    const others = cells.join(options.delimiter).length - cells[column].length;
    const wanted = damage.longRowBytes + random.pick([-2, -1, 0, 0, 1, 2, 3, 40, 900]);
    cells[column] = 'l'.repeat(Math.max(0, wanted - others));
  }
}
