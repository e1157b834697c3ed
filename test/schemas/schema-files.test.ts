import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { connectors } from '../../runtime/connectors.js';
import { schemaFiles, schemaFileText } from '../../schemas/schema-files.js';

const folder = new URL('../../../schemas/', import.meta.url);

test('the schemas in the repository are those that the manifests and transformations give', () => {
  const present = readdirSync(folder).filter((name) => name.endsWith('.schema.json'));
  assert.deepEqual(present.sort(), [...schemaFiles.keys()].sort());
  for (const [name, schema] of schemaFiles) {
    assert.equal(readFileSync(new URL(name, folder), 'utf8'), schemaFileText(schema), `${name}: run npm run schemas`);
  }
});

test('every property of every manifest is offered to an editor with its meaning', () => {
  const text = readFileSync(new URL('connection.schema.json', folder), 'utf8');
  const mapping = readFileSync(new URL('mapping.schema.json', folder), 'utf8');
  for (const { manifest } of connectors) {
    for (const { id, description } of manifest.connection.honoured) {
      assert.ok(text.includes(`"${id}"`) && text.includes(JSON.stringify(description).slice(1, -1)), id);
    }
    for (const { id } of [...manifest.source.honoured, ...manifest.target.honoured])
      assert.ok(mapping.includes(`"${id}"`), id);
  }
});
