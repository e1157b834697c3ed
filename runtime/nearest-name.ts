/** Longer names are not compared: a suggestion is no reason for quadratic work. */
const MAX_COMPARED_LENGTH = 64;

/**
 * The candidate that a person most likely meant by `name`, for "did you mean": one that differs only in case, else the one
 * with the fewest edits (insert, delete, replace, swap of neighbours), if that is at most a third of the name and at most
 * three. Undefined when nothing is near. Ties go to the earlier candidate.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  const limit = Math.min(3, Math.max(1, Math.floor(name.length / 3)));
  let best: string | undefined;
  let bestEdits = limit + 1;
  for (const candidate of candidates) {
    const other = candidate.toLowerCase();
    if (other === wanted) return candidate;
    const comparable = Math.max(wanted.length, other.length) <= MAX_COMPARED_LENGTH;
    if (!comparable || Math.abs(wanted.length - other.length) >= bestEdits) continue;
    const edits = editDistance(wanted, other);
    if (edits < bestEdits && edits < Math.max(wanted.length, other.length)) {
      best = candidate;
      bestEdits = edits;
    }
  }
  return best;
}

/** Optimal string alignment distance (Damerau–Levenshtein without overlapping swaps), in UTF-16 units. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const replaced = last[column - 1] + (from[row - 1] === to[column - 1] ? 0 : 1);
      let edits = Math.min(replaced, last[column] + 1, current[column - 1] + 1);
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) edits = Math.min(edits, beforeLast[column - 2] + 1);
      current.push(edits);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length];
}
