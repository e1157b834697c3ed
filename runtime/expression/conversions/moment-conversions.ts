import type { Kernel } from '../evaluation.js';
import { int32Of, int64Of } from '../kernels/vectors.js';

/** A day has 86,400,000,000 µs = DAY_HIGH · 2^32 + DAY_LOW, which keeps each half of the product exact in a double. */
const WORD = 2 ** 32;
const DAY_HIGH = 20;
const DAY_LOW = 500_654_080;

/** A date becomes the midnight at its start, in UTC. */
export const datesToDatetimes: Kernel = (operands, out, rows, count) => {
  const days = int32Of(operands[0]).values;
  const { words } = int64Of(out);
  for (let k = 0; k < count; k++) {
    const row = rows[k];
    const low = days[row] * DAY_LOW;
    const carry = Math.floor(low / WORD);
    words[2 * row] = low - carry * WORD;
    words[2 * row + 1] = days[row] * DAY_HIGH + carry;
  }
};
