import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { allRows } from '../../../../runtime/batch/batch.js';
import { bitmapOf, clearBit } from '../../../../runtime/batch/bitmap.js';
import { type DataType, formatDataType } from '../../../../runtime/batch/data-type.js';
import { formatBound, formatterOf } from '../../../../runtime/batch/values/format.js';
import { parserOf } from '../../../../runtime/batch/values/parse.js';
import { type Vector, vectorOf } from '../../../../runtime/batch/vector.js';
import { type ReferenceValue, referenceValue } from './reference.js';
import { textOfType, viewOf } from './texts.js';

const types: readonly DataType[] = [
  { kind: 'boolean' },
  { kind: 'integer' },
  { kind: 'bigint' },
  { kind: 'double' },
  { kind: 'date' },
  { kind: 'datetime' },
  { kind: 'decimal', precision: 12, scale: 2 },
  { kind: 'decimal', precision: 5, scale: 0 },
  { kind: 'decimal', precision: 15, scale: 15 },
  { kind: 'decimal', precision: 18, scale: 4 },
  { kind: 'decimal', precision: 38, scale: 0 },
  { kind: 'decimal', precision: 38, scale: 10 },
  { kind: 'decimal', precision: 38, scale: 38 },
];

/** Parses and formats texts as one vector; also the vector itself. */
function convert(type: DataType, texts: readonly string[], vector: Vector = vectorOf(type, texts.length)) {
  const results: ReferenceValue[] = [];
  const text = viewOf(texts);
  parserOf(type)(text, allRows, texts.length, vector, (row, code) => {
    assert.equal(results[row], undefined, 'a row is bad once');
    results[row] = { code };
  });
  const formatValue = formatterOf(type);
  for (let row = 0; row < texts.length; row++) results[row] ??= { canonical: formatted(formatValue, vector, row) };
  return { vector, results };

  function formatted(format: typeof formatValue, of: Vector, row: number): string {
    const bytes = new Uint8Array(64);
    const end = format(of, row, bytes, 3);
    assert.ok(end - 3 <= formatBound(type), 'formatBound holds');
    return Buffer.from(bytes.subarray(3, end)).toString();
  }
}

function canonicalOf(vector: Vector) {
  assert.notEqual(vector.kind, 'text');
  return vector.kind === 'text' ? null : vector.canonical;
}

describe('values agree with the row-at-a-time reference', () => {
  for (const type of types) {
    it(formatDataType(type), () => {
      fc.assert(
        fc.property(fc.array(textOfType(type), { minLength: 1, maxLength: 20 }), (texts) => {
          const { vector, results } = convert(type, texts);
          const expected = texts.map((text) => referenceValue(type, text));
          assert.deepEqual(results, expected);
          const canonical = texts.every((text, row) => {
            const value = expected[row];
            return 'code' in value || value.canonical === text;
          });
          // A double may be canonical without being known to be: only texts of at most 15 digits are.
          if (type.kind === 'double') assert.ok(canonical || canonicalOf(vector) === null);
          else assert.equal(canonicalOf(vector) !== null, canonical);
        }),
        { numRuns: 1500 },
      );
    });
  }
});

