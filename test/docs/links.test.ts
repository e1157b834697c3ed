import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const project = new URL('../../../', import.meta.url);
const pages = readdirSync(new URL('docs/', project)).filter((name) => name.endsWith('.md'));

test('every page is in the index', () => {
  const index = readFileSync(new URL('docs/README.md', project), 'utf8');
  for (const page of pages.filter((name) => name !== 'README.md')) assert.ok(index.includes(`](${page})`), page);
});

test('every link to a file or heading of the project leads somewhere', () => {
  let links = 0;
  for (const page of ['README.md', 'CONTRIBUTING.md', ...pages.map((name) => `docs/${name}`)]) {
    const file = new URL(page, project);
    for (const [, target] of readFileSync(file, 'utf8').matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
      const linked = new URL(target, file);
      const heading = linked.hash.slice(1);
      linked.hash = '';
      assert.ok(existsSync(linked), `${page}: ${target}`);
      if (heading !== '') assert.ok(headingsOf(linked).includes(heading), `${page}: ${target}`);
      links++;
    }
  }
  assert.ok(links > 10);
});

/** The anchors of a page's headings, as GitHub makes them. */
function headingsOf(file: URL): string[] {
  const headings = readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, text]) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
