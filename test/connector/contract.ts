/** What the runtime relies on in every connector: the same tests run against each of them. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Connector, PropertyValues, Source, Target } from '../../runtime/connector-api.js';
import { collect, configured, readAll, sideOf, type TestRun, testRun } from './test-run.js';

/** A fresh, empty place that a connection points to, and a view of it past the connector. */
export interface ContractPlace {
  readonly connection: PropertyValues;
  put(key: string, bytes: Uint8Array): Promise<void>;
  remove(key: string): Promise<void>;
  /** Undefined where there is no such object. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Whatever is there, visible or not: objects, unfinished uploads, temporary files, folders. */
  everything(): Promise<string[]>;
  close(): Promise<void>;
}

/** @param connectorOf a connector may depend on the place: its endpoints are there */
export function connectorContract<Place extends ContractPlace>(
  manifestType: string,
  connectorOf: (place: Place) => Connector,
  makePlace: () => Promise<Place>,
): void {
  const inPlace = (name: string, work: (place: Place) => Promise<void>) =>
    it(name, async () => {
      const place = await makePlace();
      try {
        await work(place);
      } finally {
        await place.close();
      }
    });

  async function withSource<T>(
    place: Place,
    object: string,
    advanced: PropertyValues,
    work: (source: Source, run: TestRun) => Promise<T>,
  ): Promise<T> {
    const run = testRun();
    const source = await configured(
      connectorOf(place).configureSource(sideOf(object, place.connection, advanced)),
    ).open(run);
    try {
      return await work(source, run);
    } finally {
      await source.close();
    }
  }

  async function withTarget<T>(
    place: Place,
    object: string,
    advanced: PropertyValues,
    work: (target: Target, run: TestRun) => Promise<T>,
  ): Promise<T> {
    const run = testRun();
    const target = await configured(
      connectorOf(place).configureTarget(sideOf(object, place.connection, advanced)),
    ).open(run);
    try {
      return await work(target, run);
    } finally {
      await target.close();
      assert.equal(run.buffers.lent(), 0, 'every buffer is given back');
    }
  }

  const listed = (place: Place, object: string, advanced: PropertyValues = {}) =>
    withSource(place, object, advanced, async (source) => (await collect(source.list())).map(({ uri }) => uri));

  /** The listed keys, recognised by the URI that the target side gives the same key. */
  async function listedKeys(place: Place, keys: readonly string[], object: string, advanced: PropertyValues) {
    const uris = new Map(
      keys.map((key) => [configured(connectorOf(place).configureTarget(sideOf(key, place.connection))).uri, key]),
    );
    return (await listed(place, object, advanced)).map((uri) => uris.get(uri) ?? uri);
  }

  async function putAll(place: Place, keys: readonly string[]) {
    for (const key of keys) await place.put(key, Buffer.from(key));
  }

  const wildcards = { allowWildcardCharacters: true };
  const recursive = { allowWildcardCharacters: true, enableRecursiveRead: true };

  describe(`${manifestType}: list`, () => {
    inPlace('finds a single object with its size and date', async (place) => {
      await place.put('in/one.csv', Buffer.from('a,b\n'));
      await withSource(place, 'in/one.csv', {}, async (source) => {
        const [object, ...more] = await collect(source.list());
        assert.equal(more.length, 0);
        assert.equal(object.size, 4);
        assert.notEqual(object.etag, '');
        assert.ok(Math.abs(object.modified.getTime() - Date.now()) < 60_000);
      });
    });

    inPlace('is empty where nothing matches', async (place) => {
      await place.put('in/one.csv.bak', Buffer.from('x'));
      assert.deepEqual(await listed(place, 'in/one.csv'), []);
      assert.deepEqual(await listed(place, 'in/none*', wildcards), []);
      assert.deepEqual(await listed(place, 'nowhere/*.csv', wildcards), []);
    });

    inPlace('takes wildcards literally unless they are allowed', async (place) => {
      await putAll(place, ['in/a*.csv', 'in/ab.csv']);
      assert.deepEqual(await listedKeys(place, ['in/a*.csv', 'in/ab.csv'], 'in/a*.csv', {}), ['in/a*.csv']);
    });

    inPlace('lets wildcards stop at a slash, and cross it in a recursive read', async (place) => {
      const keys = ['in/a.csv', 'in/b.txt', 'in/c.csv', 'in/sub/d.csv', 'in/sub/sub/e.csv', 'inner/f.csv'];
      await putAll(place, keys);
      assert.deepEqual(await listedKeys(place, keys, 'in/*.csv', wildcards), ['in/a.csv', 'in/c.csv']);
      assert.deepEqual(await listedKeys(place, keys, 'in/?.csv', wildcards), ['in/a.csv', 'in/c.csv']);
      assert.deepEqual(await listedKeys(place, keys, 'in/*/*.csv', wildcards), ['in/sub/d.csv']);
      assert.deepEqual(await listedKeys(place, keys, 'in/*.csv', recursive), [
        'in/a.csv',
        'in/c.csv',
        'in/sub/d.csv',
        'in/sub/sub/e.csv',
      ]);
    });

    inPlace('orders keys by code points, across folders too', async (place) => {
      const keys = ['a b', 'a-b/x', 'a/x', 'a0', 'a~\uff5e', 'a~\u{1f600}', 'b', 'ä'];
      await putAll(place, [...keys].reverse());
      assert.deepEqual(await listedKeys(place, keys, '*', recursive), keys);
    });
  });

  describe(`${manifestType}: open`, () => {
    const content = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 31 + (i >> 8)) & 0xff));

    inPlace('reads a whole object and any range of it', async (place) => {
      await place.put('data.bin', content);
      await withSource(place, 'data.bin', {}, async (source) => {
        const [object] = await collect(source.list());
        for (const [start, end] of [
          [0, content.length],
          [0, 1],
          [1_048_575, 1_048_577],
          [content.length - 1, content.length],
          [5, 5],
        ]) {
          const bytes = await readAll(source.open(object, { start, end }));
          assert.ok(bytes.equals(content.subarray(start, end)), `bytes ${start} to ${end}`);
        }
      });
    });

    inPlace('reads an empty object', async (place) => {
      await place.put('empty', Buffer.alloc(0));
      await withSource(place, 'empty', {}, async (source) => {
        const [object] = await collect(source.list());
        assert.equal(object.size, 0);
        assert.equal((await readAll(source.open(object, { start: 0, end: 0 }))).length, 0);
      });
    });

    inPlace('may be left early and read by several at a time', async (place) => {
      await place.put('data.bin', content);
      await withSource(place, 'data.bin', {}, async (source) => {
        const [object] = await collect(source.list());
        for await (const chunk of source.open(object, { start: 0, end: object.size })) {
          assert.ok(chunk.length > 0);
          break;
        }
        const halves = await Promise.all([
          readAll(source.open(object, { start: 0, end: 1_500_000 })),
          readAll(source.open(object, { start: 1_500_000, end: content.length })),
        ]);
        assert.ok(Buffer.concat(halves).equals(content));
      });
    });

    inPlace('refuses an object that changed or went after it was listed', async (place) => {
      await place.put('data.bin', Buffer.from('first'));
      await withSource(place, 'data.bin', {}, async (source) => {
        const [object] = await collect(source.list());
        await place.put('data.bin', Buffer.from('other'));
        await assert.rejects(readAll(source.open(object, { start: 0, end: 5 })), { code: 'SOURCE_OBJECT_CHANGED' });
        await place.remove('data.bin');
        await assert.rejects(readAll(source.open(object, { start: 0, end: 5 })), { code: 'SOURCE_OBJECT_GONE' });
      });
    });

    inPlace('stops when the run is cancelled', async (place) => {
      await place.put('data.bin', content);
      await withSource(place, 'data.bin', {}, async (source, run) => {
        const [object] = await collect(source.list());
        const chunks = source.open(object, { start: 0, end: object.size })[Symbol.asyncIterator]();
        await chunks.next();
        run.controller.abort(new Error('cancelled'));
        await assert.rejects(readAll({ [Symbol.asyncIterator]: () => chunks }), /cancelled/);
        await assert.rejects(readAll(source.open(object, { start: 0, end: object.size })), /cancelled/);
      });
    });
  });

  describe(`${manifestType}: write`, () => {
    inPlace('shows nothing before the commit, and all of it after', async (place) => {
      await withTarget(place, 'out/new.csv', {}, async (target) => {
        const write = await target.beginWrite();
        const reused = Buffer.from('one,');
        await write.write(reused);
        reused.fill('x');
        await write.write(Buffer.from('two\n'));
        const prepared = await write.finish();
        assert.equal(prepared.bytes, 8);
        assert.equal(await place.get('out/new.csv'), undefined);
        const committed = await target.commit(structuredClone(prepared));
        assert.equal(committed.bytes, 8);
        assert.equal(committed.uri, write.uri);
        assert.notEqual(committed.etag, '');
      });
      assert.equal(String(await place.get('out/new.csv')), 'one,two\n');
      assert.equal((await place.everything()).filter((entry) => entry.includes('new.csv')).length, 1);
    });

    inPlace('keeps large objects byte for byte', async (place) => {
      const hash = createHash('sha256');
      let bytes = 0;
      await withTarget(place, 'out/large.bin', {}, async (target) => {
        const write = await target.beginWrite();
        for (let i = 0; i < 40; i++) {
          const chunk = Buffer.alloc(500_003, i);
          hash.update(chunk);
          bytes += chunk.length;
          await write.write(chunk);
        }
        const prepared = await write.finish();
        assert.equal(await place.get('out/large.bin'), undefined);
        assert.equal((await target.commit(prepared)).bytes, bytes);
      });
      const stored = await place.get('out/large.bin');
      assert.equal(stored?.length, bytes);
      assert.equal(createHash('sha256').update(stored).digest('hex'), hash.digest('hex'));
    });

    inPlace('writes an empty object', async (place) => {
      await withTarget(place, 'out/empty', {}, async (target) => {
        const write = await target.beginWrite();
        await target.commit(await write.finish());
      });
      assert.equal((await place.get('out/empty'))?.length, 0);
    });

    for (const [moment, bytes, finishes] of [
      ['before the first byte', 0, false],
      ['after a few bytes', 100, false],
      ['in the middle of a large object', 20_000_000, false],
      ['after finish', 20_000_000, true],
      ['after finish of a small object', 100, true],
    ] as const) {
      inPlace(`leaves nothing behind when aborted ${moment}`, async (place) => {
        await withTarget(place, 'out/deep/aborted.bin', {}, async (target, run) => {
          const write = await target.beginWrite();
          if (bytes > 0) await write.write(Buffer.alloc(bytes, 7));
          if (finishes) await write.finish();
          run.controller.abort(new Error('cancelled'));
          await write.abort();
          await write.abort();
        });
        assert.deepEqual(await place.everything(), []);
      });
    }

    inPlace('replaces an object with `overwrite`, and keeps it until the commit', async (place) => {
      await place.put('out.csv', Buffer.from('old'));
      await withTarget(place, 'out.csv', { ifExists: 'overwrite' }, async (target) => {
        const write = await target.beginWrite();
        await write.write(Buffer.from('new'));
        const prepared = await write.finish();
        assert.equal(String(await place.get('out.csv')), 'old');
        await target.commit(prepared);
      });
      assert.equal(String(await place.get('out.csv')), 'new');
    });

    inPlace('refuses at once with `fail` when the object exists', async (place) => {
      await place.put('out.csv', Buffer.from('old'));
      await assert.rejects(
        withTarget(place, 'out.csv', { ifExists: 'fail' }, async () => {}),
        { code: 'TARGET_EXISTS' },
      );
    });

    for (const bytes of [3, 10_000_000]) {
      inPlace(
        `refuses at the commit of ${bytes} bytes with \`fail\` when the object appeared meanwhile`,
        async (place) => {
          await withTarget(place, 'out.csv', { ifExists: 'fail' }, async (target) => {
            const write = await target.beginWrite();
            await write.write(Buffer.alloc(bytes, 1));
            const prepared = await write.finish();
            await place.put('out.csv', Buffer.from('theirs'));
            await assert.rejects(target.commit(prepared), { code: 'TARGET_EXISTS' });
            await write.abort();
          });
          assert.equal(String(await place.get('out.csv')), 'theirs');
          assert.equal((await place.everything()).length, 1);
        },
      );
    }

    inPlace('refuses further bytes once the run is cancelled', async (place) => {
      await withTarget(place, 'out.csv', {}, async (target, run) => {
        const write = await target.beginWrite();
        run.controller.abort(new Error('cancelled'));
        await assert.rejects(write.write(Buffer.from('late')), /cancelled/);
        await write.abort();
      });
    });
  });
}
