/** RoleSessionName is at most 64 of `[\w+=,.@-]` (STS API reference). */
const maximumLength = 64;

/**
 * `mapping.transformation.run`, as CloudTrail will show it. Whatever STS refuses becomes `-`; the run is what tells two
 * sessions apart, so it is kept whole and the names before it are cut to what is left.
 */
export function sessionName(mapping: string, transformation: string, run: string): string {
  const end = `.${sanitised(run)}`;
  const room = maximumLength - end.length;
  const side = sanitised(transformation).slice(0, Math.ceil(room / 2));
  const name = sanitised(mapping).slice(0, Math.max(0, room - side.length - 1));
  return `${name}.${side}${end}`;
}

function sanitised(text: string): string {
  return text.replace(/[^A-Za-z0-9_+=,.@-]/gu, '-');
}