describe('values at their limits', () => {
  const cases: readonly (readonly [DataType, string, string])[] = [
    [{ kind: 'integer' }, '-2147483648', '-2147483648'],
    [{ kind: 'integer' }, '2147483647', '2147483647'],
    [{ kind: 'integer' }, '2147483648', 'INTEGER_OUT_OF_RANGE'],
    [{ kind: 'integer' }, '-2147483649', 'INTEGER_OUT_OF_RANGE'],
    [{ kind: 'integer' }, '+000000000000000000000000000000000000000007', '7'],
    [{ kind: 'integer' }, '1,000', 'INVALID_INTEGER'],
    [{ kind: 'integer' }, '', 'INVALID_INTEGER'],
    [{ kind: 'integer' }, '-', 'INVALID_INTEGER'],
    [{ kind: 'integer' }, ' 1', 'INVALID_INTEGER'],
    [{ kind: 'bigint' }, '9223372036854775807', '9223372036854775807'],
    [{ kind: 'bigint' }, '9223372036854775808', 'INTEGER_OUT_OF_RANGE'],
    [{ kind: 'bigint' }, '-9223372036854775808', '-9223372036854775808'],
    [{ kind: 'bigint' }, '-9223372036854775809', 'INTEGER_OUT_OF_RANGE'],
    [{ kind: 'bigint' }, '9007199254740993', '9007199254740993'],
    [{ kind: 'bigint' }, '-4294967296', '-4294967296'],
    [{ kind: 'decimal', precision: 38, scale: 0 }, '9'.repeat(38), '9'.repeat(38)],
    [{ kind: 'decimal', precision: 38, scale: 0 }, `-${'9'.repeat(38)}`, `-${'9'.repeat(38)}`],
    [{ kind: 'decimal', precision: 38, scale: 0 }, `1${'0'.repeat(38)}`, 'DECIMAL_OUT_OF_RANGE'],
    [{ kind: 'decimal', precision: 38, scale: 38 }, `-.${'1'.repeat(38)}`, `-0.${'1'.repeat(38)}`],
    [{ kind: 'decimal', precision: 38, scale: 38 }, '1', 'DECIMAL_OUT_OF_RANGE'],
    [{ kind: 'decimal', precision: 16, scale: 0 }, '9007199254740991', '9007199254740991'],
    [{ kind: 'decimal', precision: 16, scale: 0 }, '9007199254740992', '9007199254740992'],
    [{ kind: 'decimal', precision: 16, scale: 0 }, '-9007199254740993', '-9007199254740993'],
    [{ kind: 'decimal', precision: 4, scale: 2 }, '-0.00', '0.00'],
    [{ kind: 'decimal', precision: 4, scale: 2 }, '1.500', '1.50'],
    [{ kind: 'decimal', precision: 4, scale: 2 }, '1.501', 'DECIMAL_SCALE_EXCEEDED'],
    [{ kind: 'decimal', precision: 4, scale: 2 }, '100', 'DECIMAL_OUT_OF_RANGE'],
    [{ kind: 'decimal', precision: 4, scale: 2 }, '.', 'INVALID_DECIMAL'],
    [{ kind: 'decimal', precision: 4, scale: 2 }, '1e1', 'INVALID_DECIMAL'],
    [{ kind: 'double' }, '-0', '0'],
    [{ kind: 'double' }, '5e-324', '5e-324'],
    [{ kind: 'double' }, '1.7976931348623157e308', '1.7976931348623157e+308'],
    [{ kind: 'double' }, '1e309', 'DOUBLE_OUT_OF_RANGE'],
    [{ kind: 'double' }, '9007199254740993', '9007199254740992'],
    [{ kind: 'double' }, '0.1000', '0.1'],
    [{ kind: 'double' }, 'NaN', 'INVALID_DOUBLE'],
    [{ kind: 'double' }, 'Infinity', 'INVALID_DOUBLE'],
    [{ kind: 'double' }, '0x10', 'INVALID_DOUBLE'],
    [{ kind: 'double' }, '1e', 'INVALID_DOUBLE'],
    [{ kind: 'date' }, '0001-01-01', '0001-01-01'],
    [{ kind: 'date' }, '9999-12-31', '9999-12-31'],
    [{ kind: 'date' }, '0000-12-31', 'INVALID_DATE'],
    [{ kind: 'date' }, '1900-02-29', 'INVALID_DATE'],
    [{ kind: 'date' }, '2000-02-29', '2000-02-29'],
    [{ kind: 'date' }, '2024-04-31', 'INVALID_DATE'],
    [{ kind: 'date' }, '2024-1-01', 'INVALID_DATE'],
    [{ kind: 'datetime' }, '0001-01-01T00:00:00', '0001-01-01T00:00:00'],
    [{ kind: 'datetime' }, '0001-01-01T00:00:00.000000001', '0001-01-01T00:00:00.000000001'],
    [{ kind: 'datetime' }, '0001-01-01T00:00:00+00:01', 'DATETIME_OUT_OF_RANGE'],
    [{ kind: 'datetime' }, '9999-12-31T23:59:59.999999999Z', '9999-12-31T23:59:59.999999999'],
    [{ kind: 'datetime' }, '9999-12-31T23:59:59-00:01', 'DATETIME_OUT_OF_RANGE'],
    [{ kind: 'datetime' }, '1969-12-31T23:59:59.999999', '1969-12-31T23:59:59.999999'],
    [{ kind: 'datetime' }, '2024-02-29 12:30:00.120+02:00', '2024-02-29T10:30:00.12'],
    [{ kind: 'datetime' }, '2024-02-29', '2024-02-29T00:00:00'],
    [{ kind: 'datetime' }, '2016-12-31T23:59:60Z', 'INVALID_DATETIME'],
    [{ kind: 'datetime' }, '2024-02-29T24:00:00', 'INVALID_DATETIME'],
    [{ kind: 'datetime' }, '2024-02-29T12:00:00.1234567890', 'INVALID_DATETIME'],
    [{ kind: 'datetime' }, '2024-02-29T12:00', 'INVALID_DATETIME'],
    [{ kind: 'datetime' }, '2024-02-29T12:00:00.', 'INVALID_DATETIME'],
    [{ kind: 'boolean' }, 'True', 'true'],
    [{ kind: 'boolean' }, '0', 'false'],
    [{ kind: 'boolean' }, 'tRUE', 'INVALID_BOOLEAN'],
    [{ kind: 'boolean' }, 'yes', 'INVALID_BOOLEAN'],
  ];
  for (const [type, text, expected] of cases) {
    it(`${formatDataType(type)} ${text.slice(0, 45)}`, () => {
      const [result] = convert(type, [text]).results;
      assert.equal('code' in result ? result.code : result.canonical, expected);
    });
  }
});

