import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { generatedParts, withPart } from '../../docs/generated.js';

test('the generated parts of the documentation are up to date', () => {
  for (const part of generatedParts) {
    const text = readFileSync(new URL(`../../../${part.file}`, import.meta.url), 'utf8');
    assert.equal(withPart(text, part), text, `${part.file}, ${part.name}: run npm run docs`);
  }
});
