import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { folderOf, keyOf, objectProblem, uriOf } from '../../../connector/amazon-s3-v2/location.js';

function folder(path: string, override?: string) {
  const result = folderOf(path, override);
  assert.ok(result.ok, JSON.stringify(result));
  return `${result.folder.bucket} ${result.folder.prefix}`;
}

describe('folderOf', () => {
  it('takes the first segment for the bucket and the rest for the prefix', () => {
    assert.equal(folder('landing'), 'landing ');
    assert.equal(folder('landing/raw/2026'), 'landing raw/2026/');
  });

  it('drops one slash at the end and normalizes nothing', () => {
    assert.equal(folder('landing/'), 'landing ');
    assert.equal(folder('landing/raw/'), 'landing raw/');
    assert.equal(folder('landing/odd//'), 'landing odd//');
    assert.equal(folder('landing/./a'), 'landing ./a/');
  });

  it('lets the transformation take its place, or append to it with a leading slash', () => {
    assert.equal(folder('landing/raw', 'other/x/'), 'other x/');
    assert.equal(folder('landing/raw', '/sub'), 'landing raw/sub/');
    assert.equal(folder('landing/', '/sub/deep/'), 'landing sub/deep/');
  });

  for (const [path, override, where] of [
    ['s3://landing/raw', undefined, 'connection'],
    ['/landing', undefined, 'connection'],
    ['ab', undefined, 'connection'],
    ['landing', 'no bucket/x', 'advanced'],
  ] as const) {
    it(`refuses ${path} with ${override}, and says where it stands`, () => {
      const result = folderOf(path, override);
      assert.ok(!result.ok);
      assert.equal(result.problem.code, 'BUCKET_NAME_INVALID');
      assert.deepEqual(result.problem.property, { in: where, id: 'folderPath' });
    });
  }
});

describe('objectProblem', () => {
  const raw = { bucket: 'landing', prefix: 'raw/' };

  it('takes every key that S3 takes', () => {
    for (const object of ['a', 'odd//key', '../up', ' ', '\u{1f600}', `${'x'.repeat(1020)}`]) {
      assert.equal(objectProblem(raw, object), undefined);
    }
  });

  for (const object of ['', 'folder/', 'x'.repeat(1021), 'half \ud83d']) {
    it(`refuses "${object.slice(0, 10)}" (${object.length} characters)`, () => {
      const problem = objectProblem(raw, object);
      assert.equal(problem?.code, 'OBJECT_NAME_INVALID');
      assert.deepEqual(problem?.property, { in: 'transformation', id: 'object' });
    });
  }
});

it('keyOf undoes uriOf for every key', () => {
  for (const key of ['a/b', 's3://landing/x', '/lead', 'odd//key']) {
    assert.equal(keyOf(uriOf('landing', key), 'landing'), key);
  }
});
