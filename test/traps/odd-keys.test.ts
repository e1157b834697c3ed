/** Keys of any characters and any length under derived session policies, which widen only where they must, and say so. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../runtime/connector-api.js';
import { lines, twoSides } from './two-sides.js';

const small = lines(1000);

/** `widened` counts the warnings of both sides; the source's policy holds a key twice and so has room for half as much. */
const keys: readonly (readonly [string, string, number])[] = [
  ['characters that IAM reads as its own', ['a$b*c?d$', '{x}', '[y]', '\'"', '!~`.csv'].join(''), 0],
  ['policy variables', ['$', '{aws:username}/$', '{*}/$$.csv'].join(''), 0],
  ['blanks, plus, percent, ampersand', 'a  b+c%20&d=<e>#f.csv', 0],
  ['empty and dotted segments', 'a//./../b.csv', 0],
  ['letters up to U+00FF', 'für élan ÿ.csv', 0],
  ['letters beyond U+00FF', 'zahlen-数字-\u{1f600}.csv', 2],
  ['a long name: to its folder', `${'f'.repeat(200)}/${'n'.repeat(780)}.csv`, 1],
  ['1,024 bytes in one long folder: to the bucket', `${'f'.repeat(900)}/${'n'.repeat(1024 - 4 - 901 - 4)}.csv`, 2],
  ['1,024 bytes beyond U+00FF', `${'数'.repeat(338)}.${'x'.repeat(1024 - 4 - 3 * 338 - 1)}`, 2],
];

for (const [what, key, widened] of keys) {
  test(`reads and writes under derived policies: ${what}`, async (t) => {
    const sides = await twoSides(t, { reads: key, writes: key });
    await sides.sandbox.putObject('landing', `in/${key}`, small);
    const report = await sides.runHere(systemClock);
    assert.equal(report.status, 'succeeded', JSON.stringify(report.errors));
    assert.deepEqual(
      sides.sandbox.listObjects('curated').map((object) => object.key),
      [`out/${key}`],
    );
    assert.ok((await sides.output())?.equals(small));
    const warnings = report.warnings.filter(({ code }) => code === 'SESSION_POLICY_WIDENED');
    assert.equal(warnings.length, widened, JSON.stringify(warnings));
  });
}
