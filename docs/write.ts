/** Writes the generated parts of the documentation: `npm run docs`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { generatedParts, withPart } from './generated.js';

for (const part of generatedParts) {
  const file = new URL(`../../${part.file}`, import.meta.url);
  writeFileSync(file, withPart(readFileSync(file, 'utf8'), part));
}
