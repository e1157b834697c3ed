import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { amazonS3V2 } from '../../connector/amazon-s3-v2/connector.js';
import { localFiles } from '../../connector/local-files/connector.js';
import { readManifest } from '../../connector/read-manifest.js';

for (const { manifest } of [amazonS3V2, localFiles]) {
  describe(`the manifest of ${manifest.type}`, () => {
    for (const side of ['connection', 'source', 'target'] as const) {
      it(`names every ${side} property once`, () => {
        const { honoured, notSupported } = manifest[side];
        const ids = [...honoured, ...notSupported].map(({ id }) => id);
        assert.deepEqual(ids, [...new Set(ids)]);
      });

      it(`gives every ${side} property what its type needs`, () => {
        for (const spec of manifest[side].honoured) {
          assert.match(spec.description, /[.;]$|\.$/, spec.id);
          if (spec.type === 'enum') assert.ok(spec.values && spec.values.length > 1, spec.id);
          if (spec.type === 'object') assert.ok(spec.schema, spec.id);
          if (spec.default !== undefined && spec.values) assert.ok(spec.values.includes(String(spec.default)), spec.id);
          if (spec.pattern !== undefined) assert.doesNotThrow(() => new RegExp(String(spec.pattern), 'u'), spec.id);
        }
      });
    }

    it('marks what must never be printed', () => {
      const secrets = manifest.connection.honoured.filter(({ id }) => /secret|password/i.test(id));
      assert.ok(secrets.every(({ secret }) => secret === true));
    });
  });
}

describe('readManifest', () => {
  const empty = { honoured: [], notSupported: [] };
  const sound = { type: 't', label: 'T', description: 'D.', connection: empty, source: empty, target: empty };
  const property = { id: 'folderPath', label: 'Folder', type: 'string', description: 'D.' };
  const withProperty = (more: object) => ({
    ...sound,
    source: { honoured: [{ ...property, ...more }], notSupported: [] },
  });

  it('takes what follows the interface', () => {
    assert.equal(readManifest(withProperty({ minLength: 1, secret: true })).source.honoured[0].minLength, 1);
  });

  for (const [what, content] of [
    ['no object', []],
    ['a missing side', { ...sound, target: undefined }],
    ['an unknown type', withProperty({ type: 'number' })],
    ['an unknown field', withProperty({ minimumLength: 1 })],
    ['a field of the wrong type', withProperty({ minimum: '1' })],
    ['an id that is not camelCase', withProperty({ id: 'folder_path' })],
    ['a property without its label', withProperty({ label: undefined })],
    [
      'an unsupported property without advice',
      { ...sound, source: { honoured: [], notSupported: [{ id: 'x', label: 'X' }] } },
    ],
  ] as const) {
    it(`refuses ${what}`, () => assert.throws(() => readManifest(content), /does not follow/));
  }
});
