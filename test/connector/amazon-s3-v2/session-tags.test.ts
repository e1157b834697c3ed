import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sessionTagsOf } from '../../../connector/amazon-s3-v2/identity/session-tags.js';
import type { PropertyValues } from '../../../runtime/connector-api.js';

function refusals(connection: PropertyValues): string[] {
  const result = sessionTagsOf(connection);
  return result.ok ? [] : result.problems.map(({ property, message }) => `${property?.id}: ${message}`);
}

describe('sessionTagsOf', () => {
  it('keeps the order and marks what is transitive', () => {
    const result = sessionTagsOf({ sessionTags: { team: 'a', 'cost centre': '' }, transitiveTagKeys: ['cost centre'] });
    assert.deepEqual(result, {
      ok: true,
      tags: [
        { key: 'team', value: 'a', transitive: false },
        { key: 'cost centre', value: '', transitive: true },
      ],
    });
  });

  it('takes what STS takes: letters of any script, the longest key and value, 50 tags', () => {
    const tags = Object.fromEntries(Array.from({ length: 48 }, (_, n) => [`tag${n}`, 'x']));
    assert.deepEqual(
      refusals({ sessionTags: { ...tags, ['k'.repeat(128)]: 'v'.repeat(256), Größe: 'α β/γ+1=2@x_y-z:.' } }),
      [],
    );
  });

  for (const [what, connection, expected] of [
    [
      '51 tags',
      { sessionTags: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`t${n}`, ''])) },
      /51 session tags/,
    ],
    ['a key that is too long', { sessionTags: { ['k'.repeat(129)]: '' } }, /1 to 128 characters/],
    ['an empty key', { sessionTags: { '': 'v' } }, /1 to 128 characters/],
    ['a value that is too long', { sessionTags: { a: 'v'.repeat(257) } }, /at most 256/],
    ["a key of AWS's own", { sessionTags: { 'AWS:team': 'v' } }, /belong to AWS/],
    ['a key with other characters', { sessionTags: { 'a*b': 'v' } }, /a key has letters/],
    ['a value with other characters', { sessionTags: { a: 'v;w' } }, /a value has letters/],
    ['keys that differ in case alone', { sessionTags: { Team: 'a', team: 'b' } }, /in another case/],
    [
      'a transitive key without its tag',
      { sessionTags: { a: 'b' }, transitiveTagKeys: ['A'] },
      /transitiveTagKeys: "A" is/,
    ],
    ['transitive keys without tags', { transitiveTagKeys: ['team'] }, /no session tag of that key/],
  ] as const) {
    it(`refuses ${what}`, () => {
      const found = refusals(connection);
      assert.equal(found.length, 1, found.join('\n'));
      assert.match(found[0], expected);
    });
  }
});
