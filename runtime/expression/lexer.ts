import { type ExpressionError, expressionError } from './errors.js';

/** `value` is a text's content, a parameter's name without `$$`, and what is written otherwise. */
export interface Token {
  readonly kind: 'number' | 'text' | 'name' | 'parameter' | 'symbol' | 'end';
  readonly offset: number;
  readonly value: string;
}

const blank = /(?:\s+|--[^\n]*|\/\/[^\n]*)+/y;
const number = /(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/y;
const name = /[\p{L}_][\p{L}\p{M}\p{N}_]*/uy;
const parameter = /\$\$([A-Za-z_][A-Za-z0-9_]*)/y;
const text = /'([^']*)'/y;
const symbol = /\|\||<>|!=|\^=|<=|>=|[-+*/%<>=(),]/y;

/**
 * Cuts a text into tokens; the last is `end`. Comments run from `--` or `//` to the end of the line, texts stand in single
 * quotes without escapes (Informatica transformation language, "Comments", "String literals").
 */
export function tokenize(source: string): readonly Token[] | ExpressionError {
  const tokens: Token[] = [];
  let offset = 0;
  for (;;) {
    offset += matchAt(blank, source, offset)?.[0].length ?? 0;
    if (offset === source.length) {
      tokens.push({ kind: 'end', offset, value: '' });
      return tokens;
    }
    const token = tokenAt(source, offset);
    if ('code' in token) return token;
    tokens.push(token.token);
    offset += token.length;
  }
}

function tokenAt(source: string, offset: number): { token: Token; length: number } | ExpressionError {
  const kinds = [
    ['number', number],
    ['name', name],
    ['parameter', parameter],
    ['text', text],
    ['symbol', symbol],
  ] as const;
  for (const [kind, pattern] of kinds) {
    const match = matchAt(pattern, source, offset);
    if (!match) continue;
    const end = offset + match[0].length;
    const misplaced = misplacedAfter(kind, match[0], source, end);
    if (misplaced) return misplaced;
    return { token: { kind, offset, value: match[1] ?? match[0] }, length: match[0].length };
  }
  return strangeCharacter(source, offset);
}

function misplacedAfter(
  kind: Token['kind'],
  written: string,
  source: string,
  end: number,
): ExpressionError | undefined {
  if (kind === 'number' && (source[end] === '.' || matchAt(name, source, end))) {
    return expressionError('EXPRESSION_SYNTAX', end, `"${source[end]}" can not follow the number ${shorten(written)}`);
  }
  if (kind === 'text' && source[end] === "'") {
    const message = 'a text can not hold a single quote, and two texts can not stand side by side';
    return expressionError('EXPRESSION_SYNTAX', end, message, 'Join texts with ||.');
  }
  if (kind === 'text' && /\p{Surrogate}/u.test(written)) {
    return expressionError(
      'EXPRESSION_SYNTAX',
      end - written.length,
      'the text holds half a character (a lone surrogate)',
    );
  }
  return undefined;
}

function strangeCharacter(source: string, offset: number): ExpressionError {
  const character = String.fromCodePoint(source.codePointAt(offset) ?? 0);
  switch (character) {
    case "'":
      return expressionError('EXPRESSION_SYNTAX', offset, 'the text that starts here has no end', "Close it with '.");
    case '"':
      return expressionError('EXPRESSION_SYNTAX', offset, 'unexpected "', "Write texts in single quotes: 'text'.");
    case '$':
      return expressionError('EXPRESSION_SYNTAX', offset, 'unexpected $', 'Write a parameter as $$name.');
    case '|':
      return expressionError(
        'EXPRESSION_SYNTAX',
        offset,
        'unexpected |',
        'Write || to join texts, OR between conditions.',
      );
    case '&':
      return expressionError(
        'EXPRESSION_SYNTAX',
        offset,
        'unexpected &',
        'Write AND between conditions, || to join texts.',
      );
    default:
      return expressionError('EXPRESSION_SYNTAX', offset, `unexpected ${JSON.stringify(character)}`);
  }
}

/** At most 20 characters of what a user wrote, for messages. */
export function shorten(written: string): string {
  return written.length > 20 ? `${written.slice(0, 19)}…` : written;
}

function matchAt(pattern: RegExp, source: string, offset: number): RegExpExecArray | undefined {
  pattern.lastIndex = offset;
  return pattern.exec(source) ?? undefined;
}
