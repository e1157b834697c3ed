export type Path = readonly (string | number)[];
export type Fields = Readonly<Record<string, unknown>>;

/** Told of a problem, with where it stands. */
export type Report = (path: Path, message: string) => void;

/** A text or a list of texts; numbers and booleans count as texts where `scalars` is set. */
export function textsOf(value: unknown, path: Path, report: Report, scalars = false): { text: string; path: Path }[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) report(path, 'the list is empty');
  return list.flatMap((item, index) => {
    const at = Array.isArray(value) ? [...path, index] : path;
    if (typeof item === 'string') return [{ text: item, path: at }];
    if (scalars && (typeof item === 'number' || typeof item === 'boolean')) return [{ text: String(item), path: at }];
    report(at, 'a text or a list of texts is expected here');
    return [];
  });
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
