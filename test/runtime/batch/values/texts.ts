import fc from 'fast-check';
import type { DataType } from '../../../../runtime/batch/data-type.js';
import type { TextView } from '../../../../runtime/batch/vector.js';

/** Texts laid out one after the other with a byte of junk between them. */
export function viewOf(texts: readonly string[]): TextView {
  const start = new Int32Array(texts.length);
  const end = new Int32Array(texts.length);
  let all = '9';
  for (const [row, text] of texts.entries()) {
    start[row] = Buffer.byteLength(all);
    all += text;
    end[row] = Buffer.byteLength(all);
    all += '9';
  }
  return { bytes: Buffer.from(all), start, end };
}

const digits = (maxLength: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength });
const sign = fc.constantFrom('', '', '', '-', '+');
const twoDigits = (max: number) => fc.integer({ min: 0, max }).map((n) => String(n).padStart(2, '0'));
const day = fc
  .tuple(
    fc.oneof(fc.integer({ min: 0, max: 10000 }), fc.integer({ min: 1960, max: 2040 })),
    twoDigits(13),
    twoDigits(32),
  )
  .map(([year, month, dayOfMonth]) => `${String(year).padStart(4, '0')}-${month}-${dayOfMonth}`);
const time = fc.tuple(twoDigits(24), twoDigits(60), twoDigits(60)).map((parts) => parts.join(':'));
const fraction = fc.oneof(
  fc.constant(''),
  digits(10).map((text) => `.${text}`),
);
const zone = fc.oneof(
  fc.constantFrom('', '', 'Z', 'z', '+00:00'),
  fc.tuple(sign, twoDigits(24), twoDigits(60)).map(([s, h, m]) => `${s}${h}:${m}`),
);
const number = fc.tuple(sign, digits(22), fraction).map((parts) => parts.join(''));

const plausible: Readonly<Record<DataType['kind'], fc.Arbitrary<string>>> = {
  string: fc.string(),
  boolean: fc.constantFrom(
    'true',
    'TRUE',
    'True',
    'false',
    'FALSE',
    'False',
    '1',
    '0',
    'tRue',
    'fALSE',
    '2',
    'falsy',
    'yes',
  ),
  integer: fc.oneof(
    fc.integer().map(String),
    fc.integer({ min: 2147483640, max: 2147483655 }).map((n) => `-${n}`),
    fc.tuple(sign, digits(12)).map((parts) => parts.join('')),
  ),
  bigint: fc.oneof(
    fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }).map(String),
    fc.integer().map(String),
    fc.tuple(sign, digits(22)).map((parts) => parts.join('')),
  ),
  double: fc.oneof(
    fc.double({ noNaN: true }).map(String),
    fc.double({ noNaN: true, min: -1e6, max: 1e6 }).map((n) => n.toFixed(4)),
    number,
    fc.tuple(number, fc.constantFrom('e', 'E'), sign, digits(3)).map((parts) => parts.join('')),
  ),
  decimal: fc.oneof(
    number,
    fc.tuple(sign, digits(6), fc.constantFrom('.', '.', ''), digits(4)).map((parts) => parts.join('')),
    fc.tuple(sign, digits(40), fc.constantFrom('.', ''), digits(40)).map((parts) => parts.join('')),
    fc.integer({ min: -99999, max: 99999 }).map((n) => (n / 100).toFixed(2)),
    fc.integer({ min: -99999, max: 99999 }).map(String),
  ),
  date: day,
  datetime: fc.oneof(
    day,
    fc.tuple(day, fc.constantFrom('T', 'T', ' ', 't'), time, fraction, zone).map((parts) => parts.join('')),
    fc
      .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
      .map((d) => d.toISOString().slice(0, 19)),
  ),
};

/** Texts that are values of a type, nearly so, or not at all. */
export function textOfType(type: DataType): fc.Arbitrary<string> {
  const text = plausible[type.kind];
  const damaged = fc
    .tuple(text, fc.nat(), fc.constantFrom(' ', 'x', '.', '-', '\u00e9', ','))
    .map(([whole, at, junk]) => {
      const place = at % (whole.length + 1);
      return whole.slice(0, place) + junk + whole.slice(place);
    });
  return fc.oneof(
    { weight: 8, arbitrary: text },
    { weight: 1, arbitrary: damaged },
    { weight: 1, arbitrary: fc.string() },
  );
}
