/**
 * Whether a text matches an IAM pattern: `*` any text, `?` one character, `${*}` `${?}` `${$}` the characters themselves
 * (IAM policy variables). Time is bounded by the product of the lengths.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  const tokens = tokensOf(pattern);
  let p = 0;
  let t = 0;
  let star = -1;
  let reach = 0;
  while (t < text.length) {
    if (tokens[p] === ANY) {
      star = p++;
      reach = t;
    } else if (p < tokens.length && (tokens[p] === ONE || tokens[p] === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++reach;
    } else return false;
  }
  while (tokens[p] === ANY) p++;
  return p === tokens.length;
}

const ANY = Symbol('any text');
const ONE = Symbol('one character');

function tokensOf(pattern: string): (string | symbol)[] {
  const tokens: (string | symbol)[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const escaped = /^\$\{([*?$])\}/.exec(pattern.slice(i, i + 4));
    if (escaped) {
      tokens.push(escaped[1]);
      i += 3;
    } else tokens.push(pattern[i] === '*' ? ANY : pattern[i] === '?' ? ONE : pattern[i]);
  }
  return tokens;
}
