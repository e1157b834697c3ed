import assert from 'node:assert/strict';
import { appendFile, mkdir, readdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { localFiles } from '../../../connector/local-files/connector.js';
import type { PropertyValues } from '../../../runtime/connector-api.js';
import { collect, configured, readAll, sideOf, testRun } from '../test-run.js';
import { type LocalPlace, localPlace } from './local-place.js';

const withPlace = (name: string, work: (place: LocalPlace) => Promise<void>) =>
  it(name, async () => {
    const place = await localPlace();
    try {
      await work(place);
    } finally {
      await place.close();
    }
  });

const openSource = (place: LocalPlace, object: string, advanced: PropertyValues = {}) =>
  configured(localFiles.configureSource(sideOf(object, place.connection, advanced))).open(testRun());
const openTarget = (place: LocalPlace, object: string, advanced: PropertyValues = {}) =>
  configured(localFiles.configureTarget(sideOf(object, place.connection, advanced))).open(testRun());

describe('local-files settings', () => {
  it('takes a relative folder from where the connection file is', () => {
    const side = sideOf('a.csv', { folderPath: '../data' }, {}, '/home/me/connections');
    assert.equal(configured(localFiles.configureSource(side)).uri, 'file:///home/me/data/a.csv');
  });

  for (const [object, code] of [
    ['../a.csv', 'PATH_OUTSIDE_FOLDER'],
    ['a/../../b.csv', 'PATH_OUTSIDE_FOLDER'],
    ['/etc/passwd', 'PATH_OUTSIDE_FOLDER'],
    ['folder/', 'OBJECT_NAME_INVALID'],
    ['a//b', 'OBJECT_NAME_INVALID'],
    ['./a', 'OBJECT_NAME_INVALID'],
  ]) {
    it(`refuses the object "${object}" on both sides`, () => {
      const side = sideOf(object, { folderPath: '/data' });
      for (const result of [localFiles.configureSource(side), localFiles.configureTarget(side)]) {
        assert.ok(!result.ok);
        assert.equal(result.problems[0].code, code);
        assert.deepEqual(result.problems[0].property, { in: 'transformation', id: 'object' });
      }
    });
  }

  it('refuses a recursive read without wildcards', () => {
    const result = localFiles.configureSource(sideOf('a', { folderPath: '/data' }, { enableRecursiveRead: true }));
    assert.ok(!result.ok);
    assert.equal(result.problems[0].code, 'RECURSIVE_WITHOUT_WILDCARDS');
  });

  it('names a pattern, but gives it no single URI', () => {
    const side = configured(
      localFiles.configureSource(sideOf('in/*.csv', { folderPath: '/data' }, { allowWildcardCharacters: true })),
    );
    assert.equal(side.uri, undefined);
    assert.equal(side.describes, '/data/in/*.csv');
  });
});

describe('local-files source', () => {
  withPlace('says that its folder does not exist', async (place) => {
    const source = await configured(
      localFiles.configureSource(sideOf('a.csv', { folderPath: join(place.folder, 'none') })),
    ).open(testRun());
    await assert.rejects(collect(source.list()), { code: 'FOLDER_NOT_FOUND' });
  });

  withPlace('refuses a folder as an object', async (place) => {
    await mkdir(join(place.folder, 'sub'));
    await assert.rejects(collect((await openSource(place, 'sub')).list()), { code: 'NOT_A_FILE' });
  });

  withPlace('leaves out files that a target still writes, and does not descend into linked folders', async (place) => {
    await place.put('sub/a.csv', Buffer.from('x'));
    await place.put('.a.csv.crossrole-run-1.part', Buffer.from('x'));
    await symlink(place.folder, join(place.folder, 'sub', 'loop'));
    await symlink(join(place.folder, 'sub', 'a.csv'), join(place.folder, 'linked.csv'));
    const source = await openSource(place, '*', { allowWildcardCharacters: true, enableRecursiveRead: true });
    assert.deepEqual(
      (await collect(source.list())).map(({ uri }) => uri),
      ['linked.csv', 'sub/a.csv'].map((key) => pathToFileURL(join(place.folder, key)).href),
    );
  });

  for (const [what, change] of [
    ['grows', (path: string) => appendFile(path, 'more')],
    ['shrinks', (path: string) => truncate(path, 2_000_000)],
  ] as const) {
    withPlace(`refuses a file that ${what} while it is read`, async (place) => {
      await place.put('a.bin', Buffer.alloc(4_000_000));
      const source = await openSource(place, 'a.bin');
      const [object] = await collect(source.list());
      const chunks = source.open(object, { start: 0, end: object.size })[Symbol.asyncIterator]();
      await chunks.next();
      await change(join(place.folder, 'a.bin'));
      await assert.rejects(readAll({ [Symbol.asyncIterator]: () => chunks }), { code: 'SOURCE_OBJECT_CHANGED' });
    });
  }
});

describe('local-files target', () => {
  withPlace('hides its unfinished file from readers', async (place) => {
    const target = await openTarget(place, 'out.csv');
    const write = await target.beginWrite();
    assert.deepEqual(await readdir(place.folder), ['.out.csv.crossrole-test-run.part']);
    await write.abort();
  });

  withPlace('keeps a folder that was there, and one that somebody else uses by now', async (place) => {
    await mkdir(join(place.folder, 'there'));
    const write = await (await openTarget(place, 'there/new/deep/out.csv')).beginWrite();
    await writeFile(join(place.folder, 'there', 'new', 'theirs.txt'), 'x');
    await write.abort();
    assert.deepEqual((await place.everything()).sort(), ['there', 'there/new', 'there/new/theirs.txt']);
  });

  withPlace('refuses a folder, and a path that leads through a file', async (place) => {
    await place.put('file', Buffer.from('x'));
    await mkdir(join(place.folder, 'folder'));
    await assert.rejects(openTarget(place, 'folder'), { code: 'NOT_A_FILE' });
    await assert.rejects(openTarget(place, 'file/out.csv'), { code: 'NOT_A_FILE' });
  });

  withPlace('says that a name is too long', async (place) => {
    await assert.rejects(openTarget(place, 'n'.repeat(300)), { code: 'OBJECT_NAME_INVALID' });
  });
});
