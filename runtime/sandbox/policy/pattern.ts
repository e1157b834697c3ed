/** Values of a request's condition keys, by lower-case key. A key that is absent has no entry. */
export type RequestContext = ReadonlyMap<string, readonly string[]>;

type Piece =
  | { readonly kind: 'character'; readonly text: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'one' }
  | { readonly kind: 'variable'; readonly key: string; readonly fallback: string | undefined };

/** A text of a policy, with its wildcards and variables told apart from plain characters. */
export type Pattern = readonly Piece[];

export interface PatternRules {
  /** Whether `*` and `?` are wildcards. */
  readonly wildcards: boolean;
  /** Whether `${…}` is a variable: from policy version 2012-10-17 on. */
  readonly variables: boolean;
}

const VARIABLE = /^\$\{([^{}]*)\}/;

/**
 * Reads a text of a policy. `${*}`, `${?}` and `${$}` are those characters, `${key}` and `${key, 'default'}` are variables.
 * @param variableUsed told of the key of every variable
 */
export function parsePattern(text: string, rules: PatternRules, variableUsed: (key: string) => void): Pattern {
  const pieces: Piece[] = [];
  for (let at = 0; at < text.length; ) {
    const variable = rules.variables ? VARIABLE.exec(text.slice(at)) : null;
    if (variable) {
      pieces.push(variablePiece(variable[1], variableUsed));
      at += variable[0].length;
      continue;
    }
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    at += character.length;
    if (rules.wildcards && character === '*') pieces.push({ kind: 'any' });
    else if (rules.wildcards && character === '?') pieces.push({ kind: 'one' });
    else pieces.push({ kind: 'character', text: character });
  }
  return pieces;
}

function variablePiece(inner: string, variableUsed: (key: string) => void): Piece {
  if (inner === '*' || inner === '?' || inner === '$') return { kind: 'character', text: inner };
  const [, key, fallback] = /^\s*([^,]*?)\s*(?:,\s*'([^']*)'\s*)?$/.exec(inner) ?? ['', inner, undefined];
  variableUsed(key);
  return { kind: 'variable', key: key.toLowerCase(), fallback };
}

/** Whether the whole of `value` matches. A variable without a value in the request matches nothing. */
export function matchesPattern(pattern: Pattern, value: string, context: RequestContext, ignoreCase = false): boolean {
  const expected = resolved(pattern, context);
  if (expected === undefined) return false;
  const same = ignoreCase ? sameIgnoringCase : (a: string, b: string) => a === b;
  return matchesCharacters(expected, [...value], same);
}

type Expected = Exclude<Piece, { kind: 'variable' }>;

/** The pattern with its variables' values in place, whose own `*` and `?` are plain characters. */
function resolved(pattern: Pattern, context: RequestContext): readonly Expected[] | undefined {
  const expected: Expected[] = [];
  for (const piece of pattern) {
    if (piece.kind !== 'variable') {
      expected.push(piece);
      continue;
    }
    const values = context.get(piece.key);
    const value = values?.length === 1 ? values[0] : piece.fallback;
    if (value === undefined) return undefined;
    for (const character of value) expected.push({ kind: 'character', text: character });
  }
  return expected;
}

function sameIgnoringCase(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Greedy match with one point to fall back to: the last `*`. At most pattern × value steps. */
function matchesCharacters(
  expected: readonly Expected[],
  value: readonly string[],
  same: (a: string, b: string) => boolean,
): boolean {
  let at = 0;
  let index = 0;
  let star = -1;
  let resume = 0;
  while (index < value.length) {
    const piece = expected[at];
    if (piece?.kind === 'any') {
      star = at++;
      resume = index;
    } else if (piece?.kind === 'one' || (piece?.kind === 'character' && same(piece.text, value[index]))) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++resume;
    } else return false;
  }
  while (expected[at]?.kind === 'any') at++;
  return at === expected.length;
}

/**
 * Whether `value` matches as an ARN: each of the six parts on its own, so that a wildcard never reaches over a colon into the
 * next part (IAM: ArnLike).
 */
export function matchesArn(pattern: Pattern, value: string, context: RequestContext): boolean {
  const parts = splitAtColons(pattern);
  const values = value.split(':');
  if (parts.length < 6 || values.length < 6) return false;
  values.splice(5, values.length, values.slice(5).join(':'));
  return parts.every((part, index) => matchesPattern(part, values[index], context));
}

function splitAtColons(pattern: Pattern): Pattern[] {
  const parts: Piece[][] = [[]];
  for (const piece of pattern) {
    if (piece.kind === 'character' && piece.text === ':' && parts.length < 6) parts.push([]);
    else parts[parts.length - 1].push(piece);
  }
  return parts;
}
