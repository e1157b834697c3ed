/**
 * A key or path below a folder, where `*` and `?` may stand for other characters. Own lines because glob libraries read
 * `[`, `{`, `!` and `\` of legal keys as syntax.
 */
export interface ObjectPattern {
  /** The text up to the first wildcard: every match starts with it. The whole key, where there is no wildcard. */
  readonly prefix: string;
  readonly hasWildcards: boolean;
  /** How many segments, separated by `/`, every match has; undefined where wildcards cross `/`. */
  readonly segments: number | undefined;
  matches(key: string): boolean;
}

export interface WildcardRules {
  /** `*` and `?` stand for themselves unless this is set. */
  readonly allowWildcardCharacters: boolean;
  /** Wildcards also stand for `/`. */
  readonly enableRecursiveRead: boolean;
}

/**
 * Compiles a pattern.
 * @param folder literal text before the pattern, never read as wildcards
 * @param pattern `*` is any number of characters, `?` exactly one; characters are Unicode code points
 */
export function objectPattern(folder: string, pattern: string, rules: WildcardRules): ObjectPattern {
  const wildcard = rules.allowWildcardCharacters ? pattern.search(/[*?]/) : -1;
  if (wildcard === -1) {
    const whole = folder + pattern;
    return { prefix: whole, hasWildcards: false, segments: segmentsOf(whole), matches: (key) => key === whole };
  }
  const matchesPattern = rules.enableRecursiveRead ? wholeMatcher(pattern) : segmentMatcher(pattern);
  return {
    prefix: folder + pattern.slice(0, wildcard),
    hasWildcards: true,
    segments: rules.enableRecursiveRead ? undefined : segmentsOf(folder + pattern),
    matches: (key) => key.startsWith(folder) && matchesPattern(key.slice(folder.length)),
  };
}

/** Segments of a key that are separated by `/`. */
export function segmentsOf(key: string): number {
  return key.split('/').length;
}

function wholeMatcher(pattern: string): (text: string) => boolean {
  return (text) => wildcardsMatch(pattern, text);
}

function segmentMatcher(pattern: string): (text: string) => boolean {
  const patterns = pattern.split('/');
  return (text) => {
    const segments = text.split('/');
    return segments.length === patterns.length && patterns.every((part, i) => wildcardsMatch(part, segments[i]));
  };
}

/** Whether `text` matches `pattern`, where `*` is any text and `?` any code point; time at most the product of both lengths. */
export function wildcardsMatch(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  // Where the last `*` stands, and up to where in the text it reaches so far: one step of backtracking is enough,
  // because an earlier `*` reaching further could never do more than the last one can.
  let star = -1;
  let reach = 0;
  while (t < text.length) {
    if (p < pattern.length && pattern[p] === '*') {
      star = p++;
      reach = t;
    } else if (p < pattern.length && pattern[p] === '?') {
      p += 1;
      t += codePointWidth(text, t);
    } else if (p < pattern.length && pattern[p] === text[t]) {
      p += 1;
      t += 1;
    } else if (star !== -1) {
      p = star + 1;
      reach += codePointWidth(text, reach);
      t = reach;
    } else {
      return false;
    }
  }
  while (p < pattern.length && pattern[p] === '*') p += 1;
  return p === pattern.length;
}

function codePointWidth(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

/**
 * Order of keys by code points, which is the order of their UTF-8 bytes and that of ListObjectsV2. `<` on strings compares
 * UTF-16 units instead and puts U+1F600 before U+FF5E.
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left === right) continue;
    const leftIsSurrogate = left >= 0xd800 && left <= 0xdfff;
    const rightIsSurrogate = right >= 0xd800 && right <= 0xdfff;
    if (leftIsSurrogate !== rightIsSurrogate) return leftIsSurrogate ? 1 : -1;
    return left - right;
  }
  return a.length - b.length;
}
