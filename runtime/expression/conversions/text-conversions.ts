import { type DataType, formatDataType } from '../../batch/data-type.js';
import { formatBound, formatterOf } from '../../batch/values/format.js';
import { parserOf } from '../../batch/values/parse.js';
import type { TextVector, TextView, Vector } from '../../batch/vector.js';
import type { Kernel } from '../evaluation.js';
import { failTooLong, reserve, textArena } from '../kernels/text-arena.js';
import { textOf } from '../kernels/vectors.js';

/** Canonical text; where a whole column was read as canonical text, that text itself. */
export function valuesToTexts(from: DataType): Kernel {
  const format = formatterOf(from);
  const bound = formatBound(from);
  const arena = textArena();
  return (operands, out, rows, count, fail) => {
    const [values] = operands;
    const texts = textOf(out);
    const written = canonicalOf(values);
    if (written) {
      copyViews(written, texts, rows, count);
      return;
    }
    arena.used = 0;
    for (let k = 0; k < count; k++) {
      const row = rows[k];
      if (!reserve(arena, bound)) {
        failTooLong(row, fail);
        continue;
      }
      texts.start[row] = arena.used;
      arena.used = format(values, row, arena.bytes, arena.used);
      texts.end[row] = arena.used;
    }
    texts.bytes = arena.bytes;
  };
}

function canonicalOf(values: Vector): TextView | null {
  return values.kind === 'text' ? values : values.canonical;
}

function copyViews(from: TextView, to: TextVector, rows: Int32Array, count: number): void {
  to.bytes = from.bytes;
  for (let k = 0; k < count; k++) {
    to.start[rows[k]] = from.start[rows[k]];
    to.end[rows[k]] = from.end[rows[k]];
  }
}

/** Texts become values by the rules for values of a source. */
export function textsToValues(to: DataType): Kernel {
  const parse = parserOf(to);
  const name = formatDataType(to);
  return (operands, out, rows, count, fail) => {
    parse(textOf(operands[0]), rows, count, out, (row, code) => {
      fail(row, 'INVALID_VALUE', `the text is no ${name} (${code})`);
    });
  };
}
