import type { DataType } from '../../../../runtime/batch/data-type.js';
import type { ValueCode } from '../../../../runtime/batch/values/errors.js';

/** What one text is under a type: its canonical text, or what is wrong with it. */
export type ReferenceValue = { readonly canonical: string } | { readonly code: ValueCode };

/**
 * Values by regular expressions, BigInt and Date, one at a time: slow, short, and sharing no code with the kernels that it is
 * compared with.
 */
export function referenceValue(type: DataType, text: string): ReferenceValue {
  switch (type.kind) {
    case 'string':
      return { canonical: text };
    case 'boolean':
      if (['true', 'TRUE', 'True', '1'].includes(text)) return { canonical: 'true' };
      if (['false', 'FALSE', 'False', '0'].includes(text)) return { canonical: 'false' };
      return { code: 'INVALID_BOOLEAN' };
    case 'integer':
      return referenceInteger(text, 32);
    case 'bigint':
      return referenceInteger(text, 64);
    case 'double':
      return referenceDouble(text);
    case 'decimal':
      return referenceDecimal(text, type.precision, type.scale);
    case 'date':
      return isDay(text) ? { canonical: text } : { code: 'INVALID_DATE' };
    case 'datetime':
      return referenceDatetime(text);
  }
}

function referenceInteger(text: string, bits: number): ReferenceValue {
  if (!/^[+-]?[0-9]+$/.test(text)) return { code: 'INVALID_INTEGER' };
  const value = BigInt(text.replace(/^[+-]/, '')) * (text.startsWith('-') ? -1n : 1n);
  return BigInt.asIntN(bits, value) === value ? { canonical: String(value) } : { code: 'INTEGER_OUT_OF_RANGE' };
}

function referenceDouble(text: string): ReferenceValue {
  if (!/^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$/.test(text)) return { code: 'INVALID_DOUBLE' };
  const value = Number(text);
  return Number.isFinite(value) ? { canonical: String(value) } : { code: 'DOUBLE_OUT_OF_RANGE' };
}

function referenceDecimal(text: string, precision: number, scale: number): ReferenceValue {
  const match = /^([+-]?)([0-9]*)(?:\.([0-9]*))?$/.exec(text);
  if (!match || !/[0-9]/.test(text)) return { code: 'INVALID_DECIMAL' };
  const [, sign, whole, fraction = ''] = match;
  if (/[1-9]/.test(fraction.slice(scale))) return { code: 'DECIMAL_SCALE_EXCEEDED' };
  const unscaled = BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0') || '0');
  if (unscaled >= 10n ** BigInt(precision)) return { code: 'DECIMAL_OUT_OF_RANGE' };
  const digits = String(unscaled).padStart(scale + 1, '0');
  const point = digits.length - scale;
  const magnitude = scale === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
  return { canonical: sign === '-' && unscaled !== 0n ? `-${magnitude}` : magnitude };
}

function isDay(text: string): boolean {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text) || text.startsWith('0000')) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

function referenceDatetime(text: string): ReferenceValue {
  const match = /^(.{10})(?:[T ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?(Z|[+-][0-9]{2}:[0-9]{2})?)?$/.exec(
    text,
  );
  if (!match || !isDay(match[1])) return { code: 'INVALID_DATETIME' };
  const [, day, time = '00:00:00', fraction = '', zone = 'Z'] = match;
  const local = Date.parse(`${day}T${time}Z`);
  const offset = zone === 'Z' ? '00:00' : zone.slice(1);
  const inRange = time < '24' && Number(offset.slice(0, 2)) < 24 && Number(offset.slice(3)) < 60;
  if (Number.isNaN(local) || !inRange) return { code: 'INVALID_DATETIME' };
  const minutes = Number(offset.slice(0, 2)) * 60 + Number(offset.slice(3));
  const instant = new Date(local + (zone.startsWith('-') ? minutes : -minutes) * 60_000).toISOString();
  if (!/^[0-9]{4}-/.test(instant) || instant.startsWith('0000')) return { code: 'DATETIME_OUT_OF_RANGE' };
  return {
    canonical: `${instant.slice(0, 19)}.${fraction}`.replace(/\.?0*$/, (end) =>
      end.startsWith('.') ? '' : fraction ? '' : end,
    ),
  };
}
