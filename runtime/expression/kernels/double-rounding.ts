import type { Kernel } from '../evaluation.js';
import { failInfinite } from './double-arithmetic.js';
import type { Cut } from './exact-arithmetic.js';
import { float64Of } from './vectors.js';

/** Doubles from here on are whole numbers. */
const FIRST_WHOLE = 2 ** 52;
/** Powers of ten beyond this one are not finite. */
const MAX_POWER = 308;

/**
 * Rounds or cuts doubles to as many places as the second operand says (a whole number as a double; negative: before the
 * point). The double is scaled by a power of ten first, so that its nearest decimal notation decides in practice.
 */
export function roundDoubles(cut: Cut): Kernel {
  return (operands, out, rows, count, fail) => {
    const values = float64Of(operands[0]).values;
    const places = float64Of(operands[1]).values;
    const result = float64Of(out).values;
    for (let k = 0; k < count; k++) result[rows[k]] = roundDouble(values[rows[k]], places[rows[k]], cut);
    failInfinite(result, rows, count, fail);
  };
}

function roundDouble(value: number, places: number, cut: Cut): number {
  if (places > MAX_POWER) return value;
  if (places < -MAX_POWER) return 0;
  const power = 10 ** Math.abs(places);
  const scaled = places >= 0 ? value * power : value / power;
  // Then the double has no digit behind the last place; an infinite product says the same.
  if (places >= 0 && Math.abs(scaled) >= FIRST_WHOLE) return value;
  const whole = Math.trunc(scaled);
  const rounded = cut === 'half-away' && Math.abs(scaled - whole) >= 0.5 ? whole + Math.sign(scaled) : whole;
  return (places >= 0 ? rounded / power : rounded * power) + 0;
}
