import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CrossroleError, CrossroleErrors } from '../../../runtime/errors.js';
import { parseJson, readJsonFile } from '../../../runtime/mapping/json-document.js';
import { workspace } from './workspace.js';

function failure(work: () => unknown): CrossroleError {
  try {
    work();
  } catch (error) {
    if (error instanceof CrossroleErrors) return error.errors[0];
    if (error instanceof CrossroleError) return error;
    throw error;
  }
  return assert.fail('nothing was thrown');
}

test('comments and trailing commas are accepted', () => {
  const { value } = parseJson('{ // one\n "a": [1, 2,], /* two */ "b": "x", }', 'f.json');
  assert.deepEqual(value, { a: [1, 2], b: 'x' });
});

test('a syntax error says where it is', () => {
  const error = failure(() => parseJson('{\n  "a": 1\n  "b": 2 }', 'f.json'));
  assert.equal(error.code, 'JSON_SYNTAX');
  assert.deepEqual([error.place.line, error.place.column], [3, 3]);
});

test('duplicate keys are errors at the second key, in nested objects too', () => {
  const error = failure(() => parseJson('{"a": {"b": 1,\n "b": 2}}', 'f.json'));
  assert.equal(error.code, 'DUPLICATE_KEY');
  assert.deepEqual([error.place.line, error.place.column], [2, 2]);
});

test('the key __proto__ is an ordinary key', () => {
  const { value } = parseJson('{"__proto__": 1}', 'f.json');
  assert.deepEqual(Object.keys(value as object), ['__proto__']);
});

test('places count lines and columns from one and know keys from values', () => {
  const document = parseJson('{\n  "list": [ { "name": "x" } ]\n}', 'f.json');
  assert.deepEqual(document.place(['list', 0, 'name']), { file: 'f.json', line: 2, column: 23 });
  assert.deepEqual(document.place(['list', 0, 'name'], 'key'), { file: 'f.json', line: 2, column: 15 });
  assert.deepEqual(document.place(['list', 0, 'missing']), { file: 'f.json', line: 2, column: 13 });
});

test('a place inside a text is found through its escapes', () => {
  const document = parseJson(String.raw`{"e": "a\n\u0041b"}`, 'f.json');
  assert.equal(document.value && (document.value as { e: string }).e, 'a\nAb');
  assert.equal(document.placeInText(['e'], 0).column, 8);
  assert.equal(document.placeInText(['e'], 2).column, 11);
  assert.equal(document.placeInText(['e'], 3).column, 17);
});

test('nesting is bounded, brackets in texts do not count', () => {
  assert.equal(failure(() => parseJson('['.repeat(5000), 'f.json')).code, 'JSON_SYNTAX');
  assert.doesNotThrow(() => parseJson(JSON.stringify({ a: '['.repeat(5000) }), 'f.json'));
});

test('files that are missing, a folder, empty or not UTF-8 have an error each', (t) => {
  const space = workspace(t);
  assert.equal(failure(() => readJsonFile(space.path('none.json'))).code, 'FILE_NOT_FOUND');
  assert.equal(failure(() => readJsonFile(space.folder)).code, 'FILE_NOT_READABLE');
  assert.equal(failure(() => readJsonFile(space.write('empty.json', ''))).code, 'JSON_SYNTAX');
  assert.equal(failure(() => parseJson('', 'f.json')).code, 'JSON_SYNTAX');
});