describe('vectors', () => {
  it('hold 0 where a row is NULL, whatever its text and whatever they held before', () => {
    for (const type of types) {
      const vector = vectorOf(type, 2);
      const text =
        type.kind === 'date' ? '2024-05-05' : type.kind === 'datetime' ? '2024-05-05T00:00:00.123456789' : '1';
      const sample = type.kind === 'decimal' && type.precision === type.scale ? '.1' : text;
      convert(type, [sample, sample], vector);
      const before = convert(type, ['', ''].fill(zeroText(type)), vectorOf(type, 2)).results[0];
      vector.validity = bitmapOf(2);
      const { results } = convert(type, ['junk', 'junk'], vector);
      assert.deepEqual(results, [before, before], formatDataType(type));
      vector.validity.fill(255);
      clearBit(vector.validity, 1);
      assert.deepEqual(convert(type, [sample, 'junk'], vector).results, [referenceValue(type, sample), before]);
    }
  });

  it('keep a decimal exact when a later row makes the batch wide, and return to narrow', () => {
    const type: DataType = { kind: 'decimal', precision: 38, scale: 2 };
    const vector = vectorOf(type, 4);
    const texts = ['-1.50', '12345678901234567890123456789012345.67', '0.00', '-9007199254740993.01'];
    assert.deepEqual(
      convert(type, texts, vector).results,
      texts.map((canonical) => ({ canonical })),
    );
    assert.equal(vector.kind === 'decimal' && vector.layout, 'wide');
    assert.notEqual(canonicalOf(vector), null);
    convert(type, ['1.00', '2.00'], vector);
    assert.equal(vector.kind === 'decimal' && vector.layout, 'narrow');
  });

  it("stores the wide layout as Arrow decimal128: two 64-bit words, low first, two's complement", () => {
    const vector = vectorOf({ kind: 'decimal', precision: 38, scale: 0 }, 2);
    convert({ kind: 'decimal', precision: 38, scale: 0 }, ['-36893488147419103234', '-2'], vector);
    assert.deepEqual(vector.kind === 'decimal' && [...(vector.wide ?? [])], [-2n, -3n, -2n, -1n]);
  });

  it('drop nanoseconds of an earlier batch', () => {
    const type: DataType = { kind: 'datetime' };
    const vector = vectorOf(type, 2);
    convert(type, ['2024-01-01T00:00:00.000000001', '2024-01-01'], vector);
    assert.deepEqual(vector.kind === 'int64' && vector.nanos && [...vector.nanos], [1, 0]);
    convert(type, ['2024-01-01', '2024-01-01'], vector);
    assert.equal(vector.kind === 'int64' && vector.nanos, null);
    const { results } = convert(type, ['2024-01-01', '2024-01-01T00:00:00.000000002'], vector);
    assert.deepEqual(results, [{ canonical: '2024-01-01T00:00:00' }, { canonical: '2024-01-01T00:00:00.000000002' }]);
  });

  it('of another type are a defect', () => {
    const text = viewOf(['1']);
    assert.throws(
      () => parserOf({ kind: 'integer' })(text, allRows, 1, vectorOf({ kind: 'double' }, 1), () => {}),
      TypeError,
    );
  });
});

/** The text of what a zeroed slot means: the epoch for days and instants. */
function zeroText(type: DataType): string {
  if (type.kind === 'date') return '1970-01-01';
  if (type.kind === 'datetime') return '1970-01-01T00:00:00';
  return type.kind === 'boolean' ? 'false' : '0';
}
