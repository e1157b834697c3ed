import { readTwoDigits, writePadded } from './digits.js';

export const DASH = 0x2d;
/** Length of YYYY-MM-DD. */
export const DATE_LENGTH = 10;
/** Returned in place of a day number. */
export const NO_DAY = -2147483648;

/** 0001-01-01 and 9999-12-31 as days since 1970-01-01. */
export const FIRST_DAY = -719162;
export const LAST_DAY = 2932896;

/** Days of each month of a common year, counted from 1. */
const monthDays = Uint8Array.of(0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31);

/** Reads YYYY-MM-DD as days since 1970-01-01, proleptic Gregorian, years 1 to 9999; NO_DAY when it is no day of the calendar. */
export function readDay(bytes: Uint8Array, from: number): number {
  const century = readTwoDigits(bytes, from);
  const yearOfCentury = readTwoDigits(bytes, from + 2);
  const year = century < 0 || yearOfCentury < 0 ? 0 : century * 100 + yearOfCentury;
  const month = readTwoDigits(bytes, from + 5);
  const day = readTwoDigits(bytes, from + 8);
  if (bytes[from + 4] !== DASH || bytes[from + 7] !== DASH || year < 1 || month < 1 || month > 12 || day < 1)
    return NO_DAY;
  const last = month === 2 && isLeap(year) ? 29 : monthDays[month];
  return day <= last ? dayOf(year, month, day) : NO_DAY;
}

/** Writes a day as YYYY-MM-DD; returns the offset behind it. */
export function writeDay(bytes: Uint8Array, offset: number, day: number): number {
  // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days; eras of 400 years that begin on March 1.
  const shifted = day + 719468;
  const era = Math.floor(shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const dayOfMonth = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  writePadded(bytes, offset, yearOfEra + era * 400 + (month <= 2 ? 1 : 0), 4);
  bytes[offset + 4] = DASH;
  writePadded(bytes, offset + 5, month, 2);
  bytes[offset + 7] = DASH;
  return writePadded(bytes, offset + 8, dayOfMonth, 2);
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** The inverse, days_from_civil; years are positive, so truncation is flooring. */
function dayOf(year: number, month: number, day: number): number {
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = (shiftedYear / 400) | 0;
  const yearOfEra = shiftedYear - era * 400;
  const dayOfYear = (((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) | 0) + day - 1;
  const dayOfEra = yearOfEra * 365 + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0) + dayOfYear;
  return era * 146097 + dayOfEra - 719468;
}
