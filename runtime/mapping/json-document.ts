import { readFileSync, statSync } from 'node:fs';
import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { type CrossroleError, CrossroleErrors, type Place } from '../errors.js';
import { mappingError } from './errors.js';

const MAX_FILE_BYTES = 4 * 1024 * 1024;
/** Far more than any mapping nests; keeps a hostile file from exhausting the stack. */
const MAX_DEPTH = 100;

export type JsonPath = readonly (string | number)[];

/** A JSON file whose every value can say where it stands. */
export interface JsonDocument {
  readonly file: string;
  readonly value: unknown;
  /** The place of the value at `path`, of its key where `key` is set; falls back to the nearest value around it. */
  place(path: JsonPath, key?: 'key'): Place;
  /** The place of the UTF-16 unit `offset` of the string value at `path`, seen through its JSON escapes. */
  placeInText(path: JsonPath, offset: number): Place;
}

/** Reads a JSON file with comments and trailing commas. Throws `FILE_…`, `NOT_UTF8`, or all syntax errors and duplicate keys. */
export function readJsonFile(file: string): JsonDocument {
  return parseJson(readText(file), file);
}

function readText(file: string): string {
  let bytes: Buffer;
  try {
    if (statSync(file).size > MAX_FILE_BYTES)
      throw mappingError('FILE_TOO_LARGE', `${file} is larger than 4 MiB`, { file });
    bytes = readFileSync(file);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code === 'ENOENT') throw mappingError('FILE_NOT_FOUND', `there is no file ${file}`, { file });
    throw mappingError('FILE_NOT_READABLE', `${file} can not be read (${error.code})`, { file });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw mappingError('NOT_UTF8', `${file} is not UTF-8`, { file });
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}

export function parseJson(text: string, file: string): JsonDocument {
  const lineStarts = [0];
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) lineStarts.push(i + 1);
  const placeAt = (offset: number): Place => {
    let line = lineStarts.length - 1;
    while (lineStarts[line] > offset) line--;
    return { file, line: line + 1, column: offset - lineStarts[line] + 1 };
  };

  if (nestingOf(text) > MAX_DEPTH) {
    throw mappingError('JSON_SYNTAX', `${file} nests deeper than ${MAX_DEPTH} levels`, { file });
  }
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false });
  if (errors.length > 0 || root === undefined) {
    throw new CrossroleErrors(
      errors.length === 0
        ? [mappingError('JSON_SYNTAX', `${file} is empty`, placeAt(0))]
        : errors.map((error) => mappingError('JSON_SYNTAX', syntaxMessage(error), placeAt(error.offset))),
    );
  }
  const problems: CrossroleError[] = [];
  const value = plainValue(root, (key, name) => {
    problems.push(mappingError('DUPLICATE_KEY', `"${name}" stands here twice`, placeAt(key.offset)));
  });
  if (problems.length > 0) throw new CrossroleErrors(problems);

  const nodeAt = (path: JsonPath): Node => {
    for (let length = path.length; length > 0; length--) {
      const node = findNodeAtLocation(root, path.slice(0, length));
      if (node) return node;
    }
    return root;
  };
  return {
    file,
    value,
    place(path, key) {
      const node = nodeAt(path);
      const property = node.parent?.type === 'property' ? node.parent : undefined;
      return placeAt(key && property ? property.offset : node.offset);
    },
    placeInText(path, offset) {
      const node = nodeAt(path);
      return placeAt(node.type === 'string' ? sourceOffset(text, node.offset + 1, offset) : node.offset);
    },
  };
}

function syntaxMessage(error: ParseError): string {
  const words = printParseErrorCode(error.error).replace(/([a-z])([A-Z])/g, '$1 $2');
  return `not valid JSON: ${words.toLowerCase()}`;
}

function plainValue(node: Node, duplicate: (key: Node, name: string) => void): unknown {
  switch (node.type) {
    case 'array':
      return (node.children ?? []).map((child) => plainValue(child, duplicate));
    case 'object': {
      const entries = new Map<string, unknown>();
      for (const { children: [key, child] = [] } of node.children ?? []) {
        if (!key || !child) continue;
        const name = String(key.value);
        if (entries.has(name)) duplicate(key, name);
        entries.set(name, plainValue(child, duplicate));
      }
      return Object.fromEntries(entries);
    }
    default:
      return node.value;
  }
}

/** Brackets opened at once, strings left out; an upper bound is all that is needed. */
function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (inString) {
      if (c === '\\') i++;
      else if (c === '"' || c === '\n') inString = false;
    } else if (c === '"') inString = true;
    else if (c === '{' || c === '[') deepest = Math.max(deepest, ++depth);
    else if (c === '}' || c === ']') depth--;
  }
  return deepest;
}

/** Where unit `offset` of a decoded JSON string stands in the source: escapes take 2 or 6 characters for one unit. */
function sourceOffset(text: string, start: number, offset: number): number {
  let at = start;
  for (let unit = 0; unit < offset && text[at] !== '"'; unit++) {
    at += text[at] !== '\\' ? 1 : text[at + 1] === 'u' ? 6 : 2;
  }
  return at;
}
